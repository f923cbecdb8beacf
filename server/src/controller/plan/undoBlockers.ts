/** Whether what an earlier restore has kept can still come back. Pure. */
import { volumeAnnotations, type VolumeRestore } from '../../providers/kubernetes/volumeRestore';
import type { PlanScene } from './planScene';
import { blocker, type PlanBlocker } from './snapshotBlockers';

/** Everything that is in the way of the undo. */
export function undoBlockers(scene: PlanScene): PlanBlocker[] {
  const { restore, undone, isUndoneUnreadable } = scene;
  const { undoOf = '', claimName } = restore.spec;
  const why =
    undone !== null
      ? whyNothing(scene, undone)
      : isUndoneUnreadable
        ? `Restore ${undoOf} can’t be read: it was written by another version, or by hand.`
        : `Restore ${undoOf} does not exist.`;
  return why === null
    ? []
    : [blocker('nothing-to-undo', undoOf, { message: why, fix: `Choose a snapshot of ${claimName} instead.` })];
}

function whyNothing({ restore, now, keptVolume, keptSnapshot }: PlanScene, undone: VolumeRestore): string | null {
  const { metadata, spec, status } = undone;
  const { claimName } = restore.spec;
  if (spec.claimName !== claimName) {
    return `Restore ${metadata.name} was not of ${claimName}.`;
  }
  const { undo = null } = status;
  if (status.phase !== 'Succeeded' || undo === null) {
    return `Restore ${metadata.name} has changed nothing that could be undone.`;
  }
  if (undo.undoneBy !== null && undo.undoneBy !== undefined) {
    return `Restore ${metadata.name} is undone already, by ${undo.undoneBy}.`;
  }
  if (!undo.possible) {
    return undo.reason || `Restore ${metadata.name} can’t be undone.`;
  }
  if (undo.until !== null && undo.until !== undefined && new Date(undo.until) <= now) {
    return `What restore ${metadata.name} replaced was kept until ${undo.until}.`;
  }
  if (undo.snapshot !== null && undo.snapshot !== undefined) {
    const uid = status.safetySnapshot?.uid;
    const isSame = keptSnapshot !== null && (uid === undefined || uid === keptSnapshot.metadata.uid);
    return isSame ? null : `The snapshot from before restore ${metadata.name} is gone.`;
  }
  if (keptVolume === null) {
    return `The volume from before restore ${metadata.name} is gone.`;
  }
  if (keptVolume.metadata.annotations[volumeAnnotations.undoOf] !== `${metadata.namespace}/${metadata.name}`) {
    return `Volume ${keptVolume.metadata.name} is not kept for restore ${metadata.name} any more.`;
  }
  const { claimRef } = keptVolume.spec;
  return keptVolume.status.phase === 'Bound' ||
    (claimRef !== null && claimRef !== undefined && claimRef.name !== claimName)
    ? `Volume ${keptVolume.metadata.name} from before restore ${metadata.name} is in use elsewhere.`
    : null;
}
