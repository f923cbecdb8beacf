/**
 * Lineage: which runs of MLflow used a snapshot, which snapshots a run or a model version used, and linking the two.
 * What MLflow does not tell is never filled in: an empty list says that nothing was found, not that nothing exists.
 */
import { z } from 'zod';
import { Flag, Instant, ObjectName, Uid } from './primitives';
import { Problem } from './problem';

/** Id of a run as MLflow gives it. Nothing in it needs quotes in a filter. */
export const RunId = z
  .string()
  .regex(/^[\w-]{1,64}$/, 'Use the id of the run, as MLflow shows it.')
  .meta({ id: 'RunId' });

/** How sure a run's data is. */
export const Relation = z.enum(['before-run', 'during-run', 'exact']).meta({
  id: 'Relation',
  description:
    '`before-run`: made before the run, which worked on the volume itself; what changed in between is not in it. ' +
    '`during-run`: made after the run had begun: what it read earlier can differ. ' +
    '`exact`: the run read a clone of the snapshot, or the snapshot itself.'
});
export type Relation = z.infer<typeof Relation>;

/** A snapshot as a run's tags and dataset name it. */
export const LinkedSnapshot = z
  .object({
    volume: z.string().meta({ description: 'Name of the claim, or of the directory.' }),
    snapshot: z.string(),
    uid: z.string().nullable().meta({ description: 'null: who wrote the link told names alone.' }),
    namespace: z.string().nullable(),
    cluster: z.string().nullable().meta({ description: 'Alias of the cluster, or of the computer.' }),
    time: Instant.nullable().meta({ description: 'When it was made.' }),
    relation: Relation.nullable(),
    exported: z
      .string()
      .optional()
      .meta({ description: 'Of a mirror’s data: name of the exported snapshot that it is; absent: not told.' })
  })
  .meta({ id: 'LinkedSnapshot' });
export type LinkedSnapshot = z.infer<typeof LinkedSnapshot>;

/** Whether MLflow can be asked. */
export const MlflowStatus = z
  .discriminatedUnion('state', [
    z.object({
      state: z.literal('not-set-up'),
      reason: z.string().optional().meta({ description: 'Why what is set up can’t be used; absent: nothing is.' }),
      fix: z.string()
    }),
    z.object({ state: z.literal('answers'), server: z.string().meta({ description: 'Scheme, host and port.' }) }),
    z.object({ state: z.literal('refuses'), server: z.string(), problem: Problem })
  ])
  .meta({
    id: 'MlflowStatus',
    description: '`refuses`: it does not answer, or not as it should; the problem says why.'
  });
export type MlflowStatus = z.infer<typeof MlflowStatus>;

export const ModelVersionRef = z
  .object({ name: z.string(), version: z.string(), aliases: z.array(z.string()) })
  .meta({ id: 'ModelVersionRef' });
export type ModelVersionRef = z.infer<typeof ModelVersionRef>;

export const LineageRun = z
  .object({
    id: RunId,
    name: z.string(),
    experiment: z.string().meta({ description: 'Id of its experiment.' }),
    status: z.string().meta({ description: 'As MLflow calls it, for example `FINISHED`.' }),
    user: z.string().nullable(),
    startedAt: Instant.nullable(),
    endedAt: Instant.nullable(),
    deleted: z.boolean().meta({ description: 'Deleted in MLflow, which keeps it until it is cleaned up.' }),
    image: z.string().optional().meta({ description: 'That it ran in, as its tags name it; absent: they don’t.' }),
    link: z.string().nullable().meta({ description: 'Its page in MLflow’s own interface; null: not known.' }),
    metrics: z
      .array(z.object({ key: z.string(), value: z.number() }))
      .max(50)
      .meta({ description: 'Last values, by name; of more than 50 the first.' }),
    models: z.array(z.string()).meta({ description: 'Ids of the models it logged.' }),
    versions: z.array(ModelVersionRef).meta({ description: 'Registered versions made from it.' })
  })
  .meta({ id: 'LineageRun' });
export type LineageRun = z.infer<typeof LineageRun>;

