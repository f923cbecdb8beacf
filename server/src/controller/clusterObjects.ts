/** What the controller reads of pods, PersistentVolumes and snapshot contents; all else is dropped at the border. */
import { z } from 'zod';
import { RESTORE_LOCK } from '../providers/kubernetes/volumeRestore';
import { ObjectMetadata } from '../providers/kubernetes/resources';
import { PersistentVolumeClaim } from '../providers/kubernetes/volumes/claimResource';

const ContainerSpec = z.object({
  name: z.string(),
  volumeMounts: z
    .array(
      z.object({
        name: z.string(),
        subPath: z.string().default(''),
        subPathExpr: z.string().default(''),
        readOnly: z.boolean().default(false)
      })
    )
    .default([]),
  /** Volumes of mode Block. */
  volumeDevices: z.array(z.object({ name: z.string() })).default([])
});

const ContainerStatus = z.object({
  name: z.string(),
  state: z.object({ terminated: z.object({ exitCode: z.int().default(0) }).nullish() }).default({})
});

/** core/v1 Pod, as far as it tells which claims it mounts how, and whether it has ended. */
export const ClusterPod = z.object({
  metadata: ObjectMetadata,
  spec: z.object({
    nodeName: z.string().default(''),
    restartPolicy: z.string().default('Always'),
    volumes: z
      .array(
        z.object({
          name: z.string(),
          persistentVolumeClaim: z.object({ claimName: z.string(), readOnly: z.boolean().default(false) }).nullish(),
          ephemeral: z.object({}).nullish()
        })
      )
      .default([]),
    containers: z.array(ContainerSpec).default([]),
    initContainers: z.array(ContainerSpec).default([])
  }),
  status: z
    .object({ phase: z.string().default('Pending'), containerStatuses: z.array(ContainerStatus).default([]) })
    .default({ phase: 'Pending', containerStatuses: [] })
});
export type ClusterPod = z.infer<typeof ClusterPod>;

/** core/v1 PersistentVolume. */
export const ClusterVolume = z.object({
  metadata: ObjectMetadata,
  spec: z.object({
    csi: z.object({ driver: z.string(), volumeHandle: z.string().default('') }).nullish(),
    claimRef: z.object({ namespace: z.string().default(''), name: z.string(), uid: z.string().default('') }).nullish(),
    persistentVolumeReclaimPolicy: z.string().default('Retain'),
    storageClassName: z.string().default(''),
    capacity: z.record(z.string(), z.string()).default({})
  }),
  status: z
    .object({ phase: z.string().default('Pending'), lastPhaseTransitionTime: z.string().nullish() })
    .default({ phase: 'Pending' })
});
export type ClusterVolume = z.infer<typeof ClusterVolume>;

/** snapshot.storage.k8s.io/v1 VolumeSnapshotContent. */
export const SnapshotContent = z.object({
  metadata: ObjectMetadata,
  spec: z.object({
    driver: z.string().default(''),
    /** One of both: made from this volume, or given by an admin. */
    source: z.object({ volumeHandle: z.string().nullish(), snapshotHandle: z.string().nullish() }).default({}),
    sourceVolumeMode: z.string().nullish(),
    volumeSnapshotRef: z
      .object({ namespace: z.string().default(''), name: z.string().default(''), uid: z.string().default('') })
      .default({ namespace: '', name: '', uid: '' })
  })
});
export type SnapshotContent = z.infer<typeof SnapshotContent>;

/** Paths of what is not read elsewhere. */
export const clusterPaths = {
  volumes: '/api/v1/persistentvolumes',
  volume: (name: string): string => `/api/v1/persistentvolumes/${name}`,
  snapshotContent: (name: string): string => `/apis/snapshot.storage.k8s.io/v1/volumesnapshotcontents/${name}`,
  quotas: (namespace: string): string => `/api/v1/namespaces/${namespace}/resourcequotas`
} as const;

/** Names of the claims that a pod mounts or will mount; a generic ephemeral volume is a claim of that name. */
export const claimsOf = ({ metadata, spec }: ClusterPod): string[] =>
  spec.volumes.flatMap(({ name, persistentVolumeClaim, ephemeral }) => {
    if (persistentVolumeClaim !== null && persistentVolumeClaim !== undefined) {
      return [persistentVolumeClaim.claimName];
    }
    return ephemeral === null || ephemeral === undefined ? [] : [`${metadata.name}-${name}`];
  });

/** Label of the user whose server a pod of JupyterHub is; '' elsewhere. */
export const ownerOf = ({ metadata }: Pick<ClusterPod, 'metadata'>): string =>
  metadata.labels['hub.jupyter.org/username'] ?? '';

/** A claim with all its fields, and as it is read. */
export interface WholeClaim {
  readonly claim: PersistentVolumeClaim;
  /** metadata and spec as JSON, without the mark of a restore. */
  readonly manifest: string;
}

/** Reads a claim whole. */
export const WholeClaim = z
  .looseObject({ metadata: z.looseObject({}), spec: z.looseObject({}) })
  .transform((object): WholeClaim => {
    const metadata = without(object.metadata, ['managedFields']);
    const annotations = without(object.metadata['annotations'] ?? {}, [RESTORE_LOCK]);
    return {
      claim: PersistentVolumeClaim.parse(object),
      manifest: JSON.stringify({ metadata: { ...metadata, annotations }, spec: object.spec })
    };
  });

const without = (of: object, keys: readonly string[]): object =>
  Object.fromEntries(Object.entries(of).filter(([key]) => !keys.includes(key)));
