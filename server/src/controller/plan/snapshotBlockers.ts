/** Whether the snapshot is one of this claim's volume that a volume can be made from. Pure. */
import { sizeWords } from '../../sizeWords';
import { bytesOf } from '../../providers/kubernetes/quantity';
import type { VolumeSnapshot } from '../../providers/kubernetes/resources';
import { volumeAnnotations, type StatusPlan } from '../../providers/kubernetes/volumeRestore';
import type { ClusterVolume, WholeClaim } from '../clusterObjects';
import type { PlanScene } from './planScene';

export type PlanBlocker = StatusPlan['blockers'][number];

/** Everything about the snapshot that stands in the way, whatever the way is. */
export function snapshotBlockers(scene: PlanScene, { claim }: WholeClaim): PlanBlocker[] {
  const { restore, snapshot } = scene;
  const { claimName, snapshotName = '' } = restore.spec;
  if (snapshot === null) {
    return [
      blocker('snapshot-not-found', snapshotName, {
        message: `Snapshot ${snapshotName} does not exist in namespace ${restore.metadata.namespace}.`,
        fix: `Choose another snapshot of ${claimName}.`
      })
    ];
  }
  const { metadata, status } = snapshot;
  if (metadata.deletionTimestamp !== undefined) {
    return [
      blocker('snapshot-deleting', metadata.name, {
        message: `Snapshot ${metadata.name} is being deleted.`,
        fix: `Choose another snapshot of ${claimName}.`,
        since: metadata.deletionTimestamp
      })
    ];
  }
  if (status.readyToUse !== true) {
    const why = status.error?.message ?? '';
    return [
      blocker('snapshot-not-ready', metadata.name, {
        message: `Snapshot ${metadata.name} is not ready${why === '' ? '.' : `: ${why}`}`,
        fix: 'Wait until it is ready, or choose another one.',
        since: metadata.creationTimestamp
      })
    ];
  }
  const foreign = whyForeign(scene, snapshot);
  if (foreign !== null) {
    return [
      blocker('snapshot-of-other-volume', metadata.name, {
        message: foreign,
        fix: `Choose a snapshot that was made of ${claimName}, or clone this one.`
      })
    ];
  }
  const blockers: PlanBlocker[] = [];
  const needed = bytesOf(status.restoreSize);
  const has = Math.max(
    bytesOf(claim.spec.resources.requests['storage']) ?? 0,
    bytesOf(claim.status.capacity['storage']) ?? 0
  );
  if (needed !== null && needed > has) {
    blockers.push(
      blocker('size', metadata.name, {
        message: `Snapshot ${metadata.name} needs a volume of ${sizeWords(needed)}, ${claimName} has ${sizeWords(has)}.`,
        fix: `Enlarge ${claimName}, or clone the snapshot.`
      })
    );
  }
  const mode = scene.content?.spec.sourceVolumeMode ?? null;
  if (mode !== null && mode !== claim.spec.volumeMode) {
    blockers.push(
      blocker('volume-mode', metadata.name, {
        message: `Snapshot ${metadata.name} is of a volume of mode ${mode}, ${claimName} has mode ${claim.spec.volumeMode}.`,
        fix: 'Choose a snapshot of the same mode.'
      })
    );
  }
  return blockers;
}

/**
 * Labels and the claim's name prove nothing: whoever may make snapshots writes them. The content tells from which volume
 * of the storage it is; that has to be the present one, or one that the claim had before a restore.
 */
function whyForeign({ content, volume, restore }: PlanScene, { metadata }: VolumeSnapshot): string | null {
  const { claimName } = restore.spec;
  const { name, uid } = metadata;
  if (content === null || volume === null) {
    return `That snapshot ${name} is of ${claimName} can’t be proven: its content is not there.`;
  }
  const { volumeSnapshotRef: ref, source, driver } = content.spec;
  if (ref.uid !== uid || ref.name !== name || ref.namespace !== restore.metadata.namespace) {
    return `Snapshot ${name} and its content ${content.metadata.name} don’t belong together.`;
  }
  const handle = source.volumeHandle ?? '';
  if (handle === '') {
    return `That snapshot ${name} is of ${claimName} can’t be proven: it was imported.`;
  }
  const csi = volume.spec.csi ?? null;
  return csi !== null && driver === csi.driver && [csi.volumeHandle, ...formerHandles(volume)].includes(handle)
    ? null
    : `Snapshot ${name} is of another volume than ${claimName}.`;
}

/** Handles that the claim's volumes had before restores; only those may write them who may change PersistentVolumes. */
export function formerHandles({ metadata }: ClusterVolume): string[] {
  const text = metadata.annotations[volumeAnnotations.formerHandles];
  try {
    const read: unknown = JSON.parse(text ?? '[]');
    return Array.isArray(read) ? read.filter(handle => typeof handle === 'string' && handle !== '') : [];
  } catch {
    return [];
  }
}

/** One thing that stands in the way. */
export const blocker = (
  kind: string,
  object: string,
  { by = null, since = null, ...words }: Pick<PlanBlocker, 'message' | 'fix' | 'by' | 'since'>
): PlanBlocker => ({ kind, object, ...words, by, since });
