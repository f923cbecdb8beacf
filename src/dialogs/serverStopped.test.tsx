import { Dialog } from '@jupyterlab/apputils';
import type { Restore } from '../../contract';
import { hubStatus } from '../testing/clusterSamples';
import { language } from '../testing/fakePage';
import { samplePlan, sampleRestore } from '../testing/samples';
import { button, press, shown, text } from '../testing/shownDialog';
import { until } from '../testing/until';
import { showStopped, startAddress, StoppedState } from './serverStopped';

afterEach(() => Dialog.flush());

const { platform } = hubStatus();

function card(strategy: Restore['strategy'] = 'swap', startsServer = false) {
  const state = new StoppedState();
  const opened: string[] = [];
  const over = new AbortController();
  const restore = sampleRestore({ phase: 'waiting', strategy, plan: samplePlan({ stopsServer: true, startsServer }) });
  const openPage = (address: string) => void opened.push(address);
  const done = showStopped({ restore, state, platform, language, openPage, signal: over.signal });
  return { state, opened, over, done };
}

describe('the card of a stopped server', () => {
  it('says only what it knows, and stays until it is let go', async () => {
    const { state, opened, over, done } = card();
    await until(() => text().includes('Your server is stopping.'));
    expect(text()).toContain('Elapsed: 0 s');
    state.sighting = 'gone';
    await until(() => text().includes('Server stopped. The swap takes a few seconds.'));
    press('Escape', shown());
    button('Open Hub page')?.click();
    expect(opened).toEqual(['/hub/home']);
    expect(shown()).not.toBeNull();
    over.abort();
    await done;
    expect(shown()).toBeNull();
  });

  it('speaks of no swap where files are copied', async () => {
    const { state, over, done } = card('copy');
    state.sighting = 'gone';
    await until(() => text().includes('Server stopped. Copying the files can take some minutes.'));
    state.sighting = 'startable';
    await until(() => text().includes('until then your server can’t start.'));
    expect(text()).not.toContain('swap');
    over.abort();
    await done;
  });

  it.each([
    ['swap', 'The swap takes a few seconds, then your server starts by itself.'],
    ['copy', 'Copying the files can take some minutes, then your server starts by itself.']
  ] as const)(
    'after a %s says that the server comes by itself, and offers the start all the same',
    async (way, words) => {
      const { state, opened, over, done } = card(way, true);
      state.sighting = 'startable';
      await until(() => text().includes(words));
      button('Start your server')?.click();
      expect(opened).toEqual(['/hub/spawn/alice']);
      over.abort();
      await done;
    }
  );

  it('offers the start in one click as soon as the hub can', async () => {
    const { state, opened, over, done } = card();
    state.sighting = 'startable';
    await until(() => button('Start your server') !== undefined);
    button('Start your server')?.click();
    expect(opened).toEqual(['/hub/spawn/alice']);
    over.abort();
    await done;
  });

  it('starts a named server as such', () => {
    expect(startAddress(platform === null ? null : { ...platform, server: 'gpu box' })).toBe(
      '/hub/spawn/alice/gpu%20box'
    );
    expect(startAddress(null)).toBeNull();
  });
});
