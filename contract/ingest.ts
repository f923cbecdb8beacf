/**
 * Ingest: replication into the volumes of this server (SnapMirror). What neither Trident nor ONTAP tells stays unknown,
 * with the reason; a state that Datamark does not know is told in its own words.
 */
import { z } from 'zod';
import { Clone } from './clones';
import { PinnedSnapshots, KernelId } from './lineage';
import { Capability, Flag, Instant, ObjectName, Uid } from './primitives';
import { Problem } from './problem';

/** Name of a mirror in URLs: that of Trident’s object, else `ontap-<uuid>`. */
export const MirrorName = ObjectName;

/** One word for what Trident’s object and ONTAP’s relationship call their state. */
export const MirrorState = z
  .enum([
    'not-reconciled',
    'uninitialized',
    'establishing',
    'mirrored',
    'in-sync',
    'out-of-sync',
    'synchronizing',
    'paused',
    'expanding',
    'shrinking',
    'reestablishing',
    'promoting',
    'promoted',
    'broken-off',
    'released',
    'failed',
    'invalid',
    'unknown'
  ])
  .meta({
    id: 'MirrorState',
    description:
      '`not-reconciled`: nobody has told a state yet. `promoted`: as Trident tells it, also where ONTAP did not answer it. ' +
      '`broken-off`: replication was ended, often on purpose. `unknown`: a state that is new to Datamark, see `stateAsTold`.'
  });
export type MirrorState = z.infer<typeof MirrorState>;

/** A reason in the words of the storage. */
export const MirrorReason = z
  .object({ message: z.string(), code: z.string().nullable() })
  .meta({ id: 'MirrorReason', description: 'As ONTAP or Trident says it, unchanged.' });
export type MirrorReason = z.infer<typeof MirrorReason>;

export const MirrorHealth = z
  .discriminatedUnion('state', [
    z.object({ state: z.literal('healthy') }),
    z.object({ state: z.literal('unhealthy'), reasons: z.array(MirrorReason) }),
    z.object({ state: z.literal('unknown'), reason: z.string() })
  ])
  .meta({ id: 'MirrorHealth' });
export type MirrorHealth = z.infer<typeof MirrorHealth>;

/** Which moment of the source readers see. */
export const ArrivedData = z
  .discriminatedUnion('known', [
    z.object({
      known: z.literal(true),
      asOf: Instant.meta({ description: 'When the exported snapshot was made. The age of the data grows from here.' }),
      snapshot: z.string().nullable().meta({ description: 'Name of the exported snapshot; null: not told.' })
    }),
    z.object({ known: z.literal(false), reason: z.string(), snapshot: z.string().nullable() })
  ])
  .meta({ id: 'ArrivedData' });
export type ArrivedData = z.infer<typeof ArrivedData>;

export const TransferType = z.enum(['initialize', 'update', 'resync', 'restore', 'unknown']);

/** A transfer that is over. */
export const LastTransfer = z
  .object({
    type: TransferType,
    state: z.enum(['succeeded', 'failed', 'aborted', 'unknown']),
    bytes: z.number().nonnegative().nullable(),
    seconds: z.number().nonnegative().nullable(),
    bytesPerSecond: z.number().nonnegative().nullable(),
    endedAt: Instant.nullable(),
    reasons: z.array(MirrorReason).meta({ description: 'Why it did not succeed, where the storage says it.' })
  })
  .meta({ id: 'LastTransfer', description: 'null fields: not told.' });
export type LastTransfer = z.infer<typeof LastTransfer>;

/** A transfer that waits or runs. ONTAP tells no total, so there is no percentage. */
export const RunningTransfer = z
  .object({
    type: TransferType,
    state: z.enum(['queued', 'transferring']),
    bytes: z.number().nonnegative().nullable(),
    seconds: z.number().nonnegative().nullable().meta({ description: 'How long it runs; null: not told.' }),
    bytesPerSecond: z.number().nonnegative().nullable()
  })
  .meta({ id: 'RunningTransfer' });
export type RunningTransfer = z.infer<typeof RunningTransfer>;

