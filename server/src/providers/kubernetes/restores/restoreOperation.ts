/** The operation that a restore is, from the object alone: after a restart of anything it is found again. Pure. */
import type { Capability, Operation, Restore } from '../../../../../contract';
import type { VolumeRestore } from '../volumeRestore';
import { isBeingCancelled, standOf } from './describeRestore';

/** Of the operation on a restore. */
export const restoreOperationId = (uid: string): string => `restore-${uid}`.toLowerCase();

const cancelOf = (object: VolumeRestore): Capability => {
  if (isBeingCancelled(object)) {
    return { available: false, reason: 'It is being cancelled.', fix: 'Wait.' };
  }
  switch (standOf(object)) {
    case 'changing':
      return {
        available: false,
        reason: 'The volume is being changed: it goes on until it is done or everything is as before.',
        fix: 'Wait.'
      };
    case 'over':
      return { available: false, reason: 'It is over.', fix: 'Look at its result.' };
    default:
      return object.status.problem
        ? { available: false, reason: 'It goes back to how it was already.', fix: 'Wait.' }
        : { available: true };
  }
};

/** `shown`: whether it is worth a line; a plan that waits for its user is not. */
export function restoreOperation(restore: Restore, object: VolumeRestore): { operation: Operation; shown: boolean } {
  const stand = standOf(object);
  const label =
    restore.undoOf === null ? `Restore to ${restore.snapshotLabel}` : `Undo, back to ${restore.snapshotLabel}`;
  return {
    shown: restore.phase !== 'planned',
    operation: {
      kind: 'operation',
      id: restoreOperationId(restore.uid),
      verb: 'restore',
      volume: restore.volume,
      volumeName: restore.volumeName,
      object: { kind: 'restore', name: restore.id, label: stand === 'planning' ? `Plan: ${label}` : label },
      state: stateOf(restore, object),
      progress: { text: restore.message, done: null, total: null, unit: null },
      cancel: cancelOf(object),
      startedAt: restore.createdAt,
      finishedAt: stand === 'over' ? (restore.finishedAt ?? restore.createdAt) : null,
      problem: restore.phase === 'succeeded' ? null : restore.problem
    }
  };
}

function stateOf({ phase }: Restore, object: VolumeRestore): Operation['state'] {
  switch (phase) {
    case 'succeeded':
    case 'cancelled':
      return phase;
    case 'rolled-back':
    case 'failed':
      return 'failed';
    default:
      return isBeingCancelled(object) ? 'cancelling' : phase === 'planned' ? 'queued' : 'running';
  }
}
