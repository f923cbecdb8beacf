/**
 * The look right before the claim is deleted, which can't be taken back: what would keep it from going for ever, or from
 * coming again, and whether both volumes would survive it.
 */
import { paths, VolumeSnapshot } from '../../providers/kubernetes/resources';
import type { VolumeRef } from '../../providers/kubernetes/volumeRestore';
import { PersistentVolumeClaim } from '../../providers/kubernetes/volumes/claimResource';
import { claimsOf, ClusterPod } from '../clusterObjects';
import { RestoreRefused, type RestoreWork } from '../strategy';
import { assertCanGo, sourceProtection } from './claimCanGo';
import { assertLargeEnough } from './largeEnough';
import { claimOf, findVolume, isOffered, type PersistentVolume } from './persistentVolume';
import { isKept, isReserved } from './secureSwap';
import type { SwapParts } from './swapParts';
import { tryFinalClaim } from './tryFinalClaim';

/** For what may go away by itself, counted from when the last writer was gone, ms. */
const PATIENCE_MS = 60_000;

/**
 * What has to be waited for, in words; null: the claim may go. Throws RestoreRefused where it may not. All is looked at at
 * once, so that the looks are young when the claim goes; what counts is told in its order.
 */
export async function lastChecks(
  work: RestoreWork,
  parts: SwapParts,
  newVolume: VolumeRef,
  claim: PersistentVolumeClaim
): Promise<string | null> {
  const secured = assertSecured(work, parts, newVolume, claim);
  const goes = assertCanGo(work, claim);
  const looked = obstacleOf(work, parts, claim);
  const tried = tryFinalClaim(work, parts, { replaces: true });
  await Promise.allSettled([secured, goes, looked, tried]);
  const reserved = await secured;
  await goes;
  const obstacle = (await looked) ?? waitsForBinder(reserved);
  if (obstacle === null) {
    await tried;
    return null;
  }
  const since = Date.parse(work.restore.status.releasedAt ?? work.restore.status.startedAt ?? '');
  if (!(work.now.getTime() - since < PATIENCE_MS)) {
    throw new RestoreRefused(
      'restore-blocked',
      `${obstacle} Nothing was changed.`,
      'Wait until that is over, then restore again.'
    );
  }
  return obstacle;
}

async function assertSecured(
  { api }: RestoreWork,
  parts: SwapParts,
  newVolume: VolumeRef,
  claim: PersistentVolumeClaim
): Promise<PersistentVolume> {
  const [old, fresh] = await Promise.all([findVolume(api, parts.oldVolume), findVolume(api, newVolume)]);
  assertLargeEnough(parts, fresh, claim);
  const isSafe =
    old !== null &&
    isKept(old) &&
    claimOf(old).uid === parts.claim.uid &&
    fresh !== null &&
    isKept(fresh) &&
    fresh.status.phase !== 'Failed' &&
    fresh.metadata.deletionTimestamp === undefined &&
    old.metadata.deletionTimestamp === undefined &&
    isReserved(fresh, parts);
  if (!isSafe) {
    const detail = `Somebody changed the volume ${parts.oldVolume.name} or ${newVolume.name} during the restore. Nothing was deleted.`;
    throw new RestoreRefused('object-changed', detail, 'Find out who does that, then restore again.');
  }
  return fresh;
}

const waitsForBinder = (volume: PersistentVolume): string | null =>
  isOffered(volume) ? null : `Kubernetes has not taken note yet for whom volume ${volume.metadata.name} is.`;

async function obstacleOf(
  { api, restore }: RestoreWork,
  { claimName }: SwapParts,
  claim: PersistentVolumeClaim
): Promise<string | null> {
  const { namespace } = restore.metadata;
  const [pods, snapshots, claims] = await Promise.all([
    api.list({ path: paths.pods(namespace), item: ClusterPod }),
    api.list({ path: paths.snapshots(namespace), item: VolumeSnapshot }),
    api.list({ path: paths.claims(namespace), item: PersistentVolumeClaim })
  ]);
  const pod = pods.items.find(one => claimsOf(one).includes(claimName));
  if (pod !== undefined) {
    return `Pod ${pod.metadata.name} mounts the volume.`;
  }
  const snapshot = snapshots.items.find(
    ({ spec, status }) => spec.source.persistentVolumeClaimName === claimName && status.readyToUse !== true
  );
  if (snapshot !== undefined) {
    return `Snapshot ${snapshot.metadata.name} of the volume is not ready.`;
  }
  const clone = claims.items.find(one => one.status.phase === 'Pending' && isCloneOf(one, claimName));
  if (clone !== undefined) {
    return `Clone ${clone.metadata.name} of the volume is not made yet.`;
  }
  const finalizer = sourceProtection(claim);
  return finalizer === undefined ? null : `A snapshot or clone of the volume is being made (${finalizer}).`;
}

function isCloneOf({ spec }: PersistentVolumeClaim, claimName: string): boolean {
  const source = spec.dataSourceRef ?? spec.dataSource;
  return source?.kind === 'PersistentVolumeClaim' && source.name === claimName;
}
