import { fakePage } from '../testing/fakePage';
import { claimClone, hubStatus } from '../testing/clusterSamples';
import { sampleClone } from '../testing/samples';
import { button, shown, text } from '../testing/shownDialog';
import { until } from '../testing/until';
import { openClone } from './cloneCommands';

const page = (clone = claimClone(), status = hubStatus()) => {
  const made = fakePage({ clones: () => Promise.resolve([clone]) });
  made.model.connection = { state: 'online', status };
  return made;
};
const press = async (label: string) => (await until(() => button(label))).click();
const plain = hubStatus({ platform: null });

describe('opening a clone', () => {
  it('shows the folder of one that this server has', async () => {
    const { context, told } = page(sampleClone());
    await openClone(context, { clone: 'home.lr-sweep' });
    expect(told).toEqual(['folder datamark-clones/lr-sweep']);
  });

  it('starts a named server with one that this server does not mount', async () => {
    const { context, told } = page();
    const done = openClone(context, { clone: 'claim-alice.lr-sweep' });
    await until(() => text().includes('A running server can’t take up another volume'));
    await press('Open in a named server');
    expect(await done).toMatchObject({ outcome: 'done', path: null });
    expect(told).toEqual(['page /hub/spawn/alice/lr-sweep?clone=claim-alice.lr-sweep']);
  });

  it('starts nothing when it is cancelled', async () => {
    const { context, told } = page();
    const done = openClone(context, { clone: 'claim-alice.lr-sweep' });
    await press('Cancel');
    expect(await done).toMatchObject({ outcome: 'cancelled' });
    expect(told).toEqual([]);
  });

  it('keeps the name of the server as short as the hub takes it', async () => {
    const { context, told } = page(claimClone({ name: `${'a'.repeat(29)}-tail` }));
    const done = openClone(context, { clone: 'claim-alice.lr-sweep' });
    await press('Open in a named server');
    await done;
    expect(told).toEqual([`page /hub/spawn/alice/${'a'.repeat(29)}?clone=claim-alice.lr-sweep`]);
  });

  it('gives the name of the claim where no platform can start a server with it', async () => {
    const { context, told } = page(claimClone(), plain);
    const done = openClone(context, { clone: 'claim-alice.lr-sweep' });
    await until(() => text().includes('Start a server or a pod that mounts this claim:'));
    expect(shown()?.querySelector('.dm-mono')?.textContent).toBe('claim-alice.lr-sweep');
    await press('Copy claim name');
    await done;
    expect(told[0]).toBe('copied claim-alice.lr-sweep');
  });
});
