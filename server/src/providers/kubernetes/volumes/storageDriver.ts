/**
 * Finds who provides a claim's storage: from the note that Kubernetes leaves on claims it provisions; without one, as on
 * claims of volumes that somebody made, from the PersistentVolume where the account may read it, else from the class.
 */
import type { AccountRights } from '../accountRights';
import { KubernetesError, type KubernetesApi } from '../client/kubernetesApi';
import { paths, StorageClass } from '../resources';
import { PersistentVolume, type PersistentVolumeClaim } from './claimResource';

/** The name of the CSI driver, or why it is not known. `assumed`: only the class says it, which a volume need not be of. */
export type StorageDriver =
  { readonly name: string; readonly assumed: boolean } | { readonly name: null; readonly reason: string };

/** Set by the volume controller on claims that it has provisioned; the second is its older name. */
const PROVISIONERS = ['volume.kubernetes.io/storage-provisioner', 'volume.beta.kubernetes.io/storage-provisioner'];

export interface StorageDriverOptions {
  readonly api: KubernetesApi;
  readonly rights: Pick<AccountRights, 'may'>;
  readonly timeoutMs: number;
  /** Asked once for all claims of a class. */
  readonly classDrivers: ClassDrivers;
}

/** Whether a claim's volume may be asked: only where a review says so, because most accounts must not. */
export const mayReadVolumes = (rights: Pick<AccountRights, 'may'>): boolean =>
  rights.may('get', '', 'persistentvolumes') === true;

/** Provisioners by the name of their class, as asked for since `forget`. */
export class ClassDrivers {
  private asked = new Map<string, Promise<string | null>>();

  /** What was told or refused so far is asked anew. */
  forget(): void {
    this.asked = new Map();
  }

  /** null: it may not be read, or is not there, or no answer came. */
  of(name: string, options: Pick<StorageDriverOptions, 'api' | 'timeoutMs'>): Promise<string | null> {
    const asked = this.asked.get(name) ?? this.ask(name, options);
    this.asked.set(name, asked);
    return asked;
  }

  private async ask(
    name: string,
    { api, timeoutMs }: Pick<StorageDriverOptions, 'api' | 'timeoutMs'>
  ): Promise<string | null> {
    const { asked } = this;
    const path = `${paths.storageClasses}/${name}`;
    try {
      return (await api.request({ path, schema: StorageClass, timeoutMs })).provisioner;
    } catch (error) {
      if (!(error instanceof KubernetesError)) {
        throw error;
      }
      if (error.status !== 403 && error.status !== 404) {
        // No answer is none to keep.
        asked.delete(name);
      }
      return null;
    }
  }
}

/** The driver of a claim; never rejects. */
export async function storageDriver(
  claim: PersistentVolumeClaim,
  { api, rights, timeoutMs, classDrivers }: StorageDriverOptions
): Promise<StorageDriver> {
  const { volumeName, storageClassName } = claim.spec;
  const noted = PROVISIONERS.map(name => claim.metadata.annotations[name]).find(value => value !== undefined);
  if (noted !== undefined) {
    return { name: noted, assumed: false };
  }
  if (volumeName !== '' && mayReadVolumes(rights)) {
    const volume = await read(() =>
      api.request({ path: `/api/v1/persistentvolumes/${volumeName}`, schema: PersistentVolume, timeoutMs })
    );
    if (volume !== null) {
      return volume.spec.csi
        ? { name: volume.spec.csi.driver, assumed: false }
        : {
            name: null,
            reason: `Volume ${volumeName} of claim ${claim.metadata.name} is not provided by a CSI driver.`
          };
    }
  }
  if (storageClassName && rights.may('get', 'storage.k8s.io', 'storageclasses') !== false) {
    const provisioner = await classDrivers.of(storageClassName, { api, timeoutMs });
    if (provisioner !== null) {
      return { name: provisioner, assumed: true };
    }
  }
  return {
    name: null,
    reason: `Claim ${claim.metadata.name} does not say which driver stores it, nor does anything that the account is known to be allowed to read.`
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
