/** Restores: plan, approve, observe. The worker that does the work may be another process than the one asked. */
import { z } from 'zod';
import { Capability, Instant, ObjectName, Uid } from './primitives';
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

/**
 * Ways to restore. `swap`: a new volume takes the claim's place, the old one is kept. `copy`: the files of the volume are
 * made equal to the snapshot's. `files`: chosen paths are written beside, nothing is replaced. `clone`: a new volume.
 */
export const RestoreStrategy = z.enum(['swap', 'copy', 'files', 'clone']).meta({ id: 'RestoreStrategy' });
export type RestoreStrategy = z.infer<typeof RestoreStrategy>;

/** One way to restore as a plan weighs it. */
export const RestoreOption = z
  .object({
    strategy: RestoreStrategy,
    possible: Capability,
    cost: z.string().meta({ description: 'In words: time, space, what stops.' }),
    risk: z.string().meta({ description: 'In words: what can go wrong, and what is kept then.' })
  })
  .meta({ id: 'RestoreOption' });
export type RestoreOption = z.infer<typeof RestoreOption>;

export const RestorePlan = z
  .object({
    validUntil: Instant,
    changes: RestoreChanges,
    countable: z
      .boolean()
      .optional()
      .meta({ description: 'Whether changes that are not known can be counted on demand.' }),
    options: z
      .array(RestoreOption)
      .optional()
      .meta({ description: 'The ways there are, the chosen one first; left out: there is one.' }),
    blockers: z.array(Blocker),
    warnings: z
      .array(z.string())
      .meta({ description: 'True sentences that do not forbid it, for example open files.' }),
    stopsServer: z.boolean(),
    startsServer: z.boolean().optional().meta({ description: 'Whether it is started again afterwards, by itself.' }),
    lastDurationMs: z.number().nonnegative().nullable().meta({ description: 'How long the last one here took.' })
  })
  .meta({ id: 'RestorePlan' });
export type RestorePlan = z.infer<typeof RestorePlan>;

/** The states; on a cluster `securing` comes after `waiting` (until no pod uses the volume). The last four are final. */
export const RestorePhase = z.enum([
  'planning',
  'planned',
  'securing',
  'preparing',
  'waiting',
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
    strategy: RestoreStrategy.optional().meta({ description: 'Left out: the provider has one way only.' }),
    paths: z
      .array(z.string())
      .optional()
      .meta({ description: 'For `files`: what is brought back, relative to the volume.' }),
    requestedBy: z.string().nullable(),
    createdAt: Instant,
    finishedAt: Instant.nullable(),
    phase: RestorePhase,
    message: z.string().meta({ description: 'The last thing known, in words.' }),
    plan: RestorePlan.nullable(),
    steps: z.array(RestoreStep),
    safetySnapshot: ObjectName.nullable(),
    kept: z.string().nullable().meta({ description: 'Folder with files that changed during the restore, if any.' }),
    target: z
      .string()
      .optional()
      .meta({ description: 'For `files`: folder they were written to, relative to the volume.' }),
    undo: z.discriminatedUnion('possible', [
      z.object({ possible: z.literal(true), until: Instant.nullable() }),
      z.object({ possible: z.literal(false), reason: z.string() })
    ]),
    problem: Problem.nullable()
  })
  .meta({ id: 'Restore' });
export type Restore = z.infer<typeof Restore>;

/** Most paths of one restore of files. */
export const RESTORE_PATHS_MAX = 500;

/** A file or folder of the volume, relative to its root: no `..`, no leading slash. */
export const RestorePath = z
  .string()
  .min(1)
  .max(4096)
  .refine(
    path => !path.startsWith('/') && !path.split('/').some(part => part === '' || part === '.' || part === '..'),
    {
      error: 'Write a path relative to the volume, without `..`.'
    }
  )
  .refine(path => !path.includes('\0'), { error: 'A path can’t contain a zero byte.' })
  .meta({ id: 'RestorePath' });

export const CreateRestore = z
  .object({
    snapshot: ObjectName,
    volume: ObjectName.optional(),
    strategy: z.enum(['swap', 'copy', 'files']).optional().meta({ description: 'Left out: the plan chooses.' }),
    paths: z
      .array(RestorePath)
      .min(1)
      .max(RESTORE_PATHS_MAX)
      .optional()
      .meta({ description: 'For `files`, and only for it.' })
  })
  .refine(({ strategy, paths }) => (strategy === 'files') === (paths !== undefined), {
    error: 'Paths go with the strategy `files`, and `files` needs paths.',
    path: ['paths']
  })
  .meta({ id: 'CreateRestore' });
export type CreateRestore = z.infer<typeof CreateRestore>;

export const ApproveRestore = z.object({ uid: Uid }).meta({ id: 'ApproveRestore' });
export type ApproveRestore = z.infer<typeof ApproveRestore>;

export const RestoreList = z.object({ items: z.array(Restore) }).meta({ id: 'RestoreList' });
