/** Whether the pod that asked may restore the claim: it has to mount all of it, writable. Pure. */
import type { RestoreStatus } from '../../providers/kubernetes/volumeRestore';
import { ownerOf, type ClusterPod } from '../clusterObjects';
import { hubServerOf } from '../hub/hubUser';
import { RestoreRefused } from '../strategy';
import type { PlanScene } from './planScene';

/** What is recorded of the requester; null: none is named, an admin's right stands for it. Throws RestoreRefused. */
export function checkedRequester({
  restore,
  requester: pod,
  claim,
  now
}: PlanScene): NonNullable<RestoreStatus['requester']> | null {
  const { requester, claimName } = restore.spec;
  if (requester === undefined) {
    return null;
  }
  const refuse = (detail: string): never => {
    throw new RestoreRefused('forbidden', detail, `Ask for the restore from a server that mounts all of ${claimName}.`);
  };
  const { podName, podUid } = requester;
  if (pod === null || pod.metadata.uid !== podUid) {
    return refuse(`Server pod ${podName}, from which the restore of ${claimName} was asked for, is gone.`);
  }
  const mounts = mountsOf(pod, claimName);
  if (mounts.length === 0) {
    return refuse(`Server pod ${podName} does not mount ${claimName}.`);
  }
  const whole = mounts.filter(({ part }) => !part);
  if (whole.length === 0) {
    return refuse(`Server pod ${podName} mounts only a part of ${claimName}; the rest of it is others’.`);
  }
  if (whole.every(({ readOnly }) => readOnly)) {
    return refuse(`Server pod ${podName} may only read ${claimName}.`);
  }
  const owner = ownerOf(pod);
  const claimOwner = claim === null ? '' : ownerOf(claim.claim);
  if (owner !== '' && claimOwner !== '' && claimOwner !== owner) {
    return refuse(`Claim ${claimName} belongs to ${claimOwner}.`);
  }
  const { user = '', server = '' } = (claim === null ? null : hubServerOf(pod, claim.claim)) ?? {};
  return { podName, podUid, verifiedAt: now.toISOString(), owner, hubUser: user, hubServer: server };
}

/** How a pod's containers mount a claim. */
function mountsOf({ spec }: ClusterPod, claimName: string): { part: boolean; readOnly: boolean }[] {
  const volumes = new Map(
    spec.volumes.flatMap(({ name, persistentVolumeClaim: claim }) =>
      claim !== null && claim !== undefined && claim.claimName === claimName ? [[name, claim.readOnly] as const] : []
    )
  );
  // A block device is always the whole volume.
  const devices = spec.containers
    .flatMap(({ volumeDevices }) => volumeDevices)
    .map(({ name }) => ({ name, subPath: '', subPathExpr: '', readOnly: false }));
  return [...spec.containers.flatMap(({ volumeMounts }) => volumeMounts), ...devices].flatMap(
    ({ name, subPath, subPathExpr, readOnly }) => {
      const volumeIsReadOnly = volumes.get(name);
      return volumeIsReadOnly === undefined
        ? []
        : [{ part: subPath !== '' || subPathExpr !== '', readOnly: readOnly || volumeIsReadOnly }];
    }
  );
}
