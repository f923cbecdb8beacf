/** What is read of a PersistentVolumeClaim, its PersistentVolume and the own pod; all else is dropped. */
import { z } from 'zod';
import { ObjectMetadata } from '../resources';

const Texts = z.record(z.string(), z.string()).default({});

const DataSource = z.object({ kind: z.string(), name: z.string(), apiGroup: z.string().nullish() });

/** core/v1 PersistentVolumeClaim. */
export const PersistentVolumeClaim = z.object({
  metadata: ObjectMetadata,
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

/** core/v1 PersistentVolume: who provides it. */
export const PersistentVolume = z.object({
  metadata: ObjectMetadata,
  spec: z.object({ csi: z.object({ driver: z.string(), volumeHandle: z.string().default('') }).nullish() })
});
export type PersistentVolume = z.infer<typeof PersistentVolume>;

/** core/v1 Pod, as far as it tells which claims it mounts where. Its environment is never read. */
export const OwnPod = z.object({
  metadata: ObjectMetadata,
  spec: z.object({
    volumes: z
      .array(
        z.object({
          name: z.string(),
          persistentVolumeClaim: z.object({ claimName: z.string(), readOnly: z.boolean().default(false) }).nullish(),
          ephemeral: z.object({}).nullish()
        })
      )
      .default([]),
    containers: z.array(
      z.object({
        volumeMounts: z
          .array(
            z.object({
              name: z.string(),
              mountPath: z.string(),
              subPath: z.string().default(''),
              subPathExpr: z.string().default(''),
              readOnly: z.boolean().default(false)
            })
          )
          .default([])
      })
    )
  })
});
export type OwnPod = z.infer<typeof OwnPod>;
