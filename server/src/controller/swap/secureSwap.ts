/**
 * Securing: both volumes are set to be kept, and say so, before anything is deleted; then the new one is reserved for the
 * claim's name, so that whoever makes a claim of that name gets it.
 */
import { paths } from '../../providers/kubernetes/resources';
import { volumeAnnotations, type VolumeRef, type VolumeRestore } from '../../providers/kubernetes/volumeRestore';
import { isRemoved } from '../madeObjects';
import { RestoreRefused, type Next, type RestoreWork } from '../strategy';
import {
  changeVolume,
  claimOf,
  findVolume,
  isOffered,
  originalPolicy,
  type PersistentVolume,
  type VolumeChange
} from './persistentVolume';
import { claimSoon, deleteObject, findClaim, soon } from './swapObjects';
import { isMadeFor, swapParts, type SwapParts } from './swapParts';

const DAY_MS = 24 * 60 * 60_000;
/** Until the controllers of Kubernetes have let go of the temporary claim, ms; and how long one look waits for them. */
const SOON_MS = 100;
const GOES_MS = 500;

export async function secureSwap(work: RestoreWork): Promise<Next> {
  const { restore, settings, now } = work;
  const parts = swapParts(restore);
  const newVolume = preparedVolume(work);
  const [oldNow, newNow, temporary, isFree] = await Promise.all([
    findVolume(work.api, parts.oldVolume),
    findVolume(work.api, newVolume),
    findClaim(work, parts.temporaryName),
    // It would keep the claim; and a second controller whose look is late may have made it once more.
    isRemoved(work.api, restore, `${paths.pods(parts.namespace)}/${parts.checkPodName}`)
  ]);
  // What the volume says stands: it is written once.
  const end = new Date(now.getTime() + settings.undoDays * DAY_MS).toISOString();
  const old = await keepOld(work, parts, oldNow, restore.status.undo?.until ?? end);
  const fresh = await keepNew(work, parts, newVolume, newNow, originalPolicy(old));
  if (!isFree) {
    return { kind: 'wait', ms: SOON_MS, message: FREEING };
  }
  if (temporary !== null && isMadeFor(restore, temporary)) {
    await deleteObject(work, paths.claims(parts.namespace), temporary.metadata);
    if ((await claimSoon(work, parts.temporaryName, GOES_MS, found => found === null)) !== null) {
      return { kind: 'wait', ms: SOON_MS, message: FREEING };
    }
  }
  await reserve(work, parts, newVolume, fresh);
  // It is looked at once more before the claim goes.
  await soon(
    work,
    () => findVolume(work.api, newVolume),
    GOES_MS,
    found => found === null || isOffered(found)
  );
  const until = old.metadata.annotations[volumeAnnotations.undoUntil] ?? end;
  const undo = { possible: false, reason: 'The restore is not over yet.', until, volume: parts.oldVolume.name };
  return { kind: 'done', status: { undo, checkPod: null } };
}

const FREEING = 'Taking the new volume off its temporary claim.';

/** Recorded by `prepare`. */
export function preparedVolume({ restore }: RestoreWork): VolumeRef {
  const { newVolume } = restore.status;
  if (newVolume === null || newVolume === undefined) {
    throw new Error(`The new volume of restore ${restore.metadata.name} was not recorded.`);
  }
  return newVolume;
}

async function keepOld(
  { api, restore }: RestoreWork,
  parts: SwapParts,
  known: PersistentVolume | null,
  until: string
): Promise<PersistentVolume> {
  const { spec } = restore;
  const volume = await changeVolume(
    api,
    parts.oldVolume,
    found =>
      isKept(found) && found.metadata.annotations[volumeAnnotations.undoOf] === parts.key
        ? null
        : keeping(found, {
            [volumeAnnotations.undoOf]: parts.key,
            [volumeAnnotations.undoUntil]: until,
            [volumeAnnotations.restoredSnapshot]: spec.snapshotName ?? null
          }),
    known
  );
  if (volume === null || claimOf(volume).uid !== parts.claim.uid) {
    const detail = `The volume ${parts.oldVolume.name} is not that of claim ${parts.claimName} any more.`;
    throw new RestoreRefused('object-changed', detail, 'Look at the claim, then restore again.');
  }
  return volume;
}

