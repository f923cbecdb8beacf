/**
 * The custom resource VolumeRestore (`volumerestores.datamark.github.io`, v1alpha1) as it is read and written: made
 * unapproved by a user, planned and carried out by the controller, which works from its status alone.
 * The schema that the API server enforces is deploy/crd/volumerestores.yaml.
 */
import { z } from 'zod';
import { GROUP } from './names';
import { ObjectMetadata } from './resources';

export const RESTORE_API_VERSION = `${GROUP}/v1alpha1`;
export const restorePath = (namespace: string): string =>
  `/apis/${RESTORE_API_VERSION}/namespaces/${namespace}/volumerestores`;
export const RESTORE_RESOURCE = 'volumerestores';
/** Of all namespaces. */
export const ALL_RESTORES = `/apis/${RESTORE_API_VERSION}/volumerestores`;

/** With it a field that the definition of the cluster does not have is refused; without, it is dropped in silence. */
export const STRICTLY = { fieldValidation: 'Strict' } as const;
/** Whether it was refused for that. */
export const isUnknownField = ({ message }: Error): boolean => message.includes('strict decoding error: unknown field');

/** In their order; the last four are final. '' before a controller has seen the object. */
export const RestorePhase = z.enum([
  '',
  'Planning',
  'Planned',
  'Preparing',
  'WaitingForRelease',
  'Securing',
  'Restoring',
  'Verifying',
  'Succeeded',
  'RolledBack',
  'Failed',
  'Cancelled'
]);
export type RestorePhase = z.infer<typeof RestorePhase>;

/** How the controller restores; `clone` needs no controller and so is none of them. */
export const ControllerStrategy = z.enum(['swap', 'copy', 'files']);
export type ControllerStrategy = z.infer<typeof ControllerStrategy>;

/** The pod whose token made the request; an admission policy forces it to be true. */
export const Requester = z.object({ podName: z.string(), podUid: z.string() });
export type Requester = z.infer<typeof Requester>;

/** Immutable but for `approved` and `cancel`, which only go from false to true. */
export const RestoreSpec = z.object({
  claimName: z.string(),
  /** Absent exactly where `undoOf` is set. */
  snapshotName: z.string().optional(),
  /** Name of the VolumeRestore whose kept data comes back. */
  undoOf: z.string().optional(),
  /** Left out: `swap` where it is possible, else `copy`. */
  strategy: ControllerStrategy.optional(),
  /** For `files` alone: relative to the volume's root. */
  paths: z.array(z.string()).optional(),
  /** Absent: the caller was no pod and had the verb `approve` on volumerestores. */
  requester: Requester.optional(),
  approved: z.boolean().default(false),
  cancel: z.boolean().default(false)
});
export type RestoreSpec = z.infer<typeof RestoreSpec>;

/** One thing that stands in the way, by name, and one way out. */
const StatusBlocker = z.object({
  kind: z.string(),
  object: z.string(),
  message: z.string(),
  fix: z.string(),
  by: z.string().nullish(),
  since: z.string().nullish()
});

const StatusOption = z.object({
  strategy: z.enum(['swap', 'copy', 'files', 'clone']),
  available: z.boolean(),
  /** Why not, and what mends it; '' where it is available. */
  reason: z.string().default(''),
  fix: z.string().default(''),
  cost: z.string(),
  risk: z.string()
});

const Change = z.object({ files: z.int(), bytes: z.number() });

const StatusPlan = z.object({
  madeAt: z.string(),
  validUntil: z.string(),
  strategy: ControllerStrategy,
  options: z.array(StatusOption),
  steps: z.array(z.string()),
  blockers: z.array(StatusBlocker),
  warnings: z.array(z.string()).default([]),
  stopsServer: z.boolean(),
  /** The hub has said that the controller may start it afterwards. */
  startsServer: z.boolean().default(false),
  /** Time of the last restore of this claim that succeeded, ms. */
  lastDurationMs: z.number().nullish(),
  /** Absent: not known. `reason` says why, or that it can be counted. */
  changes: z.object({ reverted: Change, returned: Change, removed: Change }).nullish(),
  changesUnknown: z.string().nullish(),
  /** The changes can be counted, by the annotation COUNT_CHANGES. */
  countable: z.boolean().default(false)
});
export type StatusPlan = z.infer<typeof StatusPlan>;

const StatusStep = z.object({
  text: z.string(),
  state: z.enum(['todo', 'current', 'done', 'failed']),
  startedAt: z.string().nullish(),
  finishedAt: z.string().nullish()
});

/** One life of an object. */
export const ObjectRef = z.object({ name: z.string(), uid: z.string() });
export type ObjectRef = z.infer<typeof ObjectRef>;

/** A PersistentVolume that takes part, as it was before the restore touched it. */
const VolumeRef = z.object({
  name: z.string(),
  uid: z.string(),
  driver: z.string().default(''),
  handle: z.string().default(''),
  /** Handles that this claim's volumes had before earlier restores. */
  formerHandles: z.array(z.string()).default([]),
  reclaimPolicy: z.string()
});
export type VolumeRef = z.infer<typeof VolumeRef>;

