/** A VolumeSnapshot as the contract shows it. Pure: what only time or Events tell comes in. */
import { problem, type Phase, type Snapshot } from '../../../../../contract';
import { notedCount } from '../../../lineage/notedRuns';
import { annotations, labels } from '../names';
import { heldUntilOf, instantOf, originOf, textOf, isOurs } from '../objectMarks';
import { bytesOf } from '../quantity';
import type { VolumeSnapshot } from '../resources';
import { snapshotErrorWords } from './snapshotError';

/** What the object itself does not tell. */
export interface SnapshotSurroundings {
  readonly volume: { readonly id: string; readonly name: string };
  /** The cluster had its chance to mend an error by trying again. */
  readonly patienceOver: boolean;
  /** Its claim can't go as long as it is not ready: the controllers hold it since they began to take the snapshot. */
  readonly keepsClaim: boolean;
  /** The newest Event about it, where Events may be read. */
  readonly event: string | null;
}

const AS_SOURCE = /as-source-protection$/;

/** What people call it. */
export const labelOf = (snapshot: Pick<Snapshot, 'title' | 'name'>): string => snapshot.title ?? snapshot.name;

/** Where it stands, from what the cluster says now. */
export function phaseOf({ metadata, spec, status }: VolumeSnapshot, around: SnapshotSurroundings): Phase {
  const created = instantOf(metadata.creationTimestamp, metadata.creationTimestamp);
  if (metadata.deletionTimestamp !== undefined) {
    const waits = metadata.finalizers.some(one => AS_SOURCE.test(one));
    const message = waits ? 'Waits until the clones being made from it are complete' : 'Being deleted';
    return { phase: 'deleting', since: instantOf(metadata.deletionTimestamp, created), message };
  }
  if (status.readyToUse === true) {
    return { phase: 'ready', at: instantOf(status.creationTime, created) };
  }
  const error = status.error ?? null;
  if (error === null) {
    const message =
      status.boundVolumeSnapshotContentName === undefined
        ? 'Waiting for the cluster’s snapshot controller'
        : 'The storage is making it';
    return { phase: 'pending', since: created, message: around.event ?? message };
  }
  const { said, final, meaning } = snapshotErrorWords(error.message);
  const told = [meaning, said === '' ? null : `It says: “${said}”`].filter(one => one !== null);
  const words = told.length === 0 ? 'The storage does not say why.' : told.join(' ');
  if (!final && !around.patienceOver) {
    return { phase: 'pending', since: created, message: `${words} The cluster tries again.` };
  }
  const claim = spec.source.persistentVolumeClaimName;
  return {
    phase: 'failed',
    at: instantOf(error.time, created),
    problem: problem('storage-failed', {
      // That it was not made is what every view says of a failed one.
      detail: words,
      next:
        'It is still tried again by the cluster. Delete it if you don’t need it' +
        (claim === undefined || !around.keepsClaim
          ? '.'
          : `: as long as it is there, the claim ${claim} can’t be deleted.`),
      object: metadata.name
    })
  };
}

/** The snapshot of a volume. */
export function describeSnapshot(object: VolumeSnapshot, around: SnapshotSurroundings): Snapshot {
  const { metadata, status } = object;
  const created = instantOf(metadata.creationTimestamp, metadata.creationTimestamp);
  const bytes = bytesOf(status.restoreSize);
  return {
    kind: 'snapshot',
    name: metadata.name,
    uid: metadata.uid,
    volume: around.volume.id,
    volumeName: around.volume.name,
    createdAt: instantOf(status.creationTime, created),
    createdBy: textOf(metadata, annotations.createdBy),
    title: textOf(metadata, annotations.title),
    note: metadata.annotations[annotations.note] ?? '',
    notebook: textOf(metadata, annotations.notebook),
    heldUntil: heldUntilOf(metadata),
    heldBy: textOf(metadata, annotations.heldBy),
    origin: originOf(metadata),
    state: phaseOf(object, around),
    // Drivers that don't know it tell 0 (external-snapshotter issue 1002).
    restoreSize:
      bytes === null || bytes === 0
        ? { known: false, reason: 'The storage driver does not tell how much a restore writes.' }
        : { known: true, bytes },
    ownData: { known: false, reason: 'Kubernetes does not tell how much a snapshot alone holds.' },
    files: null,
    omissions: [],
    path: null,
    restoredFrom: null,
    ...exportedOf(object),
    ...notedCount(metadata.annotations[annotations.mlflowRun])
  };
}

/** Of one that was imported, which takes an admin, and of one that Datamark made of what it had seen arrive. */
function exportedOf({ metadata, spec }: VolumeSnapshot): Pick<Snapshot, 'exported'> {
  const exported = textOf(metadata, annotations.exportedSnapshot);
  const isBelieved = spec.source.volumeSnapshotContentName !== undefined || isOurs(metadata);
  return exported === null || !isBelieved ? {} : { exported };
}

/**
 * Which of these volumes a snapshot is of: by its label, or, where it has none, by the claim it was made from. Others of
 * the namespace can write any label on snapshots of their own claims: with the label alone theirs would be shown as ours.
 */
export function volumeOf(
  { metadata, spec }: VolumeSnapshot,
  byVolumeId: ReadonlyMap<string, string>,
  claims: ReadonlySet<string>
): string | null {
  const volumeId = metadata.labels[labels.volumeId];
  const claim = spec.source.persistentVolumeClaimName;
  if (volumeId !== undefined) {
    const volume = byVolumeId.get(volumeId) ?? null;
    return claim === undefined || claim === volume ? volume : null;
  }
  return claim !== undefined && claims.has(claim) ? claim : null;
}
