/**
 * Preparing: the volume that is to take the other's place, under a temporary claim and mounted once, and a trial of the
 * final claim. Whatever can be refused is refused here, while the server still runs.
 */
import { z } from 'zod';
import { bytesOf } from '../../providers/kubernetes/quantity';
import { ObjectMetadata, paths } from '../../providers/kubernetes/resources';
import { restorePath, volumeAnnotations, type VolumeRef } from '../../providers/kubernetes/volumeRestore';
import { PersistentVolumeClaim } from '../../providers/kubernetes/volumes/claimResource';
import { clusterPaths } from '../clusterObjects';
import { make } from '../madeObjects';
import { hasSucceeded } from '../podEnd';
import { orNull } from '../readOptional';
import { assertNotMadeAgain, readySnapshot } from '../readySnapshot';
import { RestoreRefused, type Next, type RestoreWork } from '../strategy';
import { checkPod, CheckPod, failureOf, Tolerations } from './checkPod';
import { assertCanGo } from './claimCanGo';
import { temporaryClaim, type TemporarySource } from './claimManifests';
import { changeVolume, claimOf, findVolume, PersistentVolume, volumeRef } from './persistentVolume';
import { placeConflict } from './placeConflict';
import { refusal } from './refusals';
import { findClaim, findPod } from './swapObjects';
import { isMadeFor, swapParts, type SwapParts } from './swapParts';
import { tryFinalClaim } from './tryFinalClaim';
import { stuckClaim, stuckPod } from './stuck';

/** How soon to look again where nothing of the namespace may tell, ms. */
const SOON_MS = 500;

export async function prepareSwap(work: RestoreWork): Promise<Next> {
  const { status } = work.restore;
  const parts = swapParts(work.restore);
  const [claim, pod] = await Promise.all([findClaim(work, parts.temporaryName), findPod(work, parts.checkPodName)]);
  if (claim === null) {
    await tryExchange(work, parts);
    const { uid } = await makeTemporaryClaim(work, parts);
    await makeCheckPod(work, parts);
    return { kind: 'write', status: { temporaryClaim: { name: parts.temporaryName, uid } } };
  }
  if (!isMadeFor(work.restore, claim) || claim.metadata.deletionTimestamp !== undefined) {
    throw new RestoreRefused(
      'already-exists',
      `A claim ${parts.temporaryName} that is not this restore’s stands in the way.`,
      'Delete it, then restore again.'
    );
  }
  if (status.temporaryClaim?.uid !== claim.metadata.uid) {
    return { kind: 'write', status: { temporaryClaim: { name: parts.temporaryName, uid: claim.metadata.uid } } };
  }
  return look(work, parts, claim, pod);
}

/** Whether the claim can go and come again; throws RestoreRefused where it can’t. */
async function tryExchange(work: RestoreWork, parts: SwapParts): Promise<void> {
  const goes = findClaim(work, parts.claimName).then(present => present && assertCanGo(work, present));
  const comes = tryFinalClaim(work, parts);
  await Promise.allSettled([goes, comes]);
  await goes;
  await comes;
}

/** At the claim and at the pod that mounts it. */
async function look(
  work: RestoreWork,
  parts: SwapParts,
  claim: PersistentVolumeClaim,
  pod: CheckPod | null
): Promise<Next> {
  if (pod === null) {
    if (await isLate(work)) {
      return { kind: 'wait', ms: 0 };
    }
    // Also before the claim is bound: a class that waits for its first consumer binds for this pod.
    await makeCheckPod(work, parts);
    return { kind: 'wait', ms: SOON_MS, message: 'Making a volume from the snapshot.' };
  }
  if (!isMadeFor(work.restore, pod)) {
    throw new RestoreRefused(
      'already-exists',
      `A pod ${parts.checkPodName} that is not this restore’s stands in the way.`,
      'Delete it, then restore again.'
    );
  }
  if (claim.status.phase !== 'Bound') {
    if (!parts.isUndo) {
      // Of a snapshot that is gone, or going, no volume is made any more: nothing is worth waiting for.
      await readSnapshot(work);
    }
    return stuckClaim(work, claim, pod);
  }
  const failure = failureOf(pod);
  if (failure !== null) {
    const detail = `The new volume can’t be used: ${failure}. Nothing was changed.`;
    throw new RestoreRefused('storage-failed', detail, 'Choose another snapshot, or ask an admin.');
  }
  if (!hasSucceeded(pod)) {
    await checkPlace(work, parts, claim);
    return stuckPod(work, pod);
  }
  const [volume] = await Promise.all([
    volumeOf(work, parts, claim),
    parts.isUndo ? null : assertNotMadeAgain(work, work.restore.spec.snapshotName ?? '')
  ]);
  // `secure` deletes the pod: before the kubelet calls it Succeeded it would go later.
  return { kind: 'done', status: { newVolume: volume } };
}

