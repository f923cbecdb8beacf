/**
 * What is read of Trident’s objects (trident.netapp.io/v1); all else is dropped at the border. Their schemas are open or
 * change, and one object that is off must not hide the others: what is no text counts as not told.
 */
import { z } from 'zod';
import { ObjectMetadata } from '../../providers/kubernetes/resources';

export const TRIDENT_GROUP = 'trident.netapp.io';
export const RELATIONSHIPS = 'tridentmirrorrelationships';
export const UPDATES = 'tridentactionmirrorupdates';
export const SNAPSHOT_INFOS = 'tridentsnapshotinfos';
/** On an action while Trident works on it. */
export const TRIDENT_FINALIZER = 'trident.netapp.io';

export const tridentPath = (namespace: string, resource: string): string =>
  `/apis/${TRIDENT_GROUP}/v1/namespaces/${namespace}/${resource}`;

/** '' where it is not told. */
const Text = z.string().catch('');
const Count = z.number().nullable().catch(null);

const Condition = z.object({
  state: Text,
  message: Text,
  lastTransitionTime: Text,
  observedGeneration: Count,
  localVolumeHandle: Text,
  remoteVolumeHandle: Text,
  replicationPolicy: Text,
  replicationSchedule: Text
});

/** Loose: a patch has to give the whole list back. */
const VolumeMapping = z.looseObject({ localPVCName: Text, remoteVolumeHandle: Text, promotedSnapshotHandle: Text });

/** TridentMirrorRelationship. Trident fills one condition, and its definition allows one mapping. */
export const MirrorRelationship = z.object({
  metadata: ObjectMetadata.extend({ generation: Count }),
  spec: z
    .object({
      state: Text,
      replicationPolicy: Text,
      replicationSchedule: Text,
      volumeMappings: z.array(VolumeMapping).catch([])
    })
    .catch({ state: '', replicationPolicy: '', replicationSchedule: '', volumeMappings: [] }),
  status: z.object({ conditions: z.array(Condition).catch([]) }).catch({ conditions: [] })
});
export type MirrorRelationship = z.infer<typeof MirrorRelationship>;

/** TridentActionMirrorUpdate. */
export const MirrorUpdateAction = z.object({
  metadata: ObjectMetadata,
  spec: z.object({ tridentMirrorRelationshipName: Text }).catch({ tridentMirrorRelationshipName: '' }),
  status: z
    .object({ state: Text, message: Text, completionTime: Text })
    .catch({ state: '', message: '', completionTime: '' })
});
export type MirrorUpdateAction = z.infer<typeof MirrorUpdateAction>;

/** TridentSnapshotInfo: the handle of a VolumeSnapshot, for those who may not read what is behind it. */
export const SnapshotInfo = z.object({
  metadata: ObjectMetadata,
  spec: z.object({ snapshotName: Text }).catch({ snapshotName: '' }),
  status: z.object({ snapshotHandle: Text }).catch({ snapshotHandle: '' })
});
export type SnapshotInfo = z.infer<typeof SnapshotInfo>;

/** Claim that the data arrives in; '' where none is named. */
export const claimOf = ({ spec }: MirrorRelationship): string => spec.volumeMappings[0]?.localPVCName ?? '';
