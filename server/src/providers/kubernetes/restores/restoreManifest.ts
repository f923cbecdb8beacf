/** The VolumeRestore to create for a request. Pure. */
import { annotations, labels, MANAGED_BY } from '../names';
import { RESTORE_API_VERSION, type Requester, type RestoreSpec } from '../volumeRestore';

export interface RestoreOrder {
  readonly name: string;
  readonly spec: Pick<RestoreSpec, 'claimName' | 'snapshotName' | 'undoOf' | 'strategy' | 'paths'>;
  readonly volumeId: string;
  /** What comes back, in words, and when it was so. */
  readonly label: string;
  readonly createdAt: string;
  /** null: the account is no pod's. */
  readonly requester: Requester | null;
  readonly operationKey: string | null;
  readonly user: string | null;
  readonly ownerLabel: string | null;
}

/** The body of the request: not approved, as every restore begins. */
export function restoreManifest(order: RestoreOrder): object {
  const { name, spec, volumeId, label, createdAt, requester, operationKey, user, ownerLabel } = order;
  return {
    apiVersion: RESTORE_API_VERSION,
    kind: 'VolumeRestore',
    metadata: {
      name,
      labels: {
        [labels.volumeId]: volumeId,
        [labels.managedBy]: MANAGED_BY,
        ...(operationKey === null ? {} : { [labels.operation]: operationKey }),
        ...(ownerLabel === null ? {} : { [labels.owner]: ownerLabel })
      },
      annotations: {
        [annotations.snapshotLabel]: label,
        [annotations.snapshotCreatedAt]: createdAt,
        ...(user === null ? {} : { [annotations.createdBy]: user })
      }
    },
    // What is undefined is not sent.
    spec: { ...spec, ...(requester === null ? {} : { requester }), approved: false, cancel: false }
  };
}
