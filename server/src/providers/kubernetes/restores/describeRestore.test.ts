/** What a VolumeRestore is shown as. */
import { Restore } from '../../../../../contract';
import { COUNT_CHANGES, RestorePhase } from '../volumeRestore';
import { describeRestore, standOf, type RestoreSurroundings } from './describeRestore';
import { restoreOperation } from './restoreOperation';
import { samplePlan, sampleVolumeRestore, SNAPSHOT } from './testing/sampleVolumeRestore';

const AROUND: RestoreSurroundings = {
  volumeName: 'home',
  snapshot: { label: 'before cleaning', createdAt: '2026-11-19T14:08:03.000Z' },
  undone: null,
  unanswered: false,
  now: new Date('2026-11-22T19:05:00Z')
};

const shown = (parts: Parameters<typeof sampleVolumeRestore>[0], around: Partial<RestoreSurroundings> = {}): Restore =>
  describeRestore(sampleVolumeRestore(parts), { ...AROUND, ...around });

it.each(RestorePhase.options)('phase “%s” is one of the contract, with words', phase => {
  const restore = shown({ status: { phase } });

  expect(Restore.parse(restore)).toEqual(restore);
  expect(restore.message).not.toBe('');
});

describe('the plan', () => {
  it('has the chosen way first, and says of each whether and why', () => {
    const { plan } = shown({ status: { phase: 'Planned', plan: samplePlan() } });

    expect(plan?.options?.map(({ strategy, possible }) => [strategy, possible.available])).toEqual([
      ['copy', true],
      ['swap', false]
    ]);
    expect(plan).toMatchObject({ stopsServer: true, changes: { known: false, reason: 'They can be counted.' } });
  });

  it('foresees its steps until they run', () => {
    const restore = shown({ status: { phase: 'Planned', plan: samplePlan() } });

    expect(restore.steps.map(({ text, state }) => [text, state])).toEqual([
      ['Make the copy', 'todo'],
      ['Stop the server', 'todo']
    ]);
  });

  it('keeps blockers as they are named', () => {
    const blocker = { kind: 'pod', object: 'jupyter-bob', message: 'It mounts the volume.', fix: 'Stop it.' };
    const { plan } = shown({ status: { phase: 'Planned', plan: samplePlan({ blockers: [blocker] }) } });

    expect(plan?.blockers).toEqual([{ ...blocker, by: null, since: null }]);
  });

  it('offers to count changes once, and only where that can be done', () => {
    const plan = samplePlan({ countable: true, changesUnknown: null });
    const annotations = { [COUNT_CHANGES]: '2026-11-22T19:01:00Z' };

    const offered = shown({ status: { phase: 'Planned', plan } });
    const counting = shown({ status: { phase: 'Planned', plan }, metadata: { annotations } });
    const never = shown({ status: { phase: 'Planned', plan: samplePlan() } });

    expect(offered.plan?.countable).toBe(true);
    expect(counting.plan).toMatchObject({ countable: false, changes: { reason: 'They are being counted.' } });
    expect(never.plan?.countable).toBeUndefined();
  });
});

it('without a controller it is blocked by that, and not planned for ever', () => {
  const restore = shown({ status: {} }, { unanswered: true });

  expect(restore.phase).toBe('planned');
  expect(restore.plan?.blockers).toMatchObject([{ kind: 'no-controller', object: 'datamark-controller' }]);
  expect(shown({ status: { phase: 'Preparing' } }, { unanswered: true }).phase).toBe('preparing');
});

it('goes by what it was told of its snapshot when that is gone', () => {
  const annotations = {
    'datamark.github.io/snapshot-label': 'frozen',
    'datamark.github.io/snapshot-created-at': '2026-11-19T14:00:00Z'
  };

  const restore = shown({ metadata: { annotations } }, { snapshot: null });

  expect(restore).toMatchObject({
    snapshot: SNAPSHOT,
    snapshotLabel: 'frozen',
    snapshotCreatedAt: '2026-11-19T14:00:00.000Z'
  });
});

it('calls the volume by its name where a step names the claim, and leaves names that begin with it', () => {
  const steps = [
    { text: 'Keep claim-ann as it is now', state: 'todo' },
    { text: 'Read claim-ann.20260101 beside claim-ann-2, then claim-ann.', state: 'todo' }
  ];
  const spec = { claimName: 'claim-ann' };
  expect(shown({ spec, status: { phase: 'Restoring', steps } }).steps.map(({ text }) => text)).toEqual([
    'Keep home as it is now',
    'Read claim-ann.20260101 beside claim-ann-2, then home.'
  ]);
});