/** How a run names a snapshot that was looked for. */
export const Match = z.enum(['uid', 'name', 'other']).meta({
  id: 'Match',
  description:
    '`uid`: it is this one. `name`: names alone were written down, which another snapshot can have had. ' +
    '`other`: the names are this one’s, the uid is another one’s.'
});
export type Match = z.infer<typeof Match>;

/** How far a search is. */
const SearchProgress = z
  .object({
    complete: z.boolean(),
    searched: z.int().nonnegative(),
    known: z.int().nonnegative(),
    asOf: Instant
  })
  .nullable()
  .meta({ description: 'Experiments searched of those the account may read. Incomplete: ask again. null: none.' });

const Anew = Flag.optional().meta({
  description:
    'What was found before does not serve, only a search that is under way. Without it an answer may be half a minute old.'
});

export const RunsQuery = z
  .object({ snapshot: ObjectName, limit: z.coerce.number().int().min(1).max(500).default(50), anew: Anew })
  .meta({ id: 'RunsQuery' });
export type RunsQuery = z.infer<typeof RunsQuery>;

export const RunsOfSnapshot = z
  .object({
    snapshot: ObjectName,
    uid: Uid,
    mlflow: MlflowStatus,
    search: SearchProgress,
    total: z.int().nonnegative().meta({ description: 'Runs that were found; 0 while the search is incomplete.' }),
    runs: z
      .array(z.object({ run: LineageRun, match: Match, link: LinkedSnapshot }))
      .meta({ description: 'Newest first.' })
  })
  .meta({ id: 'RunsOfSnapshot' });
export type RunsOfSnapshot = z.infer<typeof RunsOfSnapshot>;

/** Where a linked snapshot is now. */
export const SnapshotNow = z
  .discriminatedUnion('state', [
    z.object({ state: z.literal('exists'), snapshot: ObjectName }),
    z.object({ state: z.literal('same-names'), snapshot: ObjectName, message: z.string() }),
    z.object({ state: z.literal('other-uid'), snapshot: ObjectName, message: z.string() }),
    z.object({ state: z.literal('gone'), message: z.string() }),
    z.object({ state: z.literal('unknown'), message: z.string() })
  ])
  .meta({
    id: 'SnapshotNow',
    description:
      '`exists`: by uid. `same-names`: the run tells no uid; this one has the names. `other-uid`: this one has the ' +
      'names and is another snapshot. `gone`: its volume is here and it is not. `unknown`: it can’t be looked for here.'
  });
export type SnapshotNow = z.infer<typeof SnapshotNow>;

export const SnapshotsQuery = z
  .object({
    run: RunId.optional(),
    model: z.string().max(600).optional().meta({ description: '`models:/name/3` or `models:/name@champion`.' })
  })
  .refine(({ run, model }) => (run === undefined) !== (model === undefined), 'Give a run or a model.')
  .meta({ id: 'SnapshotsQuery' });
export type SnapshotsQuery = z.infer<typeof SnapshotsQuery>;

export const SnapshotsOfRun = z
  .object({
    run: LineageRun.nullable().meta({ description: 'null: the model version tells no run.' }),
    version: ModelVersionRef.nullable().meta({ description: 'The one asked for; null: a run was asked for.' }),
    snapshots: z.array(z.object({ link: LinkedSnapshot, now: SnapshotNow }))
  })
  .meta({ id: 'SnapshotsOfRun' });
export type SnapshotsOfRun = z.infer<typeof SnapshotsOfRun>;

export const RecentRunsQuery = z
  .object({
    volume: ObjectName.optional(),
    notebook: z.string().min(1).max(4096).optional().meta({ description: 'Path as the file browser shows it.' }),
    limit: z.coerce.number().int().min(1).max(500).default(100),
    anew: Anew
  })
  .refine(({ volume, notebook }) => (volume === undefined) !== (notebook === undefined), 'Give a volume or a notebook.')
  .meta({ id: 'RecentRunsQuery' });
export type RecentRunsQuery = z.infer<typeof RecentRunsQuery>;

