import { InputDialog } from '@jupyterlab/apputils';
import { fakePage } from '../testing/fakePage';
import { sampleClone, sampleOperation, sampleSnapshot, sampleVolume } from '../testing/samples';
import { CommandIDs } from '../tokens';
import { commandList } from './commandList';
import { followReasons, registerCommand } from './registerCommands';

const ON_THE_OPEN_ROW = [
  CommandIDs.renameSnapshot,
  CommandIDs.editNote,
  CommandIDs.holdSnapshot,
  CommandIDs.releaseSnapshot,
  CommandIDs.deleteSnapshot,
  CommandIDs.retrySnapshot,
  CommandIDs.cloneSnapshot,
  CommandIDs.restoreSnapshot,
  CommandIDs.restoreFiles,
  CommandIDs.copyName
];
const SELECT = 'Select a snapshot in the timeline first.';
const OPENED = 'home.20261119-140803z-a1b2';

const page = (...args: Parameters<typeof fakePage>) => {
  const made = fakePage(...args);
  const timeline: { opened: string | null } = { opened: null };
  Object.assign(made.model, { timeline });
  const entries = commandList(made.context);
  for (const entry of entries) {
    registerCommand(made.context, entry);
  }
  return { ...made, timeline, entries, commands: made.context.commands };
};

/** A person who takes what the given words say; answers with all that was offered. */
const picks = (words: string | null) => {
  const offered: string[] = [];
  jest.spyOn(InputDialog, 'getItem').mockImplementation(({ items }) => {
    offered.push(...items);
    return Promise.resolve({ value: words }) as ReturnType<typeof InputDialog.getItem>;
  });
  return offered;
};

afterEach(() => {
  jest.restoreAllMocks();
});