/** The claim before the restore: all that is needed to make it again. */
const RecordedClaim = z.object({
  uid: z.string(),
  /** Label volume-id, else the uid. */
  volumeId: z.string(),
  accessModes: z.array(z.string()),
  storageClassName: z.string().nullish(),
  volumeMode: z.string(),
  /** spec.resources.requests.storage. */
  request: z.string(),
  /** status.capacity.storage. */
  capacity: z.string(),
  /** JSON of metadata (labels, annotations, ownerReferences, finalizers) and spec, whole, as it was read. */
  manifest: z.string()
});
export type RecordedClaim = z.infer<typeof RecordedClaim>;

export const Condition = z.object({
  type: z.string(),
  status: z.enum(['True', 'False', 'Unknown']),
  reason: z.string(),
  message: z.string(),
  lastTransitionTime: z.string(),
  observedGeneration: z.int().optional()
});
export type Condition = z.infer<typeof Condition>;

/** Everything the controller knows; each step is written here before it is done. */
export const RestoreStatus = z.object({
  observedGeneration: z.int().optional(),
  phase: RestorePhase.default(''),
  /** The last thing known, in words. */
  message: z.string().default(''),
  strategy: ControllerStrategy.nullish(),
  plan: StatusPlan.nullish(),
  steps: z.array(StatusStep).default([]),
  conditions: z.array(Condition).default([]),
  startedAt: z.string().nullish(),
  finishedAt: z.string().nullish(),
  /** Slug of the contract's problem catalogue, a sentence and the next step; of the final phases but Succeeded. */
  problem: z.object({ type: z.string(), detail: z.string(), next: z.string() }).nullish(),
  /** Seen by the controller to mount the claim whole and writable, before the pod goes. */
  requester: z
    .object({
      podName: z.string(),
      podUid: z.string(),
      verifiedAt: z.string(),
      /** Whose it is, as its label hub.jupyter.org/username says; '': it says nothing. */
      owner: z.string().default(''),
      /** The same user and the server as the hub’s API names them; hubUser '': it is no server of a hub. */
      hubUser: z.string().default(''),
      hubServer: z.string().default(''),
      /** When it was seen to have stopped for this restore. */
      stoppedAt: z.string().nullish()
    })
    .nullish(),
  claim: RecordedClaim.nullish(),
  /** What the claim was bound to, and what it is to be bound to. */
  oldVolume: VolumeRef.nullish(),
  newVolume: VolumeRef.nullish(),
  /** What is gone back to, or what an undo has kept; null where that is a volume. */
  snapshot: ObjectRef.nullish(),
  /** Made for this restore; uid '' until it was read. */
  temporaryClaim: ObjectRef.nullish(),
  checkPod: ObjectRef.nullish(),
  job: ObjectRef.nullish(),
  safetySnapshot: ObjectRef.nullish(),
  newClaim: ObjectRef.nullish(),
  /** For admission policies: pods that mount the claim and were made before this time are refused; renewed while it works. */
  gateClosedUntil: z.string().nullish(),
  releasedAt: z.string().nullish(),
  boundAt: z.string().nullish(),
  /** For `files`: folder they were written to, relative to the volume. */
  target: z.string().nullish(),
  /** Whether and until when this restore can be undone, and from which kept volume or snapshot. */
  undo: z
    .object({
      possible: z.boolean(),
      reason: z.string().default(''),
      until: z.string().nullish(),
      volume: z.string().nullish(),
      snapshot: z.string().nullish(),
      undoneBy: z.string().nullish()
    })
    .nullish(),
  /** What is left to do after the end, for example setting reclaim policies back; empty: nothing. */
  pending: z.array(z.string()).default([])
});
export type RestoreStatus = z.infer<typeof RestoreStatus>;

export const VolumeRestore = z.object({
  metadata: ObjectMetadata.extend({ namespace: z.string(), generation: z.int().default(1) }),
  spec: RestoreSpec,
  status: RestoreStatus.default(() => RestoreStatus.parse({}))
});
export type VolumeRestore = z.infer<typeof VolumeRestore>;

/**
 * Annotation on a claim: uid of the VolumeRestore that works on it, so that never two do. Set with the claim's
 * resourceVersion before Preparing; it is no part of the recorded manifest.
 */
export const RESTORE_LOCK = `${GROUP}/restore-lock`;

/** Label on a PersistentVolume that a restore has kept and whose policy leaves it to an admin now that its undo is over. */
export const LEFT_VOLUME = `${GROUP}/left-volume`;

/** Annotation on a planned VolumeRestore by which its user asks for the changes to be counted. */
export const COUNT_CHANGES = `${GROUP}/count-changes`;

/** On PersistentVolumes. */
export const volumeAnnotations = {
  /** JSON list of the handles that this claim's volumes had before restores, newest first. */
  formerHandles: `${GROUP}/former-handles`,
  /** `<namespace>/<VolumeRestore>` that this kept volume undoes. */
  undoOf: `${GROUP}/undo-of`,
  /** Until when it is kept, ISO 8601. */
  undoUntil: `${GROUP}/undo-until`,
  /** Name of the snapshot that took this volume's place: with it the VolumeRestore can be made again. */
  restoredSnapshot: `${GROUP}/restored-snapshot`,
  originalReclaimPolicy: `${GROUP}/original-reclaim-policy`
} as const;
