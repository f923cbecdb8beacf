/** Which claims the containers of a pod mount; one that the pod names and nobody mounts does not count. Pure. */
import type { ClusterPod } from '../clusterObjects';

export function mountedClaims({ metadata, spec }: ClusterPod): string[] {
  const containers = [...spec.containers, ...spec.initContainers];
  const mounted = new Set(
    containers.flatMap(({ volumeMounts, volumeDevices }) => [...volumeMounts, ...volumeDevices].map(({ name }) => name))
  );
  const claims = spec.volumes.flatMap(({ name, persistentVolumeClaim: claim, ephemeral }) => {
    if (!mounted.has(name)) {
      return [];
    }
    // A generic ephemeral volume is a claim of that name.
    return claim ? [claim.claimName] : ephemeral ? [`${metadata.name}-${name}`] : [];
  });
  return [...new Set(claims)];
}
