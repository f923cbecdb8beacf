/**
 * After the end: the present volume has its reclaim policy again once it was bound for a minute, the replaced one is kept
 * until its undo is over, and what was made for a restore that did not succeed is seen to its end.
 */
import type { RestoreStatus, VolumeRef } from '../../providers/kubernetes/volumeRestore';
import { volumeAnnotations } from '../../providers/kubernetes/volumeRestore';
import { paths, StorageClass } from '../../providers/kubernetes/resources';
import { isRemoved } from '../madeObjects';
import { orNull } from '../readOptional';
import type { Next, RestoreWork } from '../strategy';
import { keepUntilOver } from './keptVolume';
import { changeVolume, claimOf, findVolume, originalPolicy } from './persistentVolume';
import { giveAwayOrphans, volumesOfTemporary } from './removePrepared';
import { findClaim } from './swapObjects';
import { swapParts, type SwapParts } from './swapParts';

/** How long the claim has to be bound before its volume may go with it, ms. */
const BOUND_MS = 60_000;
/** For a volume that is made after its claim was given up, ms. */
const LATE_MS = 60_000;
/** The same where the class keeps volumes, so that nothing else frees it: some storages copy for hours, ms. */
const LATE_KEPT_MS = 24 * 60 * 60_000;
const AGAIN_MS = 10_000;
/** Somebody has to do something, ms. */
const ADMIN_MS = 10 * 60_000;

/** One thing that is left to do; null: it is done. */
export interface Unsettled {
  readonly pending: string;
  /** When to look again, ms. */
  readonly ms: number;
  readonly undo?: RestoreStatus['undo'];
}

export async function settleSwap(work: RestoreWork): Promise<Next> {
  const { status } = work.restore;
  if ((status.claim ?? null) === null || (status.oldVolume ?? null) === null) {
    return { kind: 'done', status: { pending: [] } };
  }
  const parts = swapParts(work.restore);
  const present = status.phase === 'Succeeded' ? status.newVolume : parts.oldVolume;
  const isGone = isOld(work) || (await isRemoved(work.api, work.restore, checkPodPath(parts)));
  const kept = await keepUntilOver(work, parts);
  const unsettled = [
    present === null || present === undefined ? null : await setPolicyBack(work, parts, present),
    kept.unsettled,
    status.phase === 'Succeeded' ? null : await seeOff(work, parts),
    isGone ? null : { pending: `Pod ${parts.checkPodName} is being deleted.`, ms: AGAIN_MS }
  ].filter(one => one !== null);
  const pending = unsettled.map(one => one.pending);
  const change = {
    ...(JSON.stringify(pending) === JSON.stringify(status.pending) ? {} : { pending }),
    ...(kept.undo === null ? {} : { undo: kept.undo })
  };
  if (unsettled.length === 0) {
    return { kind: 'done', status: change };
  }
  return Object.keys(change).length > 0
    ? { kind: 'write', status: change }
    : { kind: 'wait', ms: Math.min(...unsettled.map(one => one.ms)) };
}

/** Who was late has noticed it by then. */
const isOld = ({ restore, now }: RestoreWork): boolean =>
  now.getTime() - Date.parse(restore.status.finishedAt ?? '') > LATE_MS;

const checkPodPath = ({ namespace, checkPodName }: SwapParts): string => `${paths.pods(namespace)}/${checkPodName}`;

async function setPolicyBack(work: RestoreWork, parts: SwapParts, present: VolumeRef): Promise<Unsettled | null> {
  const { api, restore, now } = work;
  const { boundAt } = restore.status;
  if (boundAt === null || boundAt === undefined) {
    // The claim was never away from it.
    return null;
  }
  const left = Date.parse(boundAt) + BOUND_MS - now.getTime();
  const claim = left > 0 ? null : await findClaim(work, parts.claimName);
  let unsettled: Unsettled | null = null;
  await changeVolume(api, present, volume => {
    const { annotations } = volume.metadata;
    if (
      annotations[volumeAnnotations.originalReclaimPolicy] === undefined ||
      annotations[volumeAnnotations.undoOf] !== undefined
    ) {
      // It is set back, or a later restore keeps it.
      unsettled = null;
      return null;
    }
    const policy = originalPolicy(volume);
    if (left > 0) {
      unsettled = { pending: `Volume ${present.name} gets its reclaim policy ${policy} again in a minute.`, ms: left };
      return null;
    }
    const isBound =
      claim !== null && claim.metadata.deletionTimestamp === undefined && claimOf(volume).uid === claim.metadata.uid;
    if (!isBound) {
      const pending =
        `Volume ${present.name} is kept: claim ${parts.claimName} is not bound to it any more. ` +
        `An admin can set its reclaim policy to ${policy}.`;
      unsettled = { pending, ms: ADMIN_MS };
      return null;
    }
    unsettled = null;
    return { policy, annotations: { [volumeAnnotations.originalReclaimPolicy]: null } };
  });
  return unsettled;
}

/** The volume that was made for nothing, until the storage has freed it. */
async function seeOff(work: RestoreWork, parts: SwapParts): Promise<Unsettled | null> {
  const { restore, now, api } = work;
  const { newVolume, temporaryClaim, finishedAt } = restore.status;
  if (parts.isUndo || temporaryClaim === null || temporaryClaim === undefined) {
    return null;
  }
  if (newVolume !== null && newVolume !== undefined) {
    const volume = await findVolume(api, newVolume);
    const isGiven = volume !== null && claimOf(volume).uid === temporaryClaim.uid;
    return isGiven ? beingFreed(newVolume.name) : null;
  }
  await giveAwayOrphans(work);
  const [orphan] = await volumesOfTemporary(work);
  if (orphan !== undefined) {
    return beingFreed(orphan.metadata.name);
  }
  const since = now.getTime() - Date.parse(finishedAt ?? '');
  const pending = 'The storage may still be making the volume that is not needed any more.';
  if (since < LATE_MS) {
    return { pending, ms: Math.min(LATE_MS - since, AGAIN_MS) };
  }
  return temporaryClaim.uid !== '' && since < LATE_KEPT_MS && (await isClassKeeping(work))
    ? { pending, ms: Math.min(LATE_KEPT_MS - since, ADMIN_MS) }
    : null;
}

/** Whether volumes of the claim's class stay when their claim is gone. */
async function isClassKeeping({ api, restore }: RestoreWork): Promise<boolean> {
  const name = restore.status.claim?.storageClassName ?? '';
  const path = `${paths.storageClasses}/${name}`;
  const found = name === '' ? null : await orNull(api.request({ path, schema: StorageClass }));
  return (found?.reclaimPolicy ?? restore.status.oldVolume?.reclaimPolicy) === 'Retain';
}

const beingFreed = (name: string): Unsettled => ({
  pending: `Volume ${name}, made for this restore, is being freed by the storage.`,
  ms: AGAIN_MS
});