it('measures its steps', () => {
  const steps = [
    { text: 'a', state: 'done', startedAt: '2026-11-22T19:00:00Z', finishedAt: '2026-11-22T19:00:02Z' },
    { text: 'b', state: 'current', startedAt: '2026-11-22T19:00:02Z' }
  ];

  expect(shown({ status: { phase: 'Restoring', steps } }).steps.map(({ durationMs }) => durationMs)).toEqual([
    2000,
    null
  ]);
});

describe('undo', () => {
  const undoOf = (undo: object | null, phase = 'Succeeded'): Restore['undo'] => shown({ status: { phase, undo } }).undo;

  it('is possible until its time', () => {
    expect(undoOf({ possible: true, until: '2026-12-06T00:00:00Z' })).toEqual({
      possible: true,
      until: '2026-12-06T00:00:00.000Z'
    });
    expect(undoOf({ possible: true, until: '2026-11-22T00:00:00Z' })).toMatchObject({ possible: false });
  });

  it('is not possible twice, nor before the end, nor where nothing was changed', () => {
    expect(undoOf({ possible: true, undoneBy: 'other' })).toEqual({
      possible: false,
      reason: 'It was undone by other.'
    });
    expect(undoOf({ possible: true }, 'Verifying')).toEqual({ possible: false, reason: 'It is not done yet.' });
    const safetySnapshot = { name: 'safety', uid: 's-1' };
    const status = { phase: 'Succeeded', undo: { possible: true, snapshot: 'safety' }, safetySnapshot } as const;
    const deleted = { possible: false, reason: 'Its safety snapshot safety was deleted.' };
    expect(shown({ status }, { keptSnapshot: 's-1' }).undo).toEqual({ possible: true, until: null });
    expect(shown({ status }, { keptSnapshot: null }).undo).toEqual(deleted);
    expect(shown({ status }, { keptSnapshot: 'made-again' }).undo).toEqual(deleted);
    expect(shown({ status }).undo).toEqual({ possible: true, until: null });
    expect(undoOf(null, 'RolledBack')).toEqual({ possible: false, reason: 'It changed nothing.' });
  });
});

describe('the end', () => {
  const problem = { type: 'restore-blocked', detail: 'A pod came.', next: 'Stop it.' };

  it('names the problem, of the catalogue', () => {
    expect(shown({ status: { phase: 'RolledBack', problem } }).problem).toMatchObject({
      status: 409,
      ...{ detail: 'A pod came.' }
    });
    const strange = shown({ status: { phase: 'Failed', problem: { ...problem, type: 'constructor' } } });
    expect(strange.problem?.type).toContain('internal');
  });

  it('is not told before it is there: until then it goes back', () => {
    const restore = shown({ status: { phase: 'Securing', problem } });

    expect(restore.problem).toBeNull();
    expect(restore.message).toBe('Going back to how it was. A pod came.');
  });
});

describe('its operation', () => {
  const operation = (parts: Parameters<typeof sampleVolumeRestore>[0]): ReturnType<typeof restoreOperation> => {
    const object = sampleVolumeRestore(parts);
    return restoreOperation(describeRestore(object, AROUND), object);
  };

  it('says of a cancel that came too late that it goes on', () => {
    const { operation: shown } = operation({
      status: { phase: 'Restoring', message: 'Copying the files of home.' },
      spec: { cancel: true }
    });
    expect(shown.state).toBe('running');
    expect(shown.progress.text).toBe('Copying the files of home.');
    expect(shown.cancel).toMatchObject({ available: false, reason: expect.stringMatching(/goes on until/) as unknown });
  });

  it('can be cancelled until data is changed', () => {
    const cancel = (phase: string, spec = {}): boolean =>
      operation({ status: { phase }, spec }).operation.cancel.available;

    expect(['Preparing', 'WaitingForRelease', 'Securing'].map(phase => cancel(phase))).toEqual([true, true, true]);
    expect(['Restoring', 'Verifying', 'Succeeded'].map(phase => cancel(phase))).toEqual([false, false, false]);
    expect(cancel('Preparing', { cancel: true })).toBe(false);
  });

  it('is not shown while its plan waits for its user', () => {
    expect(operation({ status: { phase: 'Planned', plan: samplePlan() } }).shown).toBe(false);
    expect(operation({ status: { phase: 'Planning' } }).shown).toBe(true);
  });

  it('ends as the restore does', () => {
    expect(operation({ status: { phase: 'RolledBack' } }).operation.state).toBe('failed');
    expect(operation({ status: { phase: 'Cancelled' } }).operation.state).toBe('cancelled');
    expect(operation({ status: { phase: 'Securing' }, spec: { cancel: true } }).operation.state).toBe('cancelling');
  });
});

it('an approved plan is under way, an unapproved one waits', () => {
  expect(standOf(sampleVolumeRestore({ status: { phase: 'Planned' } }))).toBe('planned');
  expect(standOf(sampleVolumeRestore({ status: { phase: 'Planned' }, spec: { approved: true } }))).toBe('waiting');
});
