/**
 * A VolumeRestore that is being carried out is not deleted before its end, as its status is all that is known of it, and
 * has a label: by it deploy/policies/restore-gate.yaml tells those that may keep a volume closed from all that are over.
 */
import { GROUP } from '../providers/kubernetes/names';
import type { KubernetesApi } from '../providers/kubernetes/client/kubernetesApi';
import { restorePath, VolumeRestore } from '../providers/kubernetes/volumeRestore';

/** Finalizer, and label with the value `true`. */
export const UNDER_WAY = `${GROUP}/under-way`;

export const hasFinalizer = ({ metadata }: VolumeRestore): boolean => metadata.finalizers.includes(UNDER_WAY);

/** Sets it or takes it off, on the state that was read. */
export async function setFinalizer(api: KubernetesApi, { metadata }: VolumeRestore, wanted: boolean): Promise<void> {
  const others = metadata.finalizers.filter(finalizer => finalizer !== UNDER_WAY);
  const { name, namespace, uid, resourceVersion } = metadata;
  await api.request({
    method: 'PATCH',
    path: `${restorePath(namespace)}/${name}`,
    body: {
      metadata: {
        uid,
        resourceVersion,
        labels: { [UNDER_WAY]: wanted ? 'true' : null },
        finalizers: wanted ? [...others, UNDER_WAY] : others
      }
    },
    schema: VolumeRestore
  });
}