/** What the schedule promises. */
export const MirrorSchedule = z
  .object({
    name: z.string(),
    everySeconds: z
      .number()
      .positive()
      .nullable()
      .meta({ description: 'Longest pause between transfers; null: not told.' }),
    nextAt: Instant.nullable().meta({ description: 'null: not known.' })
  })
  .meta({ id: 'MirrorSchedule' });
export type MirrorSchedule = z.infer<typeof MirrorSchedule>;

/** One transfer that the controller saw end. */
export const SeenTransfer = z
  .object({
    endedAt: Instant,
    type: TransferType,
    state: z.enum(['succeeded', 'failed', 'aborted', 'unknown']),
    bytes: z.number().nonnegative().nullable(),
    seconds: z.number().nonnegative().nullable(),
    ageSeconds: z
      .number()
      .nonnegative()
      .nullable()
      .meta({ description: 'Age of the data right before this transfer ended; null: not known.' })
  })
  .meta({ id: 'SeenTransfer' });
export type SeenTransfer = z.infer<typeof SeenTransfer>;

/** ONTAP keeps no history; this is what somebody watched. */
export const SeenTransfers = z
  .object({
    since: Instant.meta({ description: 'The controller has watched this mirror since then.' }),
    items: z.array(SeenTransfer).max(24).meta({ description: 'Oldest first.' }),
    gaps: z.boolean().meta({ description: 'It did not watch all the time: transfers can be missing.' })
  })
  .meta({ id: 'SeenTransfers' });
export type SeenTransfers = z.infer<typeof SeenTransfers>;

/** How old the data of a volume may be. */
export const FreshnessGuard = z
  .object({
    maxAgeSeconds: z.number().positive(),
    setBy: z.enum(['annotation', 'setting']),
    state: z.enum(['fresh', 'stale', 'unknown']).meta({ description: '`unknown`: the age of the data is not known.' })
  })
  .meta({ id: 'FreshnessGuard' });
export type FreshnessGuard = z.infer<typeof FreshnessGuard>;

/** How the last update that was asked for here goes. */
export const MirrorUpdate = z
  .object({
    id: z.string().meta({ description: 'Name of Trident’s action, or id of ONTAP’s transfer.' }),
    state: z.enum(['queued', 'running', 'succeeded', 'failed', 'cancelled']),
    askedAt: Instant,
    endedAt: Instant.nullable(),
    alreadyRunning: z.boolean().meta({ description: 'No new transfer was begun: one ran already, and this is it.' }),
    cancel: Capability,
    reasons: z.array(MirrorReason)
  })
  .meta({ id: 'MirrorUpdate' });
export type MirrorUpdate = z.infer<typeof MirrorUpdate>;

export const Mirror = z
  .object({
    kind: z.literal('mirror'),
    id: MirrorName,
    uid: Uid,
    volume: ObjectName.meta({ description: 'Id of the volume of this server that the data arrives in.' }),
    volumeName: z.string(),
    from: z.string().nullable().meta({ description: '`svm:volume` of the source; null: not told.' }),
    to: z.string().nullable().meta({ description: '`svm:volume` of the destination; null: not told.' }),
    state: MirrorState,
    stateAsTold: z.string().nullable().meta({ description: 'In the words of who told it; null: nobody has.' }),
    toldBy: z.enum(['ontap', 'trident']).meta({ description: 'Of both, ONTAP: Trident does not look again.' }),
    toldAt: Instant.nullable().meta({ description: 'ONTAP: when it was asked. Trident: when its state last changed.' }),
    hint: z.string().nullable().meta({ description: 'What must be known to read the state right; null: nothing.' }),
    health: MirrorHealth,
    data: ArrivedData,
    policy: z.object({ name: z.string(), type: z.string().nullable() }).nullable(),
    schedule: MirrorSchedule.nullable(),
    lastTransfer: LastTransfer.nullable(),
    transfer: RunningTransfer.nullable().meta({ description: 'null: none runs, as far as is told.' }),
    update: MirrorUpdate.nullable().meta({ description: 'The last that was asked for; null: none is known.' }),
    seen: SeenTransfers.nullable().meta({ description: 'null: nobody watches.' }),
    guard: FreshnessGuard.nullable(),
    can: z.object({ update: Capability, promote: Capability, resync: Capability })
  })
  .meta({ id: 'Mirror' });
