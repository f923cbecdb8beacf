import type { ServerEvent, Size } from '../../contract';
import { language, NOW, ONLINE } from '../testing/fakePage';
import {
  sampleClone,
  sampleOperation,
  sampleProblem,
  sampleRestore,
  sampleSnapshot,
  sampleVolume
} from '../testing/samples';
import { AWAY, claimVolume, hubStatus, waitingClone } from '../testing/clusterSamples';
import { originWords, stateWords } from './clones/cloneWords';
import { connectionLine, operationWords } from './footer/footerWords';
import { announcementOf } from './liveRegion';
import {
  restoreFacts,
  restoreLabel,
  restoreRemarks,
  restoreSubtitle,
  restoreTitle
} from './timeline/restoreEventWords';
import { omissionWords, rowLabel, secondLine } from './timeline/snapshotWords';
import { elsewhereWords } from './timeline/elsewhereWords';
import { noVolumesWords } from './volumes/noVolumesWords';
import { storageFacts, volumeUsage } from './volumes/volumeUsage';

const { trans, format } = language;
const gib = (value: number): Size => ({ known: true, bytes: value * 2 ** 30 });
const unknown: Size = { known: false, reason: 'not counted' };

describe('space of a volume', () => {
  const usage = (change: Parameters<typeof sampleVolume>[0]) => volumeUsage(sampleVolume(change), format, trans);

  it('is used of requested where both are known, and high from 90 %', () => {
    expect(usage({ used: gib(12.4), requested: gib(50) })).toMatchObject({ text: '12.4 of 50 GiB', high: false });
    expect(usage({ used: gib(188), requested: gib(200) })).toMatchObject({ high: true, share: 0.94 });
  });

  it('is a dash with the reason where it is not known, and never zero', () => {
    const told = usage({ used: unknown, requested: gib(2048) });
    expect(told).toMatchObject({ text: '– of 2 TiB', share: null });
    expect(told.hover).toContain('Used size unknown: not counted');
    expect(usage({ used: unknown, requested: unknown, free: unknown }).text).toBe('–');
  });

  it('is what is free for a directory, which has no size of its own', () => {
    expect(usage({ used: unknown, requested: unknown, free: gib(31.2) }).text).toBe('31.2 GiB free');
  });
});

it('labels a row with everything a listener needs', () => {
  const snapshot = sampleSnapshot({ createdAt: '2026-11-19T14:08:00Z', heldUntil: 'forever' });
  expect(rowLabel(snapshot, null, NOW, format, trans)).toBe(
    'features v3 frozen, 12 min ago, ready, held, from features.ipynb'
  );
});

it('says on the second line where a snapshot is from', () => {
  expect(secondLine(sampleSnapshot(), false, trans)).toEqual({ notebook: 'work/features.ipynb' });
  expect(secondLine(sampleSnapshot({ origin: 'other' }), false, trans)).toEqual({ words: 'made outside Datamark' });
  expect(secondLine(sampleSnapshot({ title: null, note: '' }), false, trans)).toBeNull();
  const safety = sampleSnapshot({ origin: 'safety', heldUntil: 'forever' });
  expect(secondLine(safety, true, trans)).toEqual({ words: 'kept for Undo' });
  expect(secondLine(safety, false, trans)).toEqual({ words: 'taken before a restore' });
});

