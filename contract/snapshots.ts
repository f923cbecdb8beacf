/** Snapshots: read-only points in time of one volume, and the requests that make, change and delete them. */
import { z } from 'zod';
import { Flag, HeldUntil, Instant, Note, ObjectName, Size, Title, Uid } from './primitives';
import { Blocker, Problem } from './problem';

/** Where an object that takes time to make stands. `ready` is what storage says now. */
export const Phase = z
  .discriminatedUnion('phase', [
    z.object({
      phase: z.literal('pending'),
      since: Instant,
      message: z.string(),
      awaitsUse: z
        .literal(true)
        .optional()
        .meta({ description: 'Made, and nothing more happens by itself: it gets its data when a pod first uses it.' })
    }),
    z.object({ phase: z.literal('ready'), at: Instant }),
    z.object({ phase: z.literal('failed'), at: Instant, problem: Problem }),
    z.object({ phase: z.literal('deleting'), since: Instant, message: z.string() })
  ])
  .meta({ id: 'Phase' });
export type Phase = z.infer<typeof Phase>;

export const SnapshotOrigin = z.enum(['datamark', 'other', 'imported', 'safety', 'auto']);
export type SnapshotOrigin = z.infer<typeof SnapshotOrigin>;

/** What a snapshot could not take as it was. Counts are complete, `examples` are the first few paths. */
export const Omission = z
  .object({
    reason: z.enum(['changed-during-copy', 'unreadable', 'special-file', 'vanished']),
    count: z.int().nonnegative(),
    examples: z.array(z.string()).max(20)
  })
  .meta({ id: 'Omission' });
export type Omission = z.infer<typeof Omission>;

export const Snapshot = z
  .object({
    kind: z.literal('snapshot'),
    name: ObjectName,
    uid: Uid,
    volume: ObjectName.meta({ description: 'Id of the volume.' }),
    volumeName: z.string(),
    createdAt: Instant,
    createdBy: z.string().nullable(),
    title: z.string().nullable(),
    note: z.string(),
    notebook: z.string().nullable().meta({ description: 'Path of the notebook that asked for it.' }),
    heldUntil: HeldUntil,
    heldBy: z.string().nullable(),
    origin: SnapshotOrigin,
    state: Phase,
    restoreSize: Size.meta({ description: 'Bytes a restore writes. Never called used.' }),
    ownData: Size.meta({ description: 'Bytes that only this snapshot holds.' }),
    files: z.int().nonnegative().nullable(),
    omissions: z.array(Omission),
    path: z.string().nullable().meta({ description: 'Where the tree can be read in the server’s file system.' }),
    restoredFrom: ObjectName.nullable().meta({
      description: 'For a safety snapshot: the snapshot that was then restored.'
    }),
    exported: z
      .string()
      .optional()
      .meta({
        description:
          'Name of the exported snapshot of a mirror that it holds, as written down by the admin who imported it or by Datamark, ' +
          'which made it of what had arrived; absent: not told.'
      }),
    runs: z.int().positive().optional().meta({
      description:
        'How many runs of MLflow are written down on it. Absent: none, or it can’t be read. MLflow may know of others.'
    })
  })
  .meta({ id: 'Snapshot' });
export type Snapshot = z.infer<typeof Snapshot>;

export const CreateSnapshot = z
  .object({
    title: Title.optional(),
    note: Note.default(''),
    heldUntil: HeldUntil.default(null),
    notebook: z.string().max(4096).nullable().default(null)
  })
  .meta({ id: 'CreateSnapshot' });
export type CreateSnapshot = z.infer<typeof CreateSnapshot>;

export const CreateSnapshots = CreateSnapshot.extend({
  volumes: z.array(ObjectName).min(1).max(50)
}).meta({ id: 'CreateSnapshots', description: 'One after the other: not one instant.' });
export type CreateSnapshots = z.infer<typeof CreateSnapshots>;

/** One entry per volume asked for, in that order; a volume that refused carries its problem. */
export const CreatedSnapshots = z
  .object({
    items: z.array(
      z.discriminatedUnion('created', [
        z.object({ created: z.literal(true), volume: ObjectName, snapshot: Snapshot }),
        z.object({ created: z.literal(false), volume: ObjectName, problem: Problem })
      ])
    )
  })
  .meta({ id: 'CreatedSnapshots' });
export type CreatedSnapshots = z.infer<typeof CreatedSnapshots>;

export const UpdateSnapshot = z
  .object({
    uid: Uid,
    title: Title.nullable().optional(),
    note: Note.optional(),
    heldUntil: HeldUntil.optional()
  })
  .meta({ id: 'UpdateSnapshot' });
export type UpdateSnapshot = z.infer<typeof UpdateSnapshot>;

export const SnapshotQuery = z
  .object({
    cursor: z.string().max(400).optional(),
    skip: z.coerce.number().int().min(0).default(0).meta({
      description: 'Left out after the cursor: with a day’s cursor, a row far inside that day is read at once.'
    }),
    limit: z.coerce.number().int().min(1).max(500).default(100),
    q: z.string().max(200).optional(),
    from: Instant.optional(),
    to: Instant.optional(),
    timeZone: z.string().max(64).default('UTC')
  })
  .meta({ id: 'SnapshotQuery' });
export type SnapshotQuery = z.infer<typeof SnapshotQuery>;

/** Newest first, of one moment by name, Z to A. `days` counts every match, also those not on this page. */
export const SnapshotPage = z
  .object({
    items: z.array(Snapshot),
    total: z.int().nonnegative(),
    days: z.array(
      z.object({
        day: z.iso.date().meta({ description: 'Calendar day in the asked time zone.' }),
        count: z.int().positive(),
        cursor: z.string().meta({ description: 'Page that begins with this day’s newest snapshot.' })
      })
    ),
    nextCursor: z.string().nullable(),
    revision: z.string().meta({ description: '`<epoch>:<number>` of the index the page was read from.' })
  })
  .meta({ id: 'SnapshotPage' });
export type SnapshotPage = z.infer<typeof SnapshotPage>;

/** What deleting would do, computed without doing it. */
export const DeletePlan = z
  .object({
    object: z.string(),
    uid: Uid,
    allowed: z.boolean(),
    blockers: z.array(Blocker),
    warnings: z.array(z.string()),
    lost: Size.meta({ description: 'Bytes that are gone for ever.' }),
    lostFiles: z.int().nonnegative().nullable(),
    force: z
      .literal(true)
      .optional()
      .meta({ description: 'Deleting needs `force` too: a person has read the warnings and means it.' }),
    typeToConfirm: z.string().nullable().meta({ description: 'Text a person types before this may happen.' })
  })
  .meta({ id: 'DeletePlan' });
export type DeletePlan = z.infer<typeof DeletePlan>;

export const DeleteQuery = z
  .object({
    uid: Uid.optional(),
    dryRun: Flag.optional(),
    force: Flag.optional().meta({ description: 'For a plan that asks for it. Blockers stand in the way all the same.' })
  })
  .meta({ id: 'DeleteQuery' });
export type DeleteQuery = z.infer<typeof DeleteQuery>;
