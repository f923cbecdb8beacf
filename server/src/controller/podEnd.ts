/** Whether a pod still works on a claim. Pure. */
import type { ClusterPod } from './clusterObjects';

/** Whether a pod has ended what it does with the claim, so that it will not write any more. */
export function hasEnded(pod: ClusterPod, claimName: string): boolean {
  if (isOver(pod)) {
    return true;
  }
  const { spec } = pod;
  const mounting = new Set(
    spec.volumes.filter(({ persistentVolumeClaim: claim }) => claim?.claimName === claimName).map(({ name }) => name)
  );
  const writers = spec.containers.filter(({ volumeMounts }) => volumeMounts.some(({ name }) => mounting.has(name)));
  return writers.length > 0 && haveEnded(pod, writers);
}

/**
 * Whether the kubelet is about to call it Succeeded or Failed, which it does some moments after its containers have ended:
 * deleted before that, a pod goes some moments later than after it.
 */
export const isEnding = (pod: ClusterPod): boolean =>
  !isOver(pod) &&
  pod.metadata.deletionTimestamp === undefined &&
  pod.spec.containers.length > 0 &&
  haveEnded(pod, pod.spec.containers);

interface SinglePodStatus {
  readonly phase: string;
  readonly containerStatuses: readonly {
    readonly state: { readonly terminated?: { readonly exitCode?: number | undefined } | null | undefined };
  }[];
}

/**
 * Whether a pod of one container, which is not started again, has ended well: the kubelet calls it Succeeded only at its next
 * look, about a second after it has told of the container.
 */
export const hasSucceeded = ({ status: { phase, containerStatuses } }: { readonly status: SinglePodStatus }): boolean =>
  phase === 'Succeeded' || containerStatuses[0]?.state.terminated?.exitCode === 0;

const isOver = ({ status }: ClusterPod): boolean => ['Succeeded', 'Failed'].includes(status.phase);

function haveEnded({ metadata, spec, status }: ClusterPod, containers: readonly { readonly name: string }[]): boolean {
  const startsAgain = (exitCode: number): boolean =>
    metadata.deletionTimestamp === undefined &&
    (spec.restartPolicy === 'Always' || (spec.restartPolicy === 'OnFailure' && exitCode !== 0));
  return containers.every(({ name }) => {
    const terminated = status.containerStatuses.find(({ name: of }) => of === name)?.state.terminated ?? null;
    return terminated !== null && !startsAgain(terminated.exitCode);
  });
}