/** A run, and what it says of its data. */
export const RunWithData = z
  .object({
    run: LineageRun,
    snapshots: z
      .array(z.object({ link: LinkedSnapshot, now: SnapshotNow }))
      .meta({ description: 'None: it names none.' }),
    nameOnly: z
      .literal(true)
      .optional()
      .meta({ description: 'Asked for by notebook, and the run tells no more of it than its file name.' })
  })
  .meta({ id: 'RunWithData' });
export type RunWithData = z.infer<typeof RunWithData>;

export const RecentRuns = z
  .object({
    mlflow: MlflowStatus,
    search: SearchProgress,
    total: z.int().nonnegative().meta({ description: 'Runs that were found; 0 while the search is incomplete.' }),
    more: z.literal(true).optional().meta({ description: 'There are older ones too, which nobody has counted.' }),
    runs: z.array(RunWithData).meta({ description: 'Newest first.' })
  })
  .meta({ id: 'RecentRuns', description: 'Runs that name a snapshot of a volume, or that a notebook started.' });
export type RecentRuns = z.infer<typeof RecentRuns>;

export const LinkRun = z
  .object({
    run: RunId,
    snapshots: z
      .array(z.object({ name: ObjectName, uid: Uid, relation: Relation }))
      .min(1)
      .max(20)
      .meta({ description: 'The first is that of the volume asked for. Those that the run names already stay.' })
  })
  .meta({ id: 'LinkRun' });
export type LinkRun = z.infer<typeof LinkRun>;

export const LinkedRun = z
  .object({
    run: RunId,
    state: z.enum(['written', 'waiting']).meta({
      description:
        '`waiting`: MLflow does not have it yet. It stands on the snapshots, and is written when MLflow takes it, ' +
        'without being asked again, while this server runs or when it runs again.'
    }),
    problem: Problem.nullable().meta({
      description: 'Why it waits; of a written one, why it does not stand on the snapshots too. null: nothing is amiss.'
    }),
    snapshots: z.array(LinkedSnapshot).meta({ description: 'All that the run names, or will name, as far as known.' })
  })
  .meta({ id: 'LinkedRun' });
export type LinkedRun = z.infer<typeof LinkedRun>;

export const CompleteRuns = z
  .object({ snapshot: ObjectName, uid: Uid })
  .meta({ id: 'CompleteRuns', description: 'Those whose tags name this snapshot by its uid.' });
export type CompleteRuns = z.infer<typeof CompleteRuns>;

export const CompletedRuns = z
  .object({
    runs: z.array(RunId).meta({ description: 'All that were found.' }),
    written: z.array(RunId).meta({ description: 'Those that got a dataset now; the others had it, or may not get it.' })
  })
  .meta({ id: 'CompletedRuns' });
export type CompletedRuns = z.infer<typeof CompletedRuns>;

/** Id of a kernel as Jupyter gives it; a part of file names. */
export const KernelId = z
  .string()
  .regex(/^[\w-]{1,64}$/, 'Use the id of the kernel, as the Jupyter server gives it.')
  .meta({ id: 'KernelId' });

export const PinQuery = z.object({ kernel: KernelId }).meta({ id: 'PinQuery' });
export type PinQuery = z.infer<typeof PinQuery>;

export const PinSnapshots = z
  .object({
    kernel: KernelId,
    snapshots: z
      .array(z.object({ name: ObjectName, uid: Uid, relation: Relation }))
      .min(1)
      .max(20)
      .meta({ description: 'Instead of those that are pinned for it; at most one of a volume.' }),
    notebook: z.string().max(4096).nullable().meta({ description: 'Path in its volume, for the tags of runs.' })
  })
  .meta({ id: 'PinSnapshots' });
export type PinSnapshots = z.infer<typeof PinSnapshots>;

export const PinnedSnapshots = z
  .object({
    kernel: KernelId,
    snapshots: z
      .array(LinkedSnapshot)
      .meta({ description: 'With what runs of it that begin now are tagged. Empty: none.' }),
    notebook: z.string().nullable()
  })
  .meta({
    id: 'PinnedSnapshots',
    description: 'Pinned from outside the kernel; a pin that the kernel made itself counts before it and is not told.'
  });
export type PinnedSnapshots = z.infer<typeof PinnedSnapshots>;
