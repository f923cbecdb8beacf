/** What is made for one VolumeRestore: its marks, and finding and removing just that. */
import { z } from 'zod';
import type { KubernetesApi } from '../providers/kubernetes/client/kubernetesApi';
import { KubernetesError } from '../providers/kubernetes/client/kubernetesApi';
import { annotations, labels, MANAGED_BY } from '../providers/kubernetes/names';
import { ObjectMetadata } from '../providers/kubernetes/resources';
import type { VolumeRestore } from '../providers/kubernetes/volumeRestore';
import { orNull } from './readOptional';
import { restoreMark } from './restoreMark';
import { RestoreRefused } from './strategy';

export const jobsPath = (namespace: string): string => `/apis/batch/v1/namespaces/${namespace}/jobs`;

const NAME_MAX = 253;

/** `<claim>.<what>-<mark>`, the claim's name shortened where that would be too long. */
export function temporaryName(restore: VolumeRestore, what: string): string {
  const suffix = `.${what}-${restoreMark(restore)}`;
  return restore.spec.claimName.slice(0, NAME_MAX - suffix.length).replace(/[-.]+$/, '') + suffix;
}

/** Labels and annotations of all that is removed afterwards. */
export const marksOf = (restore: VolumeRestore) => ({
  labels: { [labels.restore]: restoreMark(restore), [labels.managedBy]: MANAGED_BY },
  annotations: { [annotations.restore]: restore.metadata.uid }
});

interface Marked {
  readonly metadata: { readonly name: string; readonly annotations: Readonly<Record<string, string>> };
}

/** Refuses to go on where somebody else's object has the name. */
export function checkOurs(restore: VolumeRestore, what: string, { metadata }: Marked): void {
  if (metadata.annotations[annotations.restore] !== restore.metadata.uid) {
    throw new RestoreRefused(
      'already-exists',
      `${what} ${metadata.name} exists and was not made for this restore.`,
      `Remove ${metadata.name} if nobody needs it, then restore again.`
    );
  }
}

const AnyObject = z.object({ metadata: ObjectMetadata });

/** Deletes an object of this restore's and says whether it is gone; one of somebody else's is left alone. */
export async function isRemoved(api: KubernetesApi, restore: VolumeRestore, path: string): Promise<boolean> {
  const found = await orNull(api.request({ path, schema: AnyObject }));
  if (found === null || found.metadata.annotations[annotations.restore] !== restore.metadata.uid) {
    return true;
  }
  const { uid, deletionTimestamp } = found.metadata;
  if (deletionTimestamp === undefined) {
    const body = { apiVersion: 'v1', kind: 'DeleteOptions', preconditions: { uid }, propagationPolicy: 'Background' };
    try {
      await api.request({ method: 'DELETE', path, body, schema: z.unknown() });
    } catch (error) {
      // Gone already, or another life has its name.
      if (!(error instanceof KubernetesError && [404, 409].includes(error.status))) {
        throw error;
      }
    }
  }
  return (await orNull(api.request({ path, schema: AnyObject })))?.metadata.uid !== uid;
}

/** Removes them one after the other: each waits until the one before it is gone. */
export async function areRemoved(
  api: KubernetesApi,
  restore: VolumeRestore,
  paths: readonly string[]
): Promise<boolean> {
  for (const path of paths) {
    if (!(await isRemoved(api, restore, path))) {
      return false;
    }
  }
  return true;
}

/** Makes an object unless its name is taken; who takes it, the next look sees. */
export async function make(api: KubernetesApi, path: string, body: object): Promise<void> {
  try {
    await api.request({ method: 'POST', path, body, schema: z.unknown() });
  } catch (error) {
    if (!(error instanceof KubernetesError && error.reason === 'AlreadyExists')) {
      throw error;
    }
  }
}
