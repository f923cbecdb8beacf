/**
 * The end of a swap whose namespace is deleted in its gap: no claim can be made there any more, and waiting for one would
 * keep the namespace for ever. Both volumes are left to an admin, kept, and reserved for no claim that will ever exist.
 */
import { LEFT_VOLUME, volumeAnnotations, type VolumeRef } from '../../providers/kubernetes/volumeRestore';
import type { Next, RestoreWork } from '../strategy';
import { changeVolume, claimOf } from './persistentVolume';
import { preparedVolume } from './secureSwap';
import type { SwapParts } from './swapParts';

export async function leaveVolumes(work: RestoreWork, parts: SwapParts): Promise<Next> {
  const { log } = work;
  const { namespace, claimName, oldVolume, key } = parts;
  const newVolume = preparedVolume(work);
  const left = { restore: key, before: oldVolume.name, restored: newVolume.name };
  await leave(work, parts, oldVolume);
  await leave(work, parts, newVolume);
  log.error(left, 'the namespace is deleted in the midst of a swap: both volumes are left to an admin');
  const reason = `Namespace ${namespace} was deleted.`;
  const message =
    `Namespace ${namespace} is being deleted, so claim ${claimName} can’t be made again. Both volumes are kept: ` +
    `${oldVolume.name} as it was before, ${newVolume.name} as restored. An admin can bring them back or delete them.`;
  return {
    kind: 'done',
    failed: true,
    status: { message, undo: { possible: false, reason, until: null, volume: null }, checkPod: null }
  };
}

/** In a namespace of the same name, a claim of that name would be somebody else’s: it must not get this one’s data. */
async function leave(
  { api }: RestoreWork,
  { namespace, claimName, claim }: SwapParts,
  volume: VolumeRef
): Promise<void> {
  await changeVolume(api, volume, found => {
    const { name, uid } = claimOf(found);
    const isOurs = found.metadata.annotations[volumeAnnotations.originalReclaimPolicy] !== undefined;
    return isOurs && found.metadata.labels[LEFT_VOLUME] === undefined
      ? {
          policy: 'Retain',
          labels: { [LEFT_VOLUME]: 'true' },
          annotations: { [volumeAnnotations.undoUntil]: null },
          ...(name === claimName && uid === '' ? { claimRef: { namespace, name, uid: claim.uid } } : {})
        }
      : null;
  });
}
