/**
 * Takes a hold off that counts no more, because its time is over or its snapshot was never made, before the snapshot is
 * deleted: the policy deploy/policies/held.yaml has no clock and refuses the deletion while the annotation is there.
 */
import type { KubernetesServices } from '../services';
import { annotations } from '../names';
import { paths, SNAPSHOT_GROUP, VolumeSnapshot } from '../resources';

/** The snapshot without the hold; unchanged where it has none, or where the account may not change it. */
export async function releaseHold(
  object: VolumeSnapshot,
  { api, namespace, rights }: Pick<KubernetesServices, 'api' | 'namespace' | 'rights'>
): Promise<VolumeSnapshot> {
  const { name, uid, resourceVersion } = object.metadata;
  const held = object.metadata.annotations[annotations.heldUntil];
  if (held === undefined || rights.may('patch', SNAPSHOT_GROUP, 'volumesnapshots') === false) {
    return object;
  }
  // With resourceVersion a hold that was put on meanwhile is not taken off: the answer is a conflict.
  const off = { [annotations.heldUntil]: null, [annotations.heldBy]: null };
  return api.request({
    method: 'PATCH',
    path: `${paths.snapshots(namespace)}/${name}`,
    body: { metadata: { uid, resourceVersion, annotations: off } },
    schema: VolumeSnapshot
  });
}
