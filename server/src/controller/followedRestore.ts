/**
 * What the controller remembers of each VolumeRestore: little, as thousands may be over. One that can’t be read (edited by
 * hand, or of another version) is remembered as that, so that it never stands in the way of the others.
 */
import { z } from 'zod';
import { VolumeRestore, type RestoreStatus } from '../providers/kubernetes/volumeRestore';
import { isFinal } from './restoreProgress';
import { UNDER_WAY } from './underWay';

type Metadata = VolumeRestore['metadata'];

/** One that can be read. */
export interface FollowedRestore {
  readonly why: null;
  readonly metadata: Pick<
    Metadata,
    | 'name'
    | 'namespace'
    | 'uid'
    | 'resourceVersion'
    | 'creationTimestamp'
    | 'deletionTimestamp'
    | 'annotations'
    | 'finalizers'
  >;
  readonly spec: Pick<VolumeRestore['spec'], 'claimName' | 'snapshotName' | 'approved'>;
  readonly status: Pick<
    RestoreStatus,
    | 'phase'
    | 'strategy'
    | 'pending'
    | 'startedAt'
    | 'finishedAt'
    | 'gateClosedUntil'
    | 'temporaryClaim'
    | 'safetySnapshot'
    | 'oldVolume'
    | 'newVolume'
    | 'undo'
  >;
  /** Its plan has blockers. */
  readonly isBlocked: boolean;
}

/** One that can’t be read. */
export interface UnreadableRestore {
  readonly why: string;
  readonly metadata: Pick<Metadata, 'name' | 'namespace' | 'uid' | 'resourceVersion'>;
  /** Null: not even that can be read. */
  readonly claimName: string | null;
  /** It is being carried out, as far as it says. */
  readonly isUnderWay: boolean;
}

const Raw = z.looseObject({
  metadata: z.looseObject({
    name: z.string(),
    namespace: z.string(),
    uid: z.string(),
    resourceVersion: z.string().default(''),
    labels: z.record(z.string(), z.unknown()).catch({})
  })
});

const Claim = z.object({ spec: z.object({ claimName: z.string() }) });

/** A VolumeRestore, or why there is none. Fails for no object that an API server can hold. */
export const ReadableRestore = Raw.transform((object): VolumeRestore | UnreadableRestore => {
  const read = VolumeRestore.safeParse(object);
  if (read.success) {
    return read.data;
  }
  const { name, namespace, uid, resourceVersion, labels } = object.metadata;
  const [issue] = read.error.issues;
  return {
    why: `${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`,
    metadata: { name, namespace, uid, resourceVersion },
    claimName: Claim.safeParse(object).data?.spec.claimName ?? null,
    isUnderWay: UNDER_WAY in labels
  };
});

/** The same, as it is remembered. */
export const WatchedRestore = ReadableRestore.transform((read): FollowedRestore | UnreadableRestore =>
  isReadable(read) ? followed(read) : read
);

export const isReadable = (read: VolumeRestore | UnreadableRestore): read is VolumeRestore => !('why' in read);

/** Whether one that can’t be read has begun with this claim, whose lock is held by that uid. */
export const mayWorkOn = (
  { metadata, claimName, isUnderWay }: UnreadableRestore,
  claim: string,
  lock: string | undefined
): boolean => metadata.uid === lock || (isUnderWay && claimName === claim);

/** What is remembered of it. */
export function followed({ metadata, spec, status }: VolumeRestore): FollowedRestore {
  const { name, namespace, uid, resourceVersion, creationTimestamp, deletionTimestamp, annotations, finalizers } =
    metadata;
  const { phase, strategy, pending, startedAt, finishedAt, gateClosedUntil, undo } = status;
  const { temporaryClaim, safetySnapshot, oldVolume, newVolume } = status;
  return {
    why: null,
    metadata: {
      name,
      namespace,
      uid,
      resourceVersion,
      creationTimestamp,
      ...(deletionTimestamp === undefined ? {} : { deletionTimestamp }),
      annotations,
      finalizers
    },
    spec: {
      claimName: spec.claimName,
      ...(spec.snapshotName === undefined ? {} : { snapshotName: spec.snapshotName }),
      approved: spec.approved
    },
    status: {
      phase,
      strategy,
      pending,
      startedAt,
      finishedAt,
      gateClosedUntil,
      temporaryClaim,
      safetySnapshot,
      oldVolume,
      newVolume,
      undo
    },
    isBlocked: phase === 'Planned' && (status.plan?.blockers.length ?? 0) > 0
  };
}

/** It is over, and nothing is left to do with it but to forget it one day. */
export const isAtRest = ({ metadata, status }: Pick<FollowedRestore, 'metadata' | 'status'>): boolean =>
  isFinal(status.phase) &&
  status.pending.length === 0 &&
  metadata.deletionTimestamp === undefined &&
  metadata.finalizers.length === 0;

/** `<namespace>/<name>`. */
export const keyOf = ({ metadata }: { readonly metadata: Pick<Metadata, 'name' | 'namespace'> }): string =>
  `${metadata.namespace}/${metadata.name}`;