/** Another controller has gone on meanwhile: what is not there may be there no more, because it is done. */
async function isLate({ api, restore }: RestoreWork): Promise<boolean> {
  const { namespace, name, resourceVersion } = restore.metadata;
  const path = `${restorePath(namespace)}/${name}`;
  const now = await orNull(api.request({ path, schema: z.object({ metadata: ObjectMetadata }) }));
  return now?.metadata.resourceVersion !== resourceVersion;
}

/** A pod that no node can take is not waited for. */
async function checkPlace(work: RestoreWork, { oldVolume }: SwapParts, claim: PersistentVolumeClaim): Promise<void> {
  const { api } = work;
  const path = clusterPaths.volume(claim.spec.volumeName);
  const [old, fresh] = await Promise.all([
    findVolume(api, oldVolume),
    orNull(api.request({ path, schema: PersistentVolume }))
  ]);
  const conflict = old === null || fresh === null ? null : placeConflict(old, fresh);
  if (conflict !== null) {
    throw new RestoreRefused(
      'storage-failed',
      `The storage made the new volume where your server’s volume is not: ${conflict}. Nothing was changed.`,
      'Clone the snapshot and open the clone, or ask an admin for a class that makes volumes where a pod runs.'
    );
  }
}

/** What the temporary claim is bound to. */
async function volumeOf(work: RestoreWork, parts: SwapParts, claim: PersistentVolumeClaim): Promise<VolumeRef> {
  const { newVolume } = work.restore.status;
  if (parts.isUndo && newVolume !== null && newVolume !== undefined) {
    return newVolume;
  }
  const name = claim.spec.volumeName;
  const volume = await work.api.request({ path: clusterPaths.volume(name), schema: PersistentVolume });
  if (claimOf(volume).uid !== claim.metadata.uid) {
    throw new Error(`The volume ${name} is not that of claim ${claim.metadata.name}.`);
  }
  return volumeRef(volume);
}

async function makeTemporaryClaim(work: RestoreWork, parts: SwapParts): Promise<PersistentVolumeClaim['metadata']> {
  const body = temporaryClaim(parts, parts.isUndo ? await takeKeptVolume(work, parts) : await readSnapshot(work));
  const path = paths.claims(parts.namespace);
  try {
    return (await work.api.request({ method: 'POST', path, body, schema: PersistentVolumeClaim })).metadata;
  } catch (error) {
    throw refusal(error, 'A volume for the restore was not made.');
  }
}

async function readSnapshot(work: RestoreWork): Promise<TemporarySource> {
  const name = work.restore.spec.snapshotName ?? '';
  const { status } = await readySnapshot(work, name);
  return { snapshot: name, restoreSize: bytesOf(status.restoreSize) };
}

/** Reserves the kept volume for the temporary claim, where nobody has taken it meanwhile. */
async function takeKeptVolume(work: RestoreWork, parts: SwapParts): Promise<TemporarySource> {
  const { spec, status } = work.restore;
  const { namespace, claimName, temporaryName } = parts;
  const kept = status.newVolume;
  const gone = new RestoreRefused(
    'nothing-to-undo',
    `What restore ${spec.undoOf ?? ''} replaced is not kept any more.`,
    'Restore a snapshot instead.'
  );
  if (kept === null || kept === undefined) {
    throw gone;
  }
  const volume = await changeVolume(work.api, kept, found => {
    const { name, uid } = claimOf(found);
    const isKept = found.metadata.annotations[volumeAnnotations.undoOf] === `${namespace}/${spec.undoOf ?? ''}`;
    const isFree = ['Released', 'Available'].includes(found.status.phase) && [claimName, temporaryName].includes(name);
    if (!isKept || !isFree || found.spec.persistentVolumeReclaimPolicy !== 'Retain') {
      throw gone;
    }
    return name === temporaryName && uid === '' ? null : { claimRef: { namespace, name: temporaryName, uid: '' } };
  });
  if (volume === null) {
    throw gone;
  }
  return { volume: kept.name, capacity: volume.spec.capacity['storage'] ?? parts.claim.request };
}

async function makeCheckPod(work: RestoreWork, parts: SwapParts): Promise<void> {
  const { api, settings } = work;
  const [oldVolume, tolerated] = await Promise.all([findVolume(api, parts.oldVolume), tolerations(work)]);
  if (oldVolume === null) {
    const detail = `The volume ${parts.oldVolume.name} of claim ${parts.claimName} is gone.`;
    throw new RestoreRefused('object-changed', detail, 'Look at the claim, then restore again.');
  }
  const { image, pods } = settings;
  const body = checkPod({ parts, image, pods, oldVolume, tolerations: tolerated });
  try {
    await make(api, paths.pods(parts.namespace), body);
  } catch (error) {
    throw refusal(error, 'The pod that tries the new volume was not made.');
  }
}

/** Of the user's own pod, which runs where the volume is. */
async function tolerations({ api, restore }: RestoreWork): Promise<readonly unknown[]> {
  const { metadata, status } = restore;
  const name = status.requester?.podName ?? '';
  if (name === '') {
    return [];
  }
  const path = `${paths.pods(metadata.namespace)}/${name}`;
  return (await orNull(api.request({ path, schema: Tolerations })))?.spec.tolerations ?? [];
}