export type Mirror = z.infer<typeof Mirror>;

/** Whether a source of mirrors can be asked. */
export const MirrorSource = z
  .discriminatedUnion('state', [
    z.object({ state: z.literal('absent'), reason: z.string() }),
    z.object({ state: z.literal('answers'), asOf: Instant }),
    z.object({
      state: z.literal('refuses'),
      problem: Problem,
      asOf: Instant.nullable().meta({ description: 'What is shown is of then; null: nothing was ever told.' })
    })
  ])
  .meta({ id: 'MirrorSource', description: '`absent`: not there or not set up here, which is nothing wrong.' });
export type MirrorSource = z.infer<typeof MirrorSource>;

export const MirrorList = z
  .object({
    items: z.array(Mirror).meta({ description: 'By the name of the volume.' }),
    sources: z.object({ trident: MirrorSource, ontap: MirrorSource }),
    now: Instant.meta({ description: 'Clock of whoever computed ages, for a browser whose clock differs.' })
  })
  .meta({ id: 'MirrorList' });
export type MirrorList = z.infer<typeof MirrorList>;

export const MirrorsQuery = z
  .object({ anew: Flag.optional().meta({ description: 'Ask the sources now; else an answer may be one poll old.' }) })
  .meta({ id: 'MirrorsQuery' });
export type MirrorsQuery = z.infer<typeof MirrorsQuery>;

/** One way to a version of the arrived data that no transfer changes. */
export const FixedVersionWay = z
  .object({
    way: z.enum(['snapshot', 'replicated-snapshot', 'flexclone', 'promoted']).meta({
      description:
        '`snapshot`: an ordinary snapshot of the volume. `replicated-snapshot`: the exported snapshot itself, which an ' +
        'admin has made known to Kubernetes. `flexclone`: an admin clones it on ONTAP and imports the clone. ' +
        '`promoted`: the mirror is promoted first, and replication stops.'
    }),
    title: z.string(),
    consequence: z.string(),
    can: Capability,
    snapshot: ObjectName.nullable().meta({ description: 'Name of the snapshot to clone; null: none is there.' }),
    manifest: z.string().nullable().meta({ description: 'What an admin applies or runs; null: nothing is needed.' })
  })
  .meta({ id: 'FixedVersionWay' });
export type FixedVersionWay = z.infer<typeof FixedVersionWay>;

export const FixedVersions = z
  .object({ mirror: MirrorName, data: ArrivedData, ways: z.array(FixedVersionWay) })
  .meta({ id: 'FixedVersions', description: 'Every way, also those that can’t be gone, with the reason.' });
export type FixedVersions = z.infer<typeof FixedVersions>;

export const TrainOnVersion = z
  .object({
    uid: Uid.meta({ description: 'Of the mirror, as it was read.' }),
    way: z.enum(['snapshot', 'replicated-snapshot']),
    exported: z
      .string()
      .nullable()
      .meta({ description: 'Exported snapshot that the person saw. Another one by now: refused with 409.' }),
    clone: ObjectName,
    kernel: KernelId.nullable().meta({ description: 'Whose runs are tagged with it from now on; null: none.' }),
    notebook: z.string().max(4096).nullable()
  })
  .meta({ id: 'TrainOnVersion' });
export type TrainOnVersion = z.infer<typeof TrainOnVersion>;

export const VersionToTrainOn = z
  .object({
    clone: Clone,
    snapshot: ObjectName,
    exported: z.string().nullable(),
    pin: PinnedSnapshots.nullable(),
    problem: Problem.nullable().meta({ description: 'Why nothing is pinned; null: it is, or nobody asked for it.' })
  })
  .meta({ id: 'VersionToTrainOn' });
export type VersionToTrainOn = z.infer<typeof VersionToTrainOn>;

/** Promoting and resynchronizing change what others read, so they name what the person has seen. */
export const ConfirmMirror = z
  .object({
    uid: Uid,
    state: MirrorState.meta({ description: 'As the person saw it. Another one by now: refused with 409.' }),
    confirm: z.string().meta({ description: 'Name of the volume, typed.' })
  })
  .meta({ id: 'ConfirmMirror' });
export type ConfirmMirror = z.infer<typeof ConfirmMirror>;
