/**
 * Back to how it was. Before the old claim was deleted: what was made goes, and the old volume has its policy again.
 * After it, where the new volume is gone: the claim is made again with the old volume.
 */
import { paths } from '../../providers/kubernetes/resources';
import { RESTORE_LOCK, volumeAnnotations } from '../../providers/kubernetes/volumeRestore';
import { PersistentVolumeClaim } from '../../providers/kubernetes/volumes/claimResource';
import { orNull } from '../readOptional';
import { hasLock } from '../restoreLock';
import type { Next, RestoreWork } from '../strategy';
import { leaveVolumes } from './leaveVolumes';
import { changeVolume, claimOf, findVolume, originalPolicy } from './persistentVolume';
import { removePrepared } from './removePrepared';
import { replaceClaim } from './replaceClaim';
import { isKept } from './secureSwap';
import { findClaim } from './swapObjects';
import { swapParts, type SwapParts } from './swapParts';
import { NO_UNDO } from './verifySwap';

const SOON_MS = 250;
const ADMIN_MS = 10_000;

const NO_MORE_UNDO = { possible: false, reason: 'The restore was rolled back.', until: null, volume: null };

export async function rollBackSwap(work: RestoreWork): Promise<Next> {
  const { status } = work.restore;
  if ((status.claim ?? null) === null || (status.oldVolume ?? null) === null) {
    // The core records both before anything is made.
    return { kind: 'done' };
  }
  const parts = swapParts(work.restore);
  const present = await findClaim(work, parts.claimName);
  const isOld = present?.metadata.uid === parts.claim.uid;
  // Before Restoring, whatever became of the claim is somebody else's doing.
  if (isOld ? present.metadata.deletionTimestamp === undefined : !['Restoring', 'Verifying'].includes(status.phase)) {
    return undoPreparation(work, parts, isOld);
  }
  if (isOld) {
    const message = `Claim ${parts.claimName} is being deleted (${present.metadata.finalizers.join(', ')}).`;
    return { kind: 'wait', ms: SOON_MS, message };
  }
  return giveBack(work, parts);
}

async function undoPreparation(work: RestoreWork, parts: SwapParts, isClaimThere: boolean): Promise<Next> {
  if (isClaimThere && work.restore.status.phase === 'Restoring' && !(await isSafeFromDeletion(work, parts))) {
    return { kind: 'wait', ms: SOON_MS };
  }
  const left = await removePrepared(work, parts);
  if (left !== null) {
    return left;
  }
  // Without its claim the old volume would be freed: it stays as an undo would have it.
  if (isClaimThere) {
    await changeVolume(work.api, parts.oldVolume, volume =>
      volume.metadata.annotations[volumeAnnotations.undoOf] === parts.key && claimOf(volume).uid === parts.claim.uid
        ? {
            policy: originalPolicy(volume),
            annotations: { ...NO_UNDO, [volumeAnnotations.originalReclaimPolicy]: null }
          }
        : null
    );
  }
  const said = isClaimThere ? {} : { message: await wordsWithoutClaim(work, parts) };
  return { kind: 'done', status: { checkPod: null, undo: NO_MORE_UNDO, ...said } };
}

/** That somebody has deleted the claim is not this restore’s doing, and can’t be called as it was before. */
async function wordsWithoutClaim({ api, restore }: RestoreWork, { claimName, oldVolume }: SwapParts): Promise<string> {
  const volume = await findVolume(api, oldVolume);
  const kept = volume !== null && isKept(volume) ? ` Its volume ${oldVolume.name} is kept.` : '';
  return `Somebody deleted claim ${claimName} during the restore.${kept} ${restore.status.problem?.detail ?? ''}`.trim();
}

/**
 * A deletion that was sent and not answered may arrive late, of the version that was read then: this write makes it another
 * one. Without, it would take the claim when its volume is not kept any more. False: it has arrived, or somebody else's.
 */
async function isSafeFromDeletion(
  { api, restore }: RestoreWork,
  { namespace, claimName, claim }: SwapParts
): Promise<boolean> {
  const request = { path: `${paths.claims(namespace)}/${claimName}`, schema: PersistentVolumeClaim };
  const found = await orNull(api.request(request));
  if (found?.metadata.uid !== claim.uid) {
    return false;
  }
  const mark = hasLock(restore, found) ? null : restore.metadata.uid;
  const body = { metadata: { uid: claim.uid, annotations: { [RESTORE_LOCK]: mark } } };
  const written = await orNull(api.request({ method: 'PATCH', ...request, body }));
  return written !== null && written.metadata.deletionTimestamp === undefined;
}

async function giveBack(work: RestoreWork, parts: SwapParts): Promise<Next> {
  const { api, restore, now } = work;
  const { oldVolume, claimName } = parts;
  const replacement = await replaceClaim(work, parts, oldVolume);
  if (replacement.state === 'waiting') {
    return { kind: 'wait', ms: replacement.ms, message: replacement.message };
  }
  if (replacement.state === 'namespace ends') {
    return leaveVolumes(work, parts);
  }
  if (replacement.state === 'volume gone') {
    const message =
      `The old volume ${oldVolume.name} is gone too. Its data is in the storage still: an admin can make a ` +
      `PersistentVolume of that name with driver ${oldVolume.driver} and handle ${oldVolume.handle}.`;
    // Deleted meanwhile, as with its namespace, the restore has nobody left to wait for.
    return restore.metadata.deletionTimestamp === undefined
      ? { kind: 'wait', ms: ADMIN_MS, message }
      : { kind: 'done', failed: true, status: { message, undo: NO_MORE_UNDO, checkPod: null } };
  }
  const { metadata, status } = replacement.claim;
  const volume = await findVolume(api, oldVolume);
  if (status.phase !== 'Bound' || volume === null || claimOf(volume).uid !== metadata.uid) {
    return { kind: 'wait', ms: SOON_MS, message: `Waiting until ${claimName} is bound to its old volume.` };
  }
  if (restore.status.newClaim?.uid !== metadata.uid) {
    return { kind: 'write', status: { newClaim: { name: metadata.name, uid: metadata.uid } } };
  }
  await changeVolume(api, oldVolume, found =>
    found.metadata.annotations[volumeAnnotations.undoOf] === parts.key ? { annotations: NO_UNDO } : null
  );
  const left = await removePrepared(work, parts);
  const pending = [`The volume ${oldVolume.name} is kept, whatever happens to the claim.`];
  return left ?? { kind: 'done', status: { boundAt: now.toISOString(), checkPod: null, undo: NO_MORE_UNDO, pending } };
}
