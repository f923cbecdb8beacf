/** Verifying: the claim is bound to the volume that it was made for, and the volume to it. */
import { volumeAnnotations } from '../../providers/kubernetes/volumeRestore';
import type { PersistentVolumeClaim } from '../../providers/kubernetes/volumes/claimResource';
import type { Next, RestoreWork } from '../strategy';
import { changeVolume, claimOf, findVolume } from './persistentVolume';
import { replaceClaim } from './replaceClaim';
import { nextOf } from './restoreSwap';
import { preparedVolume } from './secureSwap';
import { claimSoon } from './swapObjects';
import { swapParts } from './swapParts';

const SOON_MS = 250;
/** It is bound within some 50 ms; so long one look waits for that. */
const BINDS_MS = 300;

export async function verifySwap(work: RestoreWork): Promise<Next> {
  const { api, restore, now } = work;
  const parts = swapParts(restore);
  const newVolume = preparedVolume(work);
  // Somebody may delete the claim again before it is bound: then it is made again.
  const replacement = await replaceClaim(work, parts, newVolume);
  if (replacement.state !== 'made') {
    return nextOf(replacement, newVolume);
  }
  const { metadata } = replacement.claim;
  if (metadata.uid !== restore.status.newClaim?.uid) {
    return { kind: 'write', status: { newClaim: { name: metadata.name, uid: metadata.uid } } };
  }
  const isSettled = (found: PersistentVolumeClaim | null): boolean =>
    found?.metadata.uid !== metadata.uid || found.status.phase !== 'Pending';
  const claim = isSettled(replacement.claim)
    ? replacement.claim
    : await claimSoon(work, parts.claimName, BINDS_MS, isSettled);
  const { spec, status } = claim?.metadata.uid === metadata.uid ? claim : replacement.claim;
  const volume = await findVolume(api, newVolume);
  const isBound = status.phase === 'Bound' && spec.volumeName === newVolume.name;
  if (!isBound || volume === null || claimOf(volume).uid !== metadata.uid) {
    const told = status.phase === 'Lost' ? ' The cluster says that its volume is lost.' : '';
    return { kind: 'wait', ms: SOON_MS, message: `Waiting until ${parts.claimName} is bound to its volume.${told}` };
  }
  if (parts.isUndo) {
    // It is the present now, and not kept for an undo any more.
    await changeVolume(api, newVolume, found =>
      found.metadata.annotations[volumeAnnotations.undoOf] === undefined ? null : { annotations: NO_UNDO }
    );
  }
  const until = restore.status.undo?.until ?? null;
  return {
    kind: 'done',
    status: {
      boundAt: now.toISOString(),
      undo: { possible: true, reason: '', until, volume: parts.oldVolume.name },
      pending: [`The volumes ${newVolume.name} and ${parts.oldVolume.name} are kept, whatever happens to the claim.`]
    }
  };
}

/** Of a volume that is not kept for an undo. */
export const NO_UNDO: Readonly<Record<string, null>> = {
  [volumeAnnotations.undoOf]: null,
  [volumeAnnotations.undoUntil]: null,
  [volumeAnnotations.restoredSnapshot]: null
};
