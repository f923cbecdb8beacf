import { language } from '../testing/fakePage';
import { sampleClone, sampleProblem, sampleRestore, sampleSnapshot } from '../testing/samples';
import { CommandIDs } from '../tokens';
import { cloneMessage, restoreMessage, snapshotMessage } from './announcements';

const labels = (message: ReturnType<typeof snapshotMessage>) => message.actions.map(action => action.label);

describe('messages', () => {
  it('of a snapshot run from being made to ready, with Show', () => {
    const pending = sampleSnapshot({ state: { phase: 'pending', since: '2026-11-19T14:19:00Z', message: '' } });
    expect(snapshotMessage(pending, language)).toEqual({
      type: 'in-progress',
      text: 'Snapshot of home is being made',
      actions: []
    });
    expect(snapshotMessage(sampleSnapshot(), language)).toEqual({
      type: 'success',
      text: 'Snapshot of home is ready',
      actions: [{ label: 'Show', command: CommandIDs.showSnapshot, args: { snapshot: 'home.20261119-140803z-a1b2' } }]
    });
  });

  it('do not call a snapshot complete that lacks files', () => {
    const partial = sampleSnapshot({ omissions: [{ reason: 'unreadable', count: 2, examples: ['a'] }] });
    expect(snapshotMessage(partial, language)).toMatchObject({
      type: 'warning',
      text: 'Snapshot of home is ready, without 2 files: see the panel'
    });
    const sockets = sampleSnapshot({ omissions: [{ reason: 'special-file', count: 2, examples: ['a'] }] });
    expect(snapshotMessage(sockets, language).type).toBe('success');
  });

  it('of a failure say why and offer the details', () => {
    const problem = sampleProblem();
    const failed = sampleSnapshot({ state: { phase: 'failed', at: '2026-11-19T14:19:00Z', problem } });
    const message = snapshotMessage(failed, language);
    expect(message).toMatchObject({ type: 'error', text: 'No snapshot of home: The disk of home is full.' });
    expect(labels(message)).toEqual(['Details']);
    const clone = sampleClone({ state: { phase: 'failed', at: '2026-11-19T14:19:00Z', problem } });
    expect(cloneMessage(clone, language).text).toBe('No clone lr-sweep: The disk of home is full.');
  });

  it('of a restore offer Undo only where it is possible', () => {
    const ended = {
      phase: 'succeeded' as const,
      finishedAt: '2026-11-19T15:00:12Z',
      safetySnapshot: 'home.safety'
    };
    const undoable = restoreMessage(sampleRestore({ ...ended, undo: { possible: true, until: null } }), language);
    expect(undoable.text).toBe('home is restored to 17 Nov, 09:12. It took 12 s.');
    expect(labels(undoable)).toEqual(['Undo…', 'Show']);
    expect(labels(restoreMessage(sampleRestore(ended), language))).toEqual(['Show']);
  });

  it('of a restore that was rolled back say that nothing changed', () => {
    const back = restoreMessage(sampleRestore({ phase: 'rolled-back', problem: sampleProblem() }), language);
    expect(back.type).toBe('error');
    expect(back.text).toBe('home was not restored. The disk of home is full. Your data is as before.');
    const failed = restoreMessage(sampleRestore({ phase: 'failed', problem: sampleProblem() }), language);
    expect(failed.text).not.toContain('as before');
  });

  it('of a deletion offer no undo, because there is none', () => {
    const deleting = { phase: 'deleting' as const, since: '2026-11-19T14:19:00Z', message: '' };
    expect(snapshotMessage(sampleSnapshot({ state: deleting }), language).actions).toEqual([]);
    expect(cloneMessage(sampleClone({ state: deleting }), language).actions).toEqual([]);
  });
});
