/**
 * Takes away what was made for the restore: check pod, temporary claim and its volume with its storage. The kept volume of
 * an undo was not made for it: that one goes back to be kept.
 */
import { paths } from '../../providers/kubernetes/resources';
import { volumeAnnotations, type VolumeRef } from '../../providers/kubernetes/volumeRestore';
import type { PersistentVolumeClaim } from '../../providers/kubernetes/volumes/claimResource';
import { clusterPaths } from '../clusterObjects';
import { orNull } from '../readOptional';
import type { Next, RestoreWork } from '../strategy';
import { changeVolume, claimOf, PersistentVolume, volumeRef } from './persistentVolume';
import { deleteObject, findClaim, findPod } from './swapObjects';
import { isMadeFor, type SwapParts } from './swapParts';

const SOON_MS = 250;

/** null: all is gone, or goes by itself. */
export async function removePrepared(work: RestoreWork, parts: SwapParts): Promise<Next | null> {
  const { restore } = work;
  const { temporaryClaim } = restore.status;
  if (temporaryClaim === null || temporaryClaim === undefined) {
    return null;
  }
  const pod = await findPod(work, parts.checkPodName);
  if (pod !== null && isMadeFor(restore, pod)) {
    await deleteObject(work, paths.pods(parts.namespace), pod.metadata);
    if ((await findPod(work, parts.checkPodName)) !== null) {
      return { kind: 'wait', ms: SOON_MS, message: 'Removing the pod that tried the new volume.' };
    }
  }
  const claim = await findClaim(work, parts.temporaryName);
  if (claim !== null && isMadeFor(restore, claim)) {
    if (temporaryClaim.uid !== claim.metadata.uid) {
      return { kind: 'write', status: { temporaryClaim: { name: parts.temporaryName, uid: claim.metadata.uid } } };
    }
    const made = parts.isUndo || restore.status.newVolume ? null : await volumeOf(work, claim);
    if (made !== null) {
      // From here on it is known that none comes late.
      return { kind: 'write', status: { newVolume: volumeRef(made) } };
    }
    if (!parts.isUndo) {
      await giveAwayByName(work, claim.spec.volumeName, claim.metadata.uid);
    }
    await deleteObject(work, paths.claims(parts.namespace), claim.metadata);
    if ((await findClaim(work, parts.temporaryName)) !== null) {
      return { kind: 'wait', ms: SOON_MS, message: 'Removing the temporary claim.' };
    }
  }
  const { newVolume } = restore.status;
  if (newVolume === null || newVolume === undefined) {
    await giveAwayOrphans(work);
  } else if (parts.isUndo) {
    await putBack(work, parts, newVolume);
  } else {
    await giveAway(work, parts, newVolume);
  }
  return null;
}

/** What the temporary claim is bound to; null: nothing that is there. */
async function volumeOf(
  { api }: RestoreWork,
  { metadata, spec: { volumeName } }: PersistentVolumeClaim
): Promise<PersistentVolume | null> {
  const path = clusterPaths.volume(volumeName);
  const found = volumeName === '' ? null : await orNull(api.request({ path, schema: PersistentVolume }));
  return found !== null && claimOf(found).uid === metadata.uid ? found : null;
}

/** The volumes of the temporary claim that are there still, in whatever state. */
export async function volumesOfTemporary({ api, restore }: RestoreWork): Promise<PersistentVolume[]> {
  const uid = restore.status.temporaryClaim?.uid ?? '';
  if (uid === '') {
    return [];
  }
  const { items } = await api.list({ path: clusterPaths.volumes, item: PersistentVolume });
  return items.filter(volume => claimOf(volume).uid === uid);
}

/** Made after its claim was given up, where the class would keep it. */
export async function giveAwayOrphans(work: RestoreWork): Promise<void> {
  for (const { metadata } of await volumesOfTemporary(work)) {
    await giveAwayByName(work, metadata.name, work.restore.status.temporaryClaim?.uid ?? '');
  }
}

async function giveAwayByName({ api }: RestoreWork, name: string, temporaryUid: string): Promise<void> {
  const found =
    name === '' ? null : await orNull(api.request({ path: clusterPaths.volume(name), schema: PersistentVolume }));
  if (found !== null) {
    await changeVolume(api, found.metadata, volume =>
      claimOf(volume).uid === temporaryUid && volume.spec.persistentVolumeReclaimPolicy !== 'Delete'
        ? { policy: 'Delete' }
        : null
    );
  }
}

/** Its storage is freed once its claim is one that is gone: of the name for which it was reserved there may be another. */
async function giveAway({ api, restore }: RestoreWork, parts: SwapParts, newVolume: VolumeRef): Promise<void> {
  const { namespace, claimName, temporaryName } = parts;
  const uid = restore.status.temporaryClaim?.uid ?? '';
  await changeVolume(api, newVolume, volume => {
    const claim = claimOf(volume);
    const isOurs =
      (claim.name === temporaryName && claim.uid === uid) || (claim.name === claimName && claim.uid === '');
    const isGiven = claim.uid === uid && volume.spec.persistentVolumeReclaimPolicy === 'Delete';
    return !isOurs || isGiven
      ? null
      : {
          policy: 'Delete',
          claimRef: { namespace, name: temporaryName, uid },
          annotations: {
            [volumeAnnotations.formerHandles]: null,
            [volumeAnnotations.originalReclaimPolicy]: null
          }
        };
  });
}

/** Kept for the undo as before: reserved for no claim that exists, so that none gets it by its name. */
async function putBack({ api, restore }: RestoreWork, parts: SwapParts, kept: VolumeRef): Promise<void> {
  const { namespace, claimName, temporaryName } = parts;
  const former = kept.formerHandles.length === 0 ? null : JSON.stringify(kept.formerHandles);
  await changeVolume(api, kept, volume => {
    const claim = claimOf(volume);
    const isTaken = claim.name === temporaryName || (claim.name === claimName && claim.uid === '');
    return isTaken
      ? {
          claimRef: { namespace, name: claimName, uid: restore.metadata.uid },
          annotations: { [volumeAnnotations.formerHandles]: former }
        }
      : null;
  });
}
