/** A claim that is a clone, as the contract shows it. Pure: what only other objects tell comes in. */
import { CloneName, problem, type Clone, type Phase } from '../../../../../contract';
import { annotations } from '../names';
import { cloneNameIn, slugOf } from '../objectNames';
import { instantOf, textOf } from '../objectMarks';
import { bytesOf } from '../quantity';
import type { ObjectEvent } from '../resources';
import type { PersistentVolumeClaim } from '../volumes/claimResource';

/** What the claim itself does not tell. */
export interface CloneSurroundings {
  readonly source: Clone['source'];
  readonly usedBy: Clone['usedBy'];
  /** Where this server has it mounted. */
  readonly mount: { readonly path: string; readonly browsePath: string | null } | null;
  /** Binding mode of its storage class; null: the class can't be read. */
  readonly bindingMode: string | null;
  /** The newest Event about it, where Events may be read. */
  readonly event: ObjectEvent | null;
  /** It had its time to be made, or to mend an error by trying again. */
  readonly patienceOver: boolean;
}

/** The scheduler puts it on when a pod that uses the claim has a node (component-helpers storage/volume). */
const SELECTED_NODE = 'volume.kubernetes.io/selected-node';
const FIRST_CONSUMER = 'WaitForFirstConsumer';

/** Whether it waits for a pod: nothing happens to it by itself. */
function waitsForPod({ metadata }: PersistentVolumeClaim, { bindingMode, event }: CloneSurroundings): boolean {
  return (
    metadata.annotations[SELECTED_NODE] === undefined &&
    (bindingMode === FIRST_CONSUMER || event?.reason === FIRST_CONSUMER)
  );
}

function pendingOrFailed(claim: PersistentVolumeClaim, around: CloneSurroundings, since: string): Phase {
  const { event, patienceOver, bindingMode } = around;
  const { name } = claim.metadata;
  if (waitsForPod(claim, around)) {
    return { phase: 'pending', since, message: 'Made. It gets its data when a pod first uses it.', awaitsUse: true };
  }
  if (event?.type === 'Warning') {
    return patienceOver
      ? {
          phase: 'failed',
          at: instantOf(event.lastTimestamp ?? event.eventTime, since),
          problem: problem('storage-failed', {
            // That it was not made is what every view says of a failed one.
            detail: `The cluster says: “${event.message}”`,
            next: 'It is still tried again by the cluster. Delete it if you don’t need it.',
            object: name
          })
        }
      : { phase: 'pending', since, message: `The cluster says: “${event.message}” It tries again.` };
  }
  if (bindingMode === null && event === null && patienceOver) {
    return {
      phase: 'pending',
      since,
      message: 'Made, but not filled: either the storage is still at it, or it waits for its first pod.',
      awaitsUse: true
    };
  }
  return { phase: 'pending', since, message: event?.message || 'The storage is making it' };
}

/** Where it stands, from what the cluster says now. */
function clonePhase(claim: PersistentVolumeClaim, around: CloneSurroundings): Phase {
  const { metadata, status } = claim;
  const created = createdOf(claim);
  if (metadata.deletionTimestamp !== undefined) {
    const since = instantOf(metadata.deletionTimestamp, created);
    return { phase: 'deleting', since, message: 'Being deleted. A pod that still uses it keeps it until it ends.' };
  }
  switch (status.phase) {
    case 'Bound':
      return { phase: 'ready', at: created };
    case 'Lost':
      return {
        phase: 'failed',
        at: created,
        problem: problem('storage-failed', {
          detail: `The clone ${metadata.name} has lost its storage: its PersistentVolume is gone.`,
          next: 'Delete it and make another one.',
          object: metadata.name
        })
      };
    default:
      return pendingOrFailed(claim, around, created);
  }
}

/** When the claim was made. */
export const createdOf = ({ metadata }: PersistentVolumeClaim): string =>
  instantOf(metadata.creationTimestamp, '1970-01-01T00:00:00Z');

/** The clone. */
export function describeClone(claim: PersistentVolumeClaim, around: CloneSurroundings): Clone {
  const { metadata, spec, status } = claim;
  const bytes = bytesOf(status.capacity['storage']) ?? bytesOf(spec.resources.requests['storage']);
  const name = cloneNameIn(metadata.name) ?? metadata.name;
  return {
    kind: 'clone',
    id: metadata.name,
    uid: metadata.uid,
    name: CloneName.safeParse(name).success ? name : slugOf(name, 63, 'clone'),
    source: around.source,
    createdAt: createdOf(claim),
    createdBy: textOf(metadata, annotations.createdBy),
    state: clonePhase(claim, around),
    size: bytes === null ? { known: false, reason: 'Its claim does not tell its size.' } : { known: true, bytes },
    path: around.mount?.path ?? null,
    browsePath: around.mount?.browsePath ?? null,
    usedBy: around.usedBy
  };
}
