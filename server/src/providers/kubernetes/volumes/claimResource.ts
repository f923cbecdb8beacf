/** What is read of a PersistentVolumeClaim and of what describes its storage; all else is dropped. */
import { z } from 'zod';

const Texts = z.record(z.string(), z.string()).default({});

const Metadata = z.object({
  name: z.string(),
  namespace: z.string().default(''),
  uid: z.string(),
  resourceVersion: z.string().default(''),
  creationTimestamp: z.string().optional(),
  deletionTimestamp: z.string().optional(),
  labels: Texts,
  annotations: Texts,
  finalizers: z.array(z.string()).default([])
});

const DataSource = z.object({ kind: z.string(), name: z.string(), apiGroup: z.string().nullish() });

/** core/v1 PersistentVolumeClaim. */
export const PersistentVolumeClaim = z.object({
  metadata: Metadata,
  spec: z.object({
    accessModes: z.array(z.string()).default([]),
    storageClassName: z.string().nullish(),
    volumeMode: z.string().default('Filesystem'),
    volumeName: z.string().default(''),
    resources: z.object({ requests: Texts }).default({ requests: {} }),
    dataSource: DataSource.nullish(),
    dataSourceRef: DataSource.nullish()
  }),
  status: z
    .object({
      phase: z.string().default('Pending'),
      capacity: Texts,
      accessModes: z.array(z.string()).default([])
    })
    .default({ phase: 'Pending', capacity: {}, accessModes: [] })
});
export type PersistentVolumeClaim = z.infer<typeof PersistentVolumeClaim>;
