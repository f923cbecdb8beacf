import { problem } from '../../contract';
import { RefusedError } from './problemOf';
import { fakePage } from '../testing/fakePage';
import { sampleSnapshot, sampleVolume } from '../testing/samples';
import { CommandIDs } from '../tokens';
import { commandList } from './commandList';
import { registerCommand } from './registerCommands';

/** Those of the panel, the report and the notebook toolbar. */
const ELSEWHERE: string[] = [
  CommandIDs.showLineage,
  CommandIDs.showIngest,
  CommandIDs.check,
  CommandIDs.openPanel,
  CommandIDs.showSnapshot,
  CommandIDs.snapshotNotebook
];

const registered = (...args: Parameters<typeof fakePage>) => {
  const page = fakePage(...args);
  const timeline: { opened: string | null } = { opened: null };
  Object.assign(page.model, { timeline });
  for (const entry of commandList(page.context)) {
    registerCommand(page.context, entry);
  }
  return { ...page, timeline, commands: page.context.commands };
};

describe('the commands', () => {
  it('are all there, each with label, caption and described arguments', async () => {
    const { commands } = registered();
    const expected = Object.values(CommandIDs).filter(id => !ELSEWHERE.includes(id));
    expect([...commands.listCommands()].sort()).toEqual(expected.sort());
    for (const id of expected) {
      expect(commands.label(id)).not.toBe('');
      expect(commands.caption(id)).not.toBe('');
      expect((await commands.describedBy(id)).args).toMatchObject({ type: 'object' });
    }
  });

  it('make a snapshot without a question when the title is given', async () => {
    const made = sampleSnapshot();
    const { commands, calls, told } = registered({ createSnapshot: () => Promise.resolve(made) });
    const answer: unknown = await commands.execute(CommandIDs.createSnapshot, { title: ' before sweep ', note: 'n' });
    expect(calls).toEqual([
      [
        'createSnapshot',
        'home-1a2b3c4d',
        { title: 'before sweep', note: 'n', heldUntil: null, notebook: null },
        'key-1'
      ]
    ]);
    expect(answer).toEqual({ outcome: 'started', snapshot: made.name, snapshots: [made.name] });
    expect(JSON.parse(JSON.stringify(answer))).toEqual(answer);
    expect(told).toEqual([`snapshot ${made.name}`]);
  });

  it('take a date as title and the default note when asking is switched off', async () => {
    const { commands, calls } = registered(
      { createSnapshot: () => Promise.resolve(sampleSnapshot()) },
      { askBeforeSnapshot: false, defaultNote: 'for the paper' }
    );
    await commands.execute(CommandIDs.createSnapshot);
    expect(calls[0]?.[2]).toMatchObject({ note: 'for the paper' });
    expect(calls[0]?.[2]).toHaveProperty('title', expect.stringMatching(/^\d{4}-\d\d-\d\d \d\d:\d\d$/));
  });

  it('find a volume by its name, and the selected one without', async () => {
    const page = registered({ createSnapshot: () => Promise.resolve(sampleSnapshot()) });
    const scratch = sampleVolume({ id: 'scratch-1', name: 'scratch', browsePath: 'scratch' });
    page.model.volumes = { state: 'ready', items: [sampleVolume(), scratch] };
    await page.commands.execute(CommandIDs.createSnapshot, { title: 'a', volume: 'scratch' });
    page.model.selectedVolume = scratch;
    await page.commands.execute(CommandIDs.createSnapshot, { title: 'a' });
    expect(page.calls.map(call => call[1])).toEqual(['scratch-1', 'scratch-1']);
  });

  it('take the volume of the current notebook when none is selected', async () => {
    const page = registered({ createSnapshot: () => Promise.resolve(sampleSnapshot()) });
    const data = sampleVolume({ id: 'data-1', name: 'data', browsePath: 'data/' });
    page.model.volumes = { state: 'ready', items: [sampleVolume(), data] };
    page.documents.notebook = 'data/train.ipynb';
    await page.commands.execute(CommandIDs.createSnapshot, { title: 'a' });
    expect(page.calls[0]?.[1]).toBe('data-1');
  });

  it.each([
    ['an unknown volume', { title: 'a', volume: 'nowhere' }, 'There is no volume nowhere here.'],
    ['a title of 300 characters', { title: 'a'.repeat(300) }, 'title: A title has at most 200 characters.'],
    ['control characters', { title: 'a\u0007b' }, 'title: A title can’t contain control characters or line breaks.'],
    ['a title that is no text', { title: 7 }, expect.stringContaining('title')]
  ])('refuse %s with a reason, and request nothing', async (_, args, detail) => {
    const { commands, calls, problems, told } = registered();
    const answer: unknown = await commands.execute(CommandIDs.createSnapshot, args);
    expect(answer).toMatchObject({ outcome: 'refused', problem: { detail } });
    expect(calls).toEqual([]);
    expect(told).toEqual(['No snapshot']);
    expect(problems[0]?.next).not.toBe('');
  });

  it('read the volumes themselves while the panel is closed', async () => {
    const page = registered({ createSnapshot: () => Promise.resolve(sampleSnapshot()) });
    page.model.connection = { state: 'idle' };
    page.model.refresh = () => {
      page.model.refreshed += 1;
      page.model.volumes = { state: 'ready', items: [sampleVolume({ id: 'late-1' })] };
      return Promise.resolve();
    };
    page.model.volumes = { state: 'loading' };
    await page.commands.execute(CommandIDs.createSnapshot, { title: 'a' });
    expect(page.model.refreshed).toBe(1);
    expect(page.calls[0]?.[1]).toBe('late-1');
  });

  it('say why nothing works where the server part is missing', async () => {
    const page = registered();
    page.model.connection = { state: 'absent' };
    expect(page.commands.isEnabled(CommandIDs.createSnapshot)).toBe(false);
    expect(page.commands.caption(CommandIDs.createSnapshot)).toContain('not installed');
    expect(page.commands.isEnabled(CommandIDs.showStatus)).toBe(true);
    const answer: unknown = await page.commands.execute(CommandIDs.restoreSnapshot, { snapshot: 'home.a' });
    expect(answer).toMatchObject({ outcome: 'refused' });
    expect(page.calls).toEqual([]);
  });

  it('are off for one snapshot with the reason of that snapshot', () => {
    const page = registered();
    const pending = sampleSnapshot({ state: { phase: 'pending', since: '2026-11-19T14:19:00Z', message: '' } });
    page.model.known.set(pending.name, pending);
    const args = { snapshot: pending.name };
    expect(page.commands.isEnabled(CommandIDs.restoreSnapshot, args)).toBe(false);
    expect(page.commands.caption(CommandIDs.restoreSnapshot, args)).toBe('This snapshot is still being made.');
    expect(page.commands.isEnabled(CommandIDs.renameSnapshot, args)).toBe(true);
    expect(page.commands.isEnabled(CommandIDs.restoreSnapshot, { snapshot: 'not.known' })).toBe(true);
  });

  it('are off for a volume that can not be restored, with reason and cure', () => {
    const page = registered();
    const can = {
      ...sampleVolume().can,
      restore: { available: false as const, reason: 'It is read-only.', fix: 'Ask an admin.' }
    };
    page.model.volumes = { state: 'ready', items: [sampleVolume({ can })] };
    page.model.known.set('home.a', sampleSnapshot({ name: 'home.a' }));
    expect(page.commands.caption(CommandIDs.restoreSnapshot, { snapshot: 'home.a' })).toBe(
      'It is read-only. Ask an admin.'
    );
    expect(page.commands.isEnabled(CommandIDs.cloneSnapshot, { snapshot: 'home.a' })).toBe(true);
  });

  it('change the life of the snapshot that was read, not another of its name', async () => {
    const { commands, calls } = registered({
      snapshot: () => Promise.resolve(sampleSnapshot({ uid: 'life-2' })),
      updateSnapshot: () => Promise.resolve(sampleSnapshot({ title: 'b' }))
    });
    await commands.execute(CommandIDs.renameSnapshot, { snapshot: 'home.a', title: 'b' });
    await commands.execute(CommandIDs.releaseSnapshot, { snapshot: 'home.a' });
    expect(calls.filter(call => call[0] === 'updateSnapshot').map(call => call[2])).toEqual([
      { uid: 'life-2', title: 'b' },
      { uid: 'life-2', heldUntil: null }
    ]);
  });

  it('answer with the problem of a request that was refused', async () => {
    const refused = problem('snapshot-held', { detail: 'alice holds it.', next: 'Release it.' });
    const { commands, told } = registered({ retrySnapshot: () => Promise.reject(new RefusedError(refused)) });
    expect(await commands.execute(CommandIDs.retrySnapshot, { snapshot: 'home.a' })).toEqual({
      outcome: 'refused',
      problem: refused
    });
    expect(told).toEqual(['No snapshot']);
  });

  it('clone under a given name without a question, and refuse a name that is none', async () => {
    const { commands, calls } = registered({ cloneVolume: () => Promise.reject(new Error('stop here')) });
    await commands.execute(CommandIDs.cloneVolume, { name: 'sweep-12' });
    await commands.execute(CommandIDs.cloneVolume, { name: '../etc' });
    expect(calls).toEqual([['cloneVolume', 'home-1a2b3c4d', { name: 'sweep-12' }, 'key-1']]);
  });

  it('copy a name', async () => {
    const page = registered();
    await page.commands.execute(CommandIDs.copyName, { snapshot: 'home.a' });
    expect(page.told[0]).toBe('copied home.a');
  });
});
