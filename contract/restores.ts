/** Restores: plan, approve, observe. The worker that does the work may be another process than the one asked. */
import { z } from 'zod';
import { Instant, ObjectName, Uid } from './primitives';
import { Blocker, Problem } from './problem';

const Change = z.object({ files: z.int().nonnegative(), bytes: z.number().nonnegative() });

/** What a restore would change in the volume, or why that can't be told beforehand. */
export const RestoreChanges = z
  .discriminatedUnion('known', [
    z.object({
      known: z.literal(true),
      reverted: Change.meta({ description: 'Files that go back to other content.' }),
      returned: Change.meta({ description: 'Deleted files that come back.' }),
      removed: Change.meta({ description: 'Files made since, which go away (the safety snapshot keeps them).' })
    }),
    z.object({ known: z.literal(false), reason: z.string() })
  ])
  .meta({ id: 'RestoreChanges' });
export type RestoreChanges = z.infer<typeof RestoreChanges>;

export const RestorePlan = z
  .object({
    validUntil: Instant,
    changes: RestoreChanges,
    blockers: z.array(Blocker),
    warnings: z
      .array(z.string())
      .meta({ description: 'True sentences that do not forbid it, for example open files.' }),
    stopsServer: z.boolean(),
    lastDurationMs: z.number().nonnegative().nullable().meta({ description: 'How long the last one here took.' })
  })
  .meta({ id: 'RestorePlan' });
export type RestorePlan = z.infer<typeof RestorePlan>;

/** The states in their order; the last four are final. */
export const RestorePhase = z.enum([
  'planning',
  'planned',
  'securing',
  'preparing',
  'restoring',
  'verifying',
  'succeeded',
  'rolled-back',
  'failed',
  'cancelled'
]);
export type RestorePhase = z.infer<typeof RestorePhase>;

export const RestoreStep = z
  .object({
    text: z.string(),
    state: z.enum(['todo', 'current', 'done', 'failed']),
    startedAt: Instant.nullable(),
    durationMs: z.number().nonnegative().nullable()
  })
  .meta({ id: 'RestoreStep' });
export type RestoreStep = z.infer<typeof RestoreStep>;

export const Restore = z
  .object({
    kind: z.literal('restore'),
    id: ObjectName,
    uid: Uid,
    volume: ObjectName,
    volumeName: z.string(),
    snapshot: ObjectName,
    snapshotLabel: z.string(),
    snapshotCreatedAt: Instant,
    undoOf: ObjectName.nullable().meta({ description: 'The restore that this one undoes.' }),
    requestedBy: z.string().nullable(),
    createdAt: Instant,
    finishedAt: Instant.nullable(),
    phase: RestorePhase,
    message: z.string().meta({ description: 'The last thing known, in words.' }),
    plan: RestorePlan.nullable(),
    steps: z.array(RestoreStep),
    safetySnapshot: ObjectName.nullable(),
    kept: z.string().nullable().meta({ description: 'Folder with files that changed during the restore, if any.' }),
    undo: z.discriminatedUnion('possible', [
      z.object({ possible: z.literal(true), until: Instant.nullable() }),
      z.object({ possible: z.literal(false), reason: z.string() })
    ]),
    problem: Problem.nullable()
  })
  .meta({ id: 'Restore' });
export type Restore = z.infer<typeof Restore>;

export const CreateRestore = z
  .object({ snapshot: ObjectName, volume: ObjectName.optional() })
  .meta({ id: 'CreateRestore' });
export type CreateRestore = z.infer<typeof CreateRestore>;

export const ApproveRestore = z.object({ uid: Uid }).meta({ id: 'ApproveRestore' });
export type ApproveRestore = z.infer<typeof ApproveRestore>;

export const RestoreList = z.object({ items: z.array(Restore) }).meta({ id: 'RestoreList' });
