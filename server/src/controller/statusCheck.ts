/**
 * The status is what the controller remembers, and input all the same: somebody may have written into it. Before each
 * step it is compared with itself and with the objects; where it does not fit, nothing is done by it.
 */
import { z } from 'zod';
import type { KubernetesApi } from '../providers/kubernetes/client/kubernetesApi';
import { paths } from '../providers/kubernetes/resources';
import type { VolumeRestore } from '../providers/kubernetes/volumeRestore';
import { clusterPaths, ClusterVolume, WholeClaim } from './clusterObjects';
import { orNull } from './readOptional';
import { hasLock } from './restoreLock';
import { isAtLeast, isFinal } from './restoreProgress';
import { RestoreRefused } from './strategy';

const Manifest = z.object({ metadata: z.object({ name: z.string(), namespace: z.string(), uid: z.string() }) });

/** What is wrong in the status of a restore under way, seen by itself; null: nothing. */
export function contradiction({ metadata, spec, status }: VolumeRestore): string | null {
  const { plan = null, claim = null, oldVolume = null, newVolume = null, requester = null, strategy = null } = status;
  if (!spec.approved) {
    return 'it is not approved';
  }
  if (plan === null || strategy === null || claim === null || oldVolume === null) {
    return 'it lacks the plan, the way, the claim or its volume';
  }
  if (plan.strategy !== strategy || (spec.strategy !== undefined && spec.strategy !== strategy)) {
    return `its way is ${strategy}, but another one was asked for`;
  }
  const manifest = readManifest(claim.manifest);
  if (
    manifest === null ||
    manifest.name !== spec.claimName ||
    manifest.namespace !== metadata.namespace ||
    manifest.uid !== claim.uid
  ) {
    return `the recorded claim is not ${spec.claimName}`;
  }
  const { podName = '', podUid = '' } = spec.requester ?? {};
  if ((requester?.podName ?? '') !== podName || (requester?.podUid ?? '') !== podUid) {
    return 'the recorded server is not the one that asked';
  }
  if (newVolume !== null && newVolume.uid === oldVolume.uid) {
    return 'the old volume and the new one are the same';
  }
  if (spec.undoOf !== undefined && strategy === 'swap' && newVolume === null) {
    return 'the kept volume is not recorded';
  }
  const released = strategy === 'files' || Boolean(status.releasedAt);
  return isAtLeast(status.phase, 'Securing') && !released ? 'it was never released' : null;
}

function readManifest(text: string): z.infer<typeof Manifest>['metadata'] | null {
  try {
    const read = Manifest.safeParse(JSON.parse(text));
    return read.success ? read.data.metadata : null;
  } catch {
    return null;
  }
}

/**
 * Until Restoring: the claim is still the one that was recorded, bound to the volume that was recorded, and this restore
 * works on it. Returns it; throws RestoreRefused.
 */
export async function unchangedClaim(api: KubernetesApi, restore: VolumeRestore): Promise<WholeClaim> {
  const { metadata, spec, status } = restore;
  const refuse = (detail: string): never => {
    throw new RestoreRefused('object-changed', detail, 'Look at the volume, then plan the restore again.');
  };
  const { claim: recorded, oldVolume } = status;
  const [whole, volume] = await Promise.all([
    orNull(api.request({ path: `${paths.claims(metadata.namespace)}/${spec.claimName}`, schema: WholeClaim })),
    orNull(api.request({ path: clusterPaths.volume(oldVolume?.name ?? ''), schema: ClusterVolume }))
  ]);
  if (whole === null || whole.claim.metadata.uid !== recorded?.uid) {
    return refuse(`Claim ${spec.claimName} was deleted or made anew meanwhile.`);
  }
  if (whole.claim.metadata.deletionTimestamp !== undefined) {
    return refuse(`Claim ${spec.claimName} is being deleted.`);
  }
  if (
    volume === null ||
    volume.metadata.uid !== oldVolume?.uid ||
    whole.claim.spec.volumeName !== volume.metadata.name ||
    volume.spec.claimRef?.uid !== recorded.uid
  ) {
    return refuse(`Claim ${spec.claimName} is not bound to ${oldVolume?.name ?? 'its volume'} any more.`);
  }
  if (!hasLock(restore, whole.claim)) {
    return refuse(`Another restore works on ${spec.claimName}.`);
  }
  return whole;
}

/** Whether a restore is in a phase of work. */
export const isUnderWay = ({ status }: VolumeRestore): boolean =>
  !isFinal(status.phase) && isAtLeast(status.phase, 'Preparing');
