/**
 * What is read of the cluster's objects around snapshots and clones; all else is dropped at the border.
 * Claims are in `volumes/claimResource.ts`.
 */
import { z } from 'zod';

const Texts = z.record(z.string(), z.string()).default({});

/** metadata of any object. */
export const ObjectMetadata = z.object({
  name: z.string(),
  uid: z.string(),
  resourceVersion: z.string().default(''),
  creationTimestamp: z.string(),
  deletionTimestamp: z.string().optional(),
  labels: Texts,
  annotations: Texts,
  finalizers: z.array(z.string()).default([])
});

/** snapshot.storage.k8s.io/v1 VolumeSnapshot. */
export const VolumeSnapshot = z.object({
  metadata: ObjectMetadata,
  spec: z.object({
    source: z.object({
      persistentVolumeClaimName: z.string().optional(),
      volumeSnapshotContentName: z.string().optional()
    }),
    volumeSnapshotClassName: z.string().nullish()
  }),
  status: z
    .object({
      boundVolumeSnapshotContentName: z.string().optional(),
      creationTime: z.string().nullish(),
      /** Absent: not known yet, which is not false. */
      readyToUse: z.boolean().optional(),
      restoreSize: z.union([z.string(), z.number()]).nullish(),
      /** The last error; the controllers go on trying and take it away when they succeed. */
      error: z.object({ time: z.string().nullish(), message: z.string().default('') }).nullish(),
      volumeGroupSnapshotName: z.string().nullish()
    })
    .default({})
});
export type VolumeSnapshot = z.infer<typeof VolumeSnapshot>;

/** snapshot.storage.k8s.io/v1 VolumeSnapshotClass. */
export const VolumeSnapshotClass = z.object({
  metadata: z.object({ name: z.string(), annotations: Texts }),
  driver: z.string(),
  deletionPolicy: z.string()
});
export type VolumeSnapshotClass = z.infer<typeof VolumeSnapshotClass>;

/** storage.k8s.io/v1 StorageClass. */
export const StorageClass = z.object({
  metadata: z.object({ name: z.string(), annotations: Texts }),
  provisioner: z.string(),
  reclaimPolicy: z.string().default('Delete'),
  volumeBindingMode: z.string().default('Immediate')
});
export type StorageClass = z.infer<typeof StorageClass>;

/** core/v1 Event about one object. */
export const ObjectEvent = z.object({
  metadata: ObjectMetadata,
  involvedObject: z.object({ kind: z.string().default(''), name: z.string().default(''), uid: z.string().default('') }),
  type: z.string().default('Normal'),
  reason: z.string().default(''),
  message: z.string().default(''),
  lastTimestamp: z.string().nullish(),
  eventTime: z.string().nullish()
});
export type ObjectEvent = z.infer<typeof ObjectEvent>;

/** core/v1 Pod, as far as it tells which claims it holds. */
export const MountingPod = z.object({
  metadata: ObjectMetadata,
  spec: z.object({
    nodeName: z.string().default(''),
    volumes: z.array(z.object({ persistentVolumeClaim: z.object({ claimName: z.string() }).nullish() })).default([])
  })
});
export type MountingPod = z.infer<typeof MountingPod>;

/** Paths of the collections that are read and written. */
export const paths = {
  snapshots: (namespace: string): string => `/apis/snapshot.storage.k8s.io/v1/namespaces/${namespace}/volumesnapshots`,
  snapshotClasses: '/apis/snapshot.storage.k8s.io/v1/volumesnapshotclasses',
  storageClasses: '/apis/storage.k8s.io/v1/storageclasses',
  claims: (namespace: string): string => `/api/v1/namespaces/${namespace}/persistentvolumeclaims`,
  pods: (namespace: string): string => `/api/v1/namespaces/${namespace}/pods`,
  events: (namespace: string): string => `/api/v1/namespaces/${namespace}/events`
} as const;

export const SNAPSHOT_GROUP = 'snapshot.storage.k8s.io';
