/**
 * Finds the claims in the own pod's spec, for accounts that may read it. Of several containers only mounts count that
 * this process has too: the spec does not say which container it runs in.
 */
import type { OwnPod } from './claimResource';
import { byClaim, type MountedClaim } from './mountedClaim';
import type { MountTable } from './mountTable';

/** The claims this container mounts. */
export function podVolumes(pod: OwnPod, table: MountTable): MountedClaim[] {
  const claims = new Map<string, { readonly claim: string; readonly readOnly: boolean; readonly ephemeral: boolean }>();
  for (const { name, persistentVolumeClaim, ephemeral } of pod.spec.volumes) {
    if (persistentVolumeClaim) {
      const { claimName, readOnly } = persistentVolumeClaim;
      claims.set(name, { claim: claimName, readOnly, ephemeral: false });
    } else if (ephemeral) {
      // The name is fixed by Kubernetes: “Generic ephemeral volumes”, PersistentVolumeClaim naming.
      claims.set(name, { claim: `${pod.metadata.name}-${name}`, readOnly: false, ephemeral: true });
    }
  }
  const mounts = pod.spec.containers.flatMap(({ volumeMounts }) =>
    volumeMounts.flatMap(({ name, mountPath, subPath, subPathExpr, readOnly }) => {
      const volume = claims.get(name);
      const path = mountPath.replace(/(?<=.)\/+$/, '');
      const part = subPath || subPathExpr;
      return volume === undefined || table.at(path) === null
        ? []
        : [
            {
              claim: volume.claim,
              ephemeral: volume.ephemeral,
              mount: { path, subPath: part === '' ? null : part, readOnly: readOnly || volume.readOnly }
            }
          ];
    })
  );
  const unique = new Map(mounts.map(mount => [JSON.stringify(mount), mount]));
  return byClaim([...unique.values()]);
}
