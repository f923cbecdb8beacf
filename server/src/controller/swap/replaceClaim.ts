/**
 * The claim of the user's name with a given volume behind it. It is made as often as needed until it is there: after the
 * old one was deleted there is no way but forward.
 */
import { KubernetesError } from '../../providers/kubernetes/client/kubernetesApi';
import { paths } from '../../providers/kubernetes/resources';
import type { VolumeRef } from '../../providers/kubernetes/volumeRestore';
import { PersistentVolumeClaim } from '../../providers/kubernetes/volumes/claimResource';
import type { RestoreWork } from '../strategy';
import { finalClaim, readManifest } from './claimManifests';
import { acceptForeignClaim } from './foreignClaim';
import { livingOwners } from './livingOwners';
import { changeVolume, claimOf, findVolume, type PersistentVolume } from './persistentVolume';
import { isDefinite, isEndOfNamespace, isQuota, reasonWords } from './refusals';
import { deleteObject, findClaim } from './swapObjects';
import { isMadeFor, type SwapParts } from './swapParts';

/** The usage that a quota counts lags behind by some 15 ms. */
const QUOTA_MS = 100;
/** An admin has to mend something. */
const REFUSED_MS = 2_000;
const SOON_MS = 100;

export type Replacement =
  | { readonly state: 'made'; readonly claim: PersistentVolumeClaim }
  | { readonly state: 'waiting'; readonly ms: number; readonly message: string }
  /** Somebody deleted the volume: no claim can get it. */
  | { readonly state: 'volume gone' }
  /** Somebody deletes the namespace: no claim can be made in it any more. */
  | { readonly state: 'namespace ends' };

/** Does what is missing. The old claim must be gone, or be another one than that of the name. */
export async function replaceClaim(work: RestoreWork, parts: SwapParts, target: VolumeRef): Promise<Replacement> {
  const volume = await reserveAgain(work, parts, target);
  if (volume === null || volume.metadata.deletionTimestamp !== undefined) {
    return { state: 'volume gone' };
  }
  const present = await findClaim(work, parts.claimName);
  if (present === null) {
    return make(work, parts, target, volume);
  }
  if (present.metadata.deletionTimestamp !== undefined) {
    const message = `Claim ${parts.claimName} is being deleted (${present.metadata.finalizers.join(', ') || 'no finalizers'}).`;
    return { state: 'waiting', ms: SOON_MS, message };
  }
  if (!isMadeFor(work.restore, present)) {
    return acceptForeignClaim(work, parts, target, present);
  }
  if (present.spec.volumeName === target.name) {
    return { state: 'made', claim: present };
  }
  // Made by this restore for the volume that is gone: it holds nothing.
  await deleteObject(work, paths.claims(parts.namespace), present.metadata);
  return { state: 'waiting', ms: SOON_MS, message: `Making claim ${parts.claimName} again.` };
}

/**
 * Reserved for the name, also where a claim that had taken it is gone again. null: the volume is gone.
 * The claim is read after the volume: a uid that the volume names and the claim does not have then never comes back. The
 * other way round, a claim that somebody made and bound in between would lose its volume.
 */
async function reserveAgain(
  work: RestoreWork,
  { namespace, claimName, temporaryName }: SwapParts,
  target: VolumeRef
): Promise<PersistentVolume | null> {
  const volume = await findVolume(work.api, target);
  if (volume === null) {
    return null;
  }
  const bound = claimOf(volume);
  const isReserved = bound.name === claimName && bound.uid === '';
  if (isReserved || ![claimName, temporaryName].includes(bound.name)) {
    return volume;
  }
  const holder = await findClaim(work, bound.name);
  if (holder !== null && (bound.uid === '' || holder.metadata.uid === bound.uid)) {
    return volume;
  }
  return changeVolume(work.api, target, found => {
    const { name, uid } = claimOf(found);
    return name === bound.name && uid === bound.uid ? { claimRef: { namespace, name: claimName, uid: '' } } : null;
  });
}

async function make(
  work: RestoreWork,
  parts: SwapParts,
  target: VolumeRef,
  volume: PersistentVolume
): Promise<Replacement> {
  const owners = await livingOwners(work, readManifest(parts.claim).metadata.ownerReferences);
  const capacity = volume.spec.capacity['storage'] ?? null;
  const body = finalClaim({ parts, volumeName: target.name, capacity, owners });
  const path = paths.claims(parts.namespace);
  try {
    const claim = await work.api.request({ method: 'POST', path, body, schema: PersistentVolumeClaim });
    return { state: 'made', claim };
  } catch (error) {
    if (isQuota(error)) {
      return {
        state: 'waiting',
        ms: QUOTA_MS,
        message: `Claim ${parts.claimName} waits for room. ${reasonWords(error)}`
      };
    }
    if (isEndOfNamespace(error)) {
      return { state: 'namespace ends' };
    }
    if (isDefinite(error)) {
      const message = `Claim ${parts.claimName} can’t be made again yet. ${reasonWords(error)} Both volumes are kept.`;
      return { state: 'waiting', ms: REFUSED_MS, message };
    }
    if (error instanceof KubernetesError && error.reason === 'AlreadyExists') {
      return { state: 'waiting', ms: 0, message: `Somebody made claim ${parts.claimName}.` };
    }
    throw error;
  }
}