describe('without an argument', () => {
  it.each(ON_THE_OPEN_ROW)('%s says that a snapshot has to be selected, and requests nothing', async id => {
    const { commands, calls, timeline } = page();
    for (const opened of [null, 'restore:restore-1']) {
      timeline.opened = opened;
      expect(commands.isEnabled(id)).toBe(false);
      expect(commands.caption(id)).toBe(SELECT);
      expect(await commands.execute(id)).toMatchObject({ outcome: 'refused', problem: { next: SELECT } });
    }
    expect(calls).toEqual([]);
  });

  it.each(ON_THE_OPEN_ROW)('%s acts on the open row', async id => {
    const { commands, calls, told, timeline } = page();
    timeline.opened = OPENED;
    expect(commands.isEnabled(id)).toBe(true);
    // No request is answered here: what counts is the snapshot that was asked for.
    await commands.execute(id);
    expect([...calls.map(call => call[1]), ...told]).toContain(
      id === CommandIDs.copyName ? `copied ${OPENED}` : OPENED
    );
    expect(commands.isEnabled(id, { snapshot: 'another' })).toBe(true);
  });

  it('an argument goes before the open row', async () => {
    const { commands, told, timeline } = page();
    timeline.opened = OPENED;
    await commands.execute(CommandIDs.copyName, { snapshot: 'home.other' });
    expect(told[0]).toBe('copied home.other');
  });

  it('release and retry say why the open row needs neither', () => {
    const { commands, model, timeline } = page();
    model.known.set(OPENED, sampleSnapshot({ name: OPENED, heldUntil: null }));
    timeline.opened = OPENED;
    expect(commands.isEnabled(CommandIDs.releaseSnapshot)).toBe(false);
    expect(commands.caption(CommandIDs.releaseSnapshot)).toBe('This snapshot is not held.');
    expect(commands.isEnabled(CommandIDs.retrySnapshot)).toBe(false);
    model.known.set(OPENED, sampleSnapshot({ name: OPENED, heldUntil: 'forever' }));
    expect(commands.isEnabled(CommandIDs.releaseSnapshot)).toBe(true);
  });

  it('toolbars and palette are told once when a row is opened', () => {
    const { commands, entries, timeline } = page();
    const told: (string | undefined)[] = [];
    const follow = followReasons(
      commands,
      entries.map(({ id, whyNot }) => ({ id, whyNot: () => whyNot({}) }))
    );
    follow();
    commands.commandChanged.connect((_, { id }) => told.push(id));
    follow();
    expect(told).toEqual([]);
    timeline.opened = OPENED;
    follow();
    follow();
    expect([...told].sort()).toEqual([...ON_THE_OPEN_ROW].sort());
  });

  it('the only clone is opened; of several a person picks one', async () => {
    const one = sampleClone();
    const two = sampleClone({ id: 'home.second', name: 'second', browsePath: 'datamark-clones/second' });
    const clones = [one];
    const { commands, told } = page({ clones: () => Promise.resolve(clones) });
    const offered = picks('second, clone of home');
    await commands.execute(CommandIDs.openClone);
    expect(offered).toEqual([]);
    clones.push(two);
    await commands.execute(CommandIDs.openClone);
    expect(offered).toEqual(['lr-sweep, clone of home', 'second, clone of home']);
    expect(told).toEqual(['folder datamark-clones/lr-sweep', 'folder datamark-clones/second']);
    picks(null);
    expect(await commands.execute(CommandIDs.openClone)).toEqual({ outcome: 'cancelled' });
    expect(await commands.execute(CommandIDs.deleteClone)).toEqual({ outcome: 'cancelled' });
  });

  it('clones with the same words are told apart', async () => {
    const clones = [sampleClone(), sampleClone({ id: 'other', browsePath: 'other' })];
    const { commands, told } = page({ clones: () => Promise.resolve(clones) });
    picks('lr-sweep, clone of home (other)');
    await commands.execute(CommandIDs.openClone);
    expect(told).toEqual(['folder other']);
  });

  it('says that there is no clone, but not from a list that is out of date', async () => {
    const { commands, model } = page({ clones: () => Promise.resolve([]) });
    expect(commands.caption(CommandIDs.openClone)).toBe('There is no clone here.');
    expect(commands.isEnabled(CommandIDs.deleteClone)).toBe(false);
    model.connection = { state: 'idle' };
    expect(commands.isEnabled(CommandIDs.openClone)).toBe(true);
    expect(await commands.execute(CommandIDs.openClone)).toMatchObject({
      problem: { detail: 'There is no clone here.' }
    });
  });

  it('cancels what runs, and asks where several things do', async () => {
    const off = { available: false as const, reason: 'Data is being changed.', fix: 'Wait.' };
    const done = sampleOperation({ id: 'done', state: 'failed' });
    const fixed = sampleOperation({ id: 'fixed', cancel: off });
    const second = sampleOperation({ id: 'second', object: { kind: 'clone', name: 'home.b', label: 'b' } });
    const running = [done, fixed];
    const { commands, model, calls } = page({
      operations: () => Promise.resolve(running),
      cancelOperation: id => Promise.resolve(sampleOperation({ id, state: 'cancelling' }))
    });
    expect(commands.caption(CommandIDs.cancelOperation)).toBe('Nothing is running.');
    model.operations = running;
    expect(commands.caption(CommandIDs.cancelOperation)).toBe('Data is being changed. Wait.');
    expect(await commands.execute(CommandIDs.cancelOperation)).toMatchObject({ problem: { detail: off.reason } });
    running.push(sampleOperation());
    expect(commands.isEnabled(CommandIDs.cancelOperation)).toBe(true);
    await commands.execute(CommandIDs.cancelOperation);
    running.push(second);
    const offered = picks(null);
    await commands.execute(CommandIDs.cancelOperation);
    expect(offered).toHaveLength(2);
    picks(offered[1] ?? null);
    await commands.execute(CommandIDs.cancelOperation);
    expect(calls.filter(([method]) => method === 'cancelOperation').map(call => call[1])).toEqual([
      'operation-1',
      'second'
    ]);
  });

  it('shows the selected volume', async () => {
    const { commands, model, told } = page();
    model.selectedVolume = sampleVolume({ id: 'data-1', name: 'data', browsePath: 'data' });
    await commands.execute(CommandIDs.showVolume);
    expect(told).toEqual(['folder data']);
  });

  it('the palette names the object that a menu of its row leaves out', () => {
    const { commands, entries } = page();
    const labels = entries.map(({ id }) => commands.label(id, { isPalette: true }));
    expect(new Set(labels).size).toBe(labels.length);
    expect(labels).toEqual(expect.arrayContaining(['Edit Snapshot Note…', 'Copy Snapshot Name', 'Cancel Operation']));
    expect(commands.label(CommandIDs.cancelOperation, { operation: 'x' })).toBe('Cancel');
  });
});