async function keepNew(
  { api, restore }: RestoreWork,
  parts: SwapParts,
  newVolume: VolumeRef,
  known: PersistentVolume | null,
  oldPolicy: string
): Promise<PersistentVolume> {
  const { oldVolume } = parts;
  const handles = [oldVolume.handle, ...oldVolume.formerHandles, ...newVolume.formerHandles];
  const former = JSON.stringify([...new Set(handles)].filter(handle => handle !== '' && handle !== newVolume.handle));
  const change = (found: PersistentVolume): VolumeChange | null => {
    assertPrepared(found, restore, parts);
    return isKept(found) && found.metadata.annotations[volumeAnnotations.formerHandles] === former
      ? null
      : keeping(found, {
          [volumeAnnotations.formerHandles]: former,
          // Data that an admin wants kept for ever stays so in another volume.
          ...(oldPolicy === 'Retain' ? { [volumeAnnotations.originalReclaimPolicy]: 'Retain' } : {})
        });
  };
  const volume = await changeVolume(api, newVolume, change, known);
  if (volume === null) {
    throw volumeGone(newVolume);
  }
  return volume;
}

/** The status names it: whatever stands there, a volume that another claim has is not touched. */
function assertPrepared(volume: PersistentVolume, restore: VolumeRestore, parts: SwapParts): void {
  const { name, uid } = claimOf(volume);
  const isTemporary = name === parts.temporaryName && [restore.status.temporaryClaim?.uid ?? '', ''].includes(uid);
  if (!isTemporary && !isReserved(volume, parts)) {
    const detail = `Volume ${volume.metadata.name} is of claim ${name}, and was not made for this restore.`;
    throw new RestoreRefused('object-changed', detail, 'Restore again.');
  }
}

/** Retain, and what the policy was: in one write, so that none is without the other. */
const keeping = (volume: PersistentVolume, annotations: Readonly<Record<string, string | null>>): VolumeChange => ({
  policy: 'Retain',
  annotations: { [volumeAnnotations.originalReclaimPolicy]: originalPolicy(volume), ...annotations }
});

/** Whether deleting its claim leaves the volume where it is. */
export const isKept = ({ metadata, spec }: PersistentVolume): boolean =>
  spec.persistentVolumeReclaimPolicy === 'Retain' &&
  metadata.annotations[volumeAnnotations.originalReclaimPolicy] !== undefined;

/** For the next claim of the user's claim's name; the temporary claim is gone. */
async function reserve(
  { api, restore }: RestoreWork,
  parts: SwapParts,
  newVolume: VolumeRef,
  known: PersistentVolume
): Promise<void> {
  const { namespace, claimName, temporaryName } = parts;
  const temporaryUid = restore.status.temporaryClaim?.uid ?? '';
  const change = (found: PersistentVolume): VolumeChange | null => {
    const { name, uid } = claimOf(found);
    return name === temporaryName && (uid === temporaryUid || uid === '')
      ? { claimRef: { namespace, name: claimName, uid: '' } }
      : null;
  };
  const volume = await changeVolume(api, newVolume, change, known);
  if (volume === null) {
    throw volumeGone(newVolume);
  }
  if (!isReserved(volume, parts)) {
    const detail = `The new volume ${newVolume.name} was taken by claim ${claimOf(volume).name}.`;
    throw new RestoreRefused('object-changed', detail, 'Restore again.');
  }
}

/** Whether the next claim of the user's claim's name gets this volume. */
export const isReserved = (volume: PersistentVolume, { namespace, claimName }: SwapParts): boolean => {
  const { uid, ...claim } = claimOf(volume);
  return claim.namespace === namespace && claim.name === claimName && uid === '';
};

/** Somebody deleted it. */
export const volumeGone = ({ name }: VolumeRef): RestoreRefused =>
  new RestoreRefused('object-changed', `The new volume ${name} is gone.`, 'Restore again.');
