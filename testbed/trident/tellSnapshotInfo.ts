// TridentSnapshotInfos: the handle of a VolumeSnapshot, for people who may not read VolumeSnapshotContents.
import { z } from 'zod';
import { KubernetesError, type KubernetesApi } from '../../server/src/providers/kubernetes/client/kubernetesApi';
import { at, type KubernetesObject } from '../support/kubernetesObject';
import { textOf } from './relationshipRules';
import { nowText, type WrittenObjects } from './writtenObjects';

const AnyObject = z.custom<KubernetesObject>(value => typeof value === 'object' && value !== null);
const SNAPSHOTS = '/apis/snapshot.storage.k8s.io/v1';

/** Writes the handle, once. */
export async function tellSnapshotInfo(
  object: KubernetesObject,
  api: KubernetesApi,
  written: WrittenObjects
): Promise<void> {
  if (textOf(object, 'status', 'snapshotHandle') !== '' || object.metadata.deletionTimestamp !== undefined) {
    return;
  }
  const name = textOf(object, 'spec', 'snapshotName');
  const get = (path: string): Promise<KubernetesObject | null> =>
    api.request({ path, schema: AnyObject }).catch((error: unknown) => {
      if (error instanceof KubernetesError && error.status === 404) {
        return null;
      }
      throw error;
    });
  const snapshot = await get(`${SNAPSHOTS}/namespaces/${object.metadata.namespace ?? ''}/volumesnapshots/${name}`);
  const contentName = textOf(snapshot, 'status', 'boundVolumeSnapshotContentName');
  const content = contentName === '' ? null : await get(`${SNAPSHOTS}/volumesnapshotcontents/${contentName}`);
  const handle = textOf(content, 'status', 'snapshotHandle');
  if (handle === '') {
    await written.event(object, 'Warning', 'invalid', `VolumeSnapshot '${name}' is not a Trident snapshot`);
    return;
  }
  const observedGeneration = at(object, 'metadata', 'generation');
  await written.status(
    object,
    { snapshotHandle: handle, lastTransitionTime: nowText(), observedGeneration },
    '/status'
  );
  await written.event(object, 'Normal', 'updated', 'Snapshot info updated');
}
