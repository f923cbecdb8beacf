/** What data differs between two runs: volumes, snapshots, and files where both snapshots can be read. */
import { z } from 'zod';
import { LineageRun, LinkedSnapshot, SnapshotNow } from './lineage';

/** A run's id, or a registered version as `models:/name/3` or `models:/name@alias`. */
export const RunOrModel = z
  .string()
  .max(600)
  .regex(/^([\w-]{1,64}|models:\/.+)$/, 'Write the id of a run, models:/name/3 or models:/name@alias.')
  .meta({ id: 'RunOrModel' });

export const RunDifferencesQuery = z.object({ from: RunOrModel, to: RunOrModel }).meta({ id: 'RunDifferencesQuery' });
export type RunDifferencesQuery = z.infer<typeof RunDifferencesQuery>;

const count = z.int().nonnegative();

export const FileDifferences = z
  .discriminatedUnion('known', [
    z.object({
      known: z.literal(true),
      complete: z.boolean().meta({ description: 'false: it took too long; there may be more.' }),
      added: count,
      removed: count,
      changed: count.meta({ description: 'Other contents, another kind, or another target of a link.' }),
      undecided: count.meta({ description: 'They may or may not differ: they could not be read, or not in time.' }),
      examples: z
        .array(z.object({ path: z.string(), change: z.enum(['added', 'removed', 'changed', 'undecided']) }))
        .meta({ description: 'The first few.' }),
      omitted: count.meta({ description: 'Files that one of the snapshots could not take as they were.' })
    }),
    z.object({ known: z.literal(false), reason: z.string() })
  ])
  .meta({ id: 'FileDifferences' });
export type FileDifferences = z.infer<typeof FileDifferences>;

const Side = z.object({ link: LinkedSnapshot, now: SnapshotNow });

export const DataDifference = z
  .object({
    volume: z.string(),
    namespace: z.string().nullable(),
    cluster: z.string().nullable(),
    from: Side.nullable(),
    to: Side.nullable(),
    state: z.enum(['same', 'other', 'only-from', 'only-to', 'unsure']).meta({
      description: '`same`: one snapshot, by uid. `unsure`: a run names its snapshot without a uid.'
    }),
    message: z.string(),
    files: FileDifferences.nullable().meta({ description: 'null: there is nothing to compare.' })
  })
  .meta({ id: 'DataDifference' });
export type DataDifference = z.infer<typeof DataDifference>;

export const RunDifferences = z
  .object({
    from: LineageRun,
    to: LineageRun,
    message: z.string(),
    data: z.array(DataDifference)
  })
  .meta({ id: 'RunDifferences' });
export type RunDifferences = z.infer<typeof RunDifferences>;
