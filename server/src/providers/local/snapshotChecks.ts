/** What is looked at before a snapshot is changed: refuses with the problem why not. */
import { ProblemError } from '../../problemError';
import { labelOf, type SnapshotRecord } from './snapshotRecord';

/** Refuses with `object-changed` where it is not the life that was looked at. */
export function assertUid(record: SnapshotRecord, uid: string): void {
  if (record.uid !== uid) {
    throw new ProblemError('object-changed', {
      detail: `${labelOf(record)} is not the one you looked at.`,
      next: 'Look at it again, then decide.',
      object: record.name
    });
  }
}

/** A record that a job is about to write can't be changed meanwhile: one of the two would be lost. */
export function assertSettled(record: SnapshotRecord): void {
  if (record.state.phase === 'pending' || record.deletingSince !== null) {
    throw new ProblemError('not-ready', {
      detail: `${labelOf(record)} is being ${record.deletingSince === null ? 'created' : 'deleted'}.`,
      next: 'Wait until that is done.',
      object: record.name
    });
  }
}

/** Refuses a hold that is over before it begins. */
export function assertInFuture(heldUntil: SnapshotRecord['heldUntil']): void {
  if (heldUntil !== null && heldUntil !== 'forever' && new Date(heldUntil) <= new Date()) {
    throw new ProblemError('invalid-request', {
      detail: `A hold can’t end in the past (${heldUntil}).`,
      next: 'Choose a later time.',
      fields: [{ path: 'heldUntil', message: 'It is in the past.' }]
    });
  }
}
