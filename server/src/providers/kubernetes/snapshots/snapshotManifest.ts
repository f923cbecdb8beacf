/** The VolumeSnapshot to create for a request. Pure. */
import type { CreateSnapshot, SnapshotOrigin } from '../../../../../contract';
import { annotations, labels, MANAGED_BY } from '../names';
import type { ClaimRecord } from '../volumes/claims';

export interface SnapshotOrder {
  readonly name: string;
  readonly record: ClaimRecord;
  readonly volumeId: string;
  readonly request: CreateSnapshot;
  readonly origin: SnapshotOrigin;
  readonly operationKey: string | null;
  readonly className: string | null;
  readonly user: string | null;
  readonly ownerLabel: string | null;
}

/** What is remembered of the claim, for a restore when it is gone. */
function claimWords({ claim, object, driver }: ClaimRecord): string {
  return JSON.stringify({
    name: claim,
    uid: object?.metadata.uid ?? null,
    driver,
    storageClass: object?.spec.storageClassName ?? null,
    size: object?.spec.resources.requests['storage'] ?? null,
    capacity: object?.status.capacity['storage'] ?? null,
    accessModes: object?.spec.accessModes ?? [],
    volumeMode: object?.spec.volumeMode ?? null
  });
}

/** Entries with a value. */
const filled = (entries: Readonly<Record<string, string | null>>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(entries).filter((entry): entry is [string, string] => entry[1] !== null && entry[1] !== '')
  );

/** The body of the request. */
export function snapshotManifest(order: SnapshotOrder): object {
  const { name, record, volumeId, request, origin, operationKey, className, user, ownerLabel } = order;
  return {
    apiVersion: 'snapshot.storage.k8s.io/v1',
    kind: 'VolumeSnapshot',
    metadata: {
      name,
      labels: filled({
        [labels.volumeId]: volumeId,
        [labels.origin]: origin,
        [labels.operation]: operationKey,
        [labels.owner]: ownerLabel,
        [labels.managedBy]: MANAGED_BY
      }),
      annotations: filled({
        [annotations.title]: request.title ?? null,
        [annotations.note]: request.note,
        [annotations.createdBy]: user,
        [annotations.notebook]: request.notebook,
        [annotations.heldUntil]: request.heldUntil,
        [annotations.heldBy]: request.heldUntil === null ? null : user,
        [annotations.claim]: claimWords(record)
      })
    },
    spec: {
      source: { persistentVolumeClaimName: record.claim },
      ...(className === null ? {} : { volumeSnapshotClassName: className })
    }
  };
}
