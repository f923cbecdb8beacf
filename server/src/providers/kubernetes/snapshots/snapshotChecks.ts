/** What is looked at before a snapshot is made or changed: throws the problem why not. Pure. */
import type { Capability, HeldUntil, Snapshot, Volume } from '../../../../../contract';
import { ProblemError } from '../../../problemError';
import { labelOf } from './describeSnapshot';

/** Refuses with the reason why something is off. */
export function assertPossible(volume: Volume, can: Capability, what: string): void {
  if (!can.available) {
    throw new ProblemError('not-supported', {
      detail: `${what} of ${volume.name} can’t be made. ${can.reason}`,
      next: can.fix,
      object: volume.id
    });
  }
}

/** Refuses with `operation-in-progress` while another snapshot of the volume is being made here. */
export function assertNoneRuns(
  volume: Volume,
  running: { readonly name: string; readonly label: string } | null
): void {
  if (running !== null) {
    throw new ProblemError('operation-in-progress', {
      detail: `A snapshot of ${volume.name} is being made: ${running.label}.`,
      next: 'Wait until it is done, or cancel it.',
      object: running.name
    });
  }
}

/** Refuses with `object-changed` where it is not the life that was looked at. */
export function assertUid(snapshot: Snapshot, uid: string): void {
  if (snapshot.uid !== uid) {
    throw new ProblemError('object-changed', {
      detail: `${labelOf(snapshot)} is not the one you looked at.`,
      next: 'Look at it again, then decide.',
      object: snapshot.name
    });
  }
}

/** Refuses a change of what is being deleted. */
export function assertStays(snapshot: Snapshot): void {
  if (snapshot.state.phase === 'deleting') {
    throw new ProblemError('not-ready', {
      detail: `${labelOf(snapshot)} is being deleted.`,
      next: 'Choose another snapshot.',
      object: snapshot.name
    });
  }
}

/** Refuses a hold that is over before it begins. */
export function assertInFuture(heldUntil: HeldUntil | undefined, now: Date): void {
  if (typeof heldUntil === 'string' && heldUntil !== 'forever' && new Date(heldUntil) <= now) {
    throw new ProblemError('invalid-request', {
      detail: `A hold can’t end in the past (${heldUntil}).`,
      next: 'Choose a later time.',
      fields: [{ path: 'body.heldUntil', message: 'It is in the past.' }]
    });
  }
}

/** Of a snapshot that does not exist. */
export const snapshotNotFound = (name: string): ProblemError =>
  new ProblemError('snapshot-not-found', {
    detail: `There is no snapshot ${name}.`,
    next: 'Look at the list again; it may have been deleted.',
    object: name
  });
