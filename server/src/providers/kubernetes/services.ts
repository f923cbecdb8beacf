/** What the parts of the Kubernetes provider share; put together in kubernetesProvider.ts. */
import type { Log } from '../../log';
import type { ObservedIndex } from '../../observed/observedIndex';
import type { AccountRights } from './accountRights';
import type { KubernetesApi } from './client/kubernetesApi';
import type { StorageClasses } from './storageClasses';
import type { Claims } from './volumes/claims';

export interface KubernetesServices {
  readonly api: KubernetesApi;
  /** All objects read and made are in it. */
  readonly namespace: string;
  /** VolumeSnapshotClass to use whatever is the default; null: the default. */
  readonly snapshotClass: string | null;
  readonly log: Log;
  readonly index: ObservedIndex;
  readonly claims: Claims;
  readonly rights: AccountRights;
  readonly classes: StorageClasses;
  /** Who works here, as people write it. */
  readonly user: string | null;
  /** Value of the label `owner` on what is made here; null: nobody's. */
  readonly ownerLabel: () => string | null;
}