describe('a restore that has ended', () => {
  const restore = (change: Parameters<typeof sampleRestore>[0]) =>
    sampleRestore({ finishedAt: '2026-11-19T14:15:00Z', createdAt: '2026-11-19T14:13:10Z', ...change });
  const title = (change: Parameters<typeof sampleRestore>[0]) => restoreTitle(restore(change), NOW, format, trans);

  it('says what became of it', () => {
    expect(title({ phase: 'succeeded' })).toBe('Restored from 17 Nov, 09:12');
    expect(title({ phase: 'rolled-back' })).toBe('Not restored from 17 Nov, 09:12');
    expect(title({ phase: 'failed' })).toBe('Restore from 17 Nov, 09:12 failed');
    expect(title({ phase: 'succeeded', undoOf: 'restore-0' })).toBe('Restore undone');
    expect(title({ phase: 'rolled-back', undoOf: 'restore-0' })).toBe('Restore not undone');
  });

  it('says how long it took, by whom, and why there is no Undo', () => {
    const gone = restore({ phase: 'succeeded', undo: { possible: false, reason: 'The safety snapshot was deleted.' } });
    expect(restoreFacts(gone, NOW, format, trans)).toBe('14:15:00 · took 1 min 50 s · by alice');
    expect(restoreRemarks(gone, trans)).toEqual(['No Undo: The safety snapshot was deleted.']);
    expect(restoreLabel(gone, null, NOW, format, trans)).toBe(
      'Restored from 17 Nov, 09:12, 5 min ago, features v3 frozen'
    );
  });

  it('says why it was rolled back and what that means', () => {
    const back = restore({ phase: 'rolled-back', problem: sampleProblem() });
    expect(restoreSubtitle(back)).toBe('The disk of home is full.');
    expect(restoreRemarks(back, trans)).toEqual([
      'The disk of home is full. Free some space.',
      'Your data is as before.'
    ]);
    expect(
      restoreRemarks(
        restore({ phase: 'succeeded', kept: '.datamark/kept/1', undo: { possible: true, until: null } }),
        trans
      )
    ).toEqual(['Files that changed during the restore are kept in .datamark/kept/1']);
  });
});

it('counts what a snapshot could not take', () => {
  expect(omissionWords({ reason: 'unreadable', count: 1, examples: [] }, trans)).toBe(
    '1 file could not be read and is missing'
  );
  expect(omissionWords({ reason: 'special-file', count: 3, examples: [] }, trans)).toBe('3 special files are left out');
});

it('says where a clone is from and who uses it', () => {
  const clone = sampleClone({ createdAt: '2026-11-19T11:20:00Z', usedBy: { known: true, names: [] } });
  expect(originWords({ ...clone, source: { ...clone.source, exists: false } }, trans)).toBe(
    'from home, a snapshot deleted since'
  );
  expect(originWords({ ...clone, source: { ...clone.source, kind: 'volume' } }, trans)).toBe('from home, live data');
  expect(stateWords(clone, NOW, format, trans)).toBe('Not in use · made 3 h ago');
  const used = { ...clone, usedBy: { known: true as const, names: ['server alice/sweep'] } };
  expect(stateWords(used, NOW, format, trans)).toBe('Used by server alice/sweep · made 3 h ago');
  const unknownUse = { ...clone, usedBy: { known: false as const, reason: 'not told' } };
  expect(stateWords(unknownUse, NOW, format, trans)).toBe('made 3 h ago');
});

it('names the object of an operation, and why it failed', () => {
  const operation = sampleOperation({
    verb: 'snapshot',
    object: { kind: 'snapshot', name: 'n', label: 'before lr sweep' }
  });
  expect(operationWords({ ...operation, state: 'running' }, trans)).toBe('Creating “before lr sweep”');
  const problem = sampleProblem({ detail: 'The disk is full.' });
  expect(operationWords({ ...operation, state: 'failed', problem }, trans)).toBe(
    '“before lr sweep” was not created. The disk is full.'
  );
});

it('says how the page stands towards the server', () => {
  const line = (connection: Parameters<typeof connectionLine>[0]) =>
    connectionLine(connection, NOW, format, trans).text;
  expect(line(ONLINE)).toBe('Connected · plain directories');
  expect(line({ state: 'connecting' })).toBe('Connecting…');
  expect(
    line({
      state: 'unreachable',
      problem: sampleProblem(),
      since: new Date(NOW.getTime() - 8 * 60_000),
      retryAt: new Date(NOW.getTime() + 19_500)
    })
  ).toBe('No answer for 8 min. Next try in 20 s');
  expect(line({ state: 'incompatible', serverMajor: 2 })).toBe('Page and server differ');
  expect(line({ state: 'online', status: hubStatus() })).toBe('Connected · namespace hub');
  const found = { state: 'failed', ok: 6, warning: 1, failed: 3, unknown: 1, notApplicable: 1 } as const;
  expect(line({ state: 'online', status: hubStatus({ check: found }) })).toBe('3 features off: see check report');
  const notice = { code: 'no-watch', message: 'No watch.', fix: '', object: null };
  expect(line({ state: 'online', status: hubStatus({ notices: [notice] }) })).toBe('1 notice: see check report');
  expect(line({ state: 'online', status: hubStatus({ check: { ...found, failed: 0 } }) })).toBe(
    'Connected · namespace hub'
  );
  expect(line({ state: 'online', status: hubStatus({ freshness: AWAY }) })).toBe(
    'No answer for 8 min. Next try in 20 s'
  );
});

