/**
 * Finds who provides a claim's storage: from its PersistentVolume where the account may read those, else from the note
 * that Kubernetes leaves on claims it provisions, else from the class.
 */
import type { AccountRights } from '../accountRights';
import { KubernetesError, type KubernetesApi } from '../client/kubernetesApi';
import { paths, StorageClass } from '../resources';
import { PersistentVolume, type PersistentVolumeClaim } from './claimResource';

/** The name of the CSI driver, or why it is not known. */
export type StorageDriver = { readonly name: string } | { readonly name: null; readonly reason: string };

/** Set by the volume controller on claims that it has provisioned; the second is its older name. */
const PROVISIONERS = ['volume.kubernetes.io/storage-provisioner', 'volume.beta.kubernetes.io/storage-provisioner'];

export interface StorageDriverOptions {
  readonly api: KubernetesApi;
  readonly rights: Pick<AccountRights, 'may'>;
  readonly timeoutMs: number;
}

/** The driver of a claim; never rejects. */
export async function storageDriver(
  claim: PersistentVolumeClaim,
  { api, rights, timeoutMs }: StorageDriverOptions
): Promise<StorageDriver> {
  const { volumeName, storageClassName } = claim.spec;
  if (volumeName !== '' && rights.may('get', '', 'persistentvolumes') !== false) {
    const volume = await read(() =>
      api.request({ path: `/api/v1/persistentvolumes/${volumeName}`, schema: PersistentVolume, timeoutMs })
    );
    if (volume !== null) {
      return volume.spec.csi
        ? { name: volume.spec.csi.driver }
        : {
            name: null,
            reason: `Volume ${volumeName} of claim ${claim.metadata.name} is not provided by a CSI driver.`
          };
    }
  }
  const noted = PROVISIONERS.map(name => claim.metadata.annotations[name]).find(value => value !== undefined);
  if (noted !== undefined) {
    return { name: noted };
  }
  if (storageClassName && rights.may('get', 'storage.k8s.io', 'storageclasses') !== false) {
    const found = await read(() =>
      api.request({ path: `${paths.storageClasses}/${storageClassName}`, schema: StorageClass, timeoutMs })
    );
    if (found !== null) {
      return { name: found.provisioner };
    }
  }
  return {
    name: null,
    reason: `Claim ${claim.metadata.name} does not say which driver stores it, and the account may not read its volume.`
  };
}

/** null: it may not be read, or is not there. Whatever else goes wrong leaves the driver unknown as well. */
async function read<T>(request: () => Promise<T>): Promise<T | null> {
  try {
    return await request();
  } catch (error) {
    if (error instanceof KubernetesError) {
      return null;
    }
    throw error;
  }
}
