/** How many snapshots were made of one volume of the storage, whatever claim has it now. */
import { paths, VolumeSnapshot } from '../../providers/kubernetes/resources';
import type { KubernetesApi } from '../../providers/kubernetes/client/kubernetesApi';
import type { VolumeRestore } from '../../providers/kubernetes/volumeRestore';
import { clusterPaths, SnapshotContent } from '../clusterObjects';
import { orNull } from '../readOptional';

/** Contents that are asked for at once. */
const AT_ONCE = 8;

/** Those of the claim's name and namespace: elsewhere none can be made of it. */
export async function countSnapshotsOf(
  api: KubernetesApi,
  { metadata: { namespace }, spec: { claimName } }: VolumeRestore,
  { driver, volumeHandle }: { readonly driver: string; readonly volumeHandle: string }
): Promise<number> {
  const { items } = await api.list({ path: paths.snapshots(namespace), item: VolumeSnapshot });
  const names = items
    .filter(({ spec }) => spec.source.persistentVolumeClaimName === claimName)
    .flatMap(({ status }) => status.boundVolumeSnapshotContentName ?? []);
  let count = 0;
  for (let from = 0; from < names.length; from += AT_ONCE) {
    const contents = await Promise.all(
      names
        .slice(from, from + AT_ONCE)
        .map(name => orNull(api.request({ path: clusterPaths.snapshotContent(name), schema: SnapshotContent })))
    );
    count += contents.filter(
      content => content?.spec.driver === driver && content.spec.source.volumeHandle === volumeHandle
    ).length;
  }
  return count;
}