it('says what stores a claim and how it may be mounted', () => {
  expect(storageFacts(claimVolume(), trans)).toBe('Stored by cow.csi.test\nStorage class cow\nAccess ReadWriteOnce');
  expect(storageFacts(sampleVolume(), trans)).toBe('Stored by ext4, hard links');
});

it('says that a clone waits for its first pod, and counts no time for it', () => {
  expect(stateWords(waitingClone(), NOW, format, trans)).toBe('Waits for its first pod (normal here)');
});

describe('no volumes', () => {
  it('are explained by the configuration of directories, the pod, or what the provider found', () => {
    expect(noVolumesWords(ONLINE, trans).detail).toBe('This server has no directory that Datamark works on.');
    expect(noVolumesWords({ state: 'online', status: hubStatus() }, trans).detail).toBe(
      'Datamark knows no claim that pod jupyter-alice mounts.'
    );
    const notice = { code: 'no-volumes', message: 'Pod p mounts no claim.', fix: 'Add one.', object: null };
    expect(noVolumesWords({ state: 'online', status: hubStatus({ notices: [notice] }) }, trans)).toEqual({
      detail: 'Pod p mounts no claim.',
      next: 'Add one.'
    });
  });
});

describe('snapshots made elsewhere', () => {
  const words = (elsewhere: Parameters<typeof claimVolume>[0]) => elsewhereWords(claimVolume(elsewhere), format, trans);
  it('are said nothing of where all are shown', () => {
    expect(words({})).toBeNull();
    expect(words({ elsewhere: { state: 'shown' } })).toBeNull();
  });
  it('can be looked for, and say how far that is', () => {
    expect(words({ elsewhere: { state: 'not-looked', count: 9000, message: 'At most 9,000 more.' } })).toEqual({
      look: 'open',
      text: 'At most 9,000 more.',
      canLook: true
    });
    expect(words({ elsewhere: { state: 'looking', read: 1500, remaining: 7500 } })).toEqual({
      look: 'running',
      text: 'Looking for snapshots made elsewhere: 1,500 of 9,000 read',
      canLook: false
    });
    expect(words({ elsewhere: { state: 'looked', at: NOW.toISOString(), found: 2 } })?.text).toBe(
      'Snapshots made elsewhere: 2 found, as of 14:20.'
    );
  });
});

describe('announcements', () => {
  const upsert = (object: Extract<ServerEvent, { type: 'upsert' }>['object']): ServerEvent => ({
    type: 'upsert',
    revision: 1,
    object
  });
  it('say changes of state, failures loudly', () => {
    const ready = upsert(sampleSnapshot());
    expect(announcementOf(ready, 'pending', trans)).toEqual({
      text: 'features v3 frozen is ready',
      assertive: false
    });
    const failed = upsert(
      sampleSnapshot({
        state: { phase: 'failed', at: '2026-11-19T14:08:05Z', problem: sampleProblem({ detail: 'The disk is full.' }) }
      })
    );
    expect(announcementOf(failed, 'pending', trans)).toMatchObject({ assertive: true });
  });
  it('say nothing twice, and nothing about what did not change', () => {
    expect(announcementOf(upsert(sampleSnapshot()), 'ready', trans)).toBeNull();
    expect(announcementOf(upsert(sampleSnapshot()), undefined, trans)).toBeNull();
    expect(announcementOf(upsert(sampleVolume()), undefined, trans)).toBeNull();
  });
});
