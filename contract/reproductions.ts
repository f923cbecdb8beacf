/** Reproducing a run: what can be brought back and what can’t, its data as clones, and a notebook that runs it again on them. */
import { z } from 'zod';
import { Clone, CloneName } from './clones';
import { NamedValue } from './dataCards';
import { LineageRun, LinkedSnapshot, ModelVersionRef, SnapshotNow } from './lineage';
import { Problem } from './problem';
import { RunOrModel } from './runDifferences';

export const ReproductionQuery = z.object({ of: RunOrModel }).meta({ id: 'ReproductionQuery' });
export type ReproductionQuery = z.infer<typeof ReproductionQuery>;

/** Whether one part of a run can be brought back. */
export const ReproductionPart = z
  .object({
    part: z.enum(['data', 'notebook', 'parameters', 'environment', 'image', 'metrics']),
    of: z.string().nullable().meta({ description: 'Which one: for data its volume.' }),
    can: z.enum(['yes', 'partly', 'no']),
    message: z.string()
  })
  .meta({ id: 'ReproductionPart' });
export type ReproductionPart = z.infer<typeof ReproductionPart>;

export const ReproductionPlan = z
  .object({
    run: LineageRun,
    version: ModelVersionRef.nullable(),
    possible: z.boolean().meta({ description: 'Whether all its data can be cloned here.' }),
    parts: z.array(ReproductionPart),
    data: z.array(z.object({ link: LinkedSnapshot, now: SnapshotNow })),
    notebook: z
      .object({ path: z.string().meta({ description: 'Relative to its volume.' }), volume: z.string() })
      .nullable()
      .meta({
        description: 'The notebook, or the script, that the run came from, as far as it is told; null: it is not.'
      }),
    parameters: z.array(NamedValue),
    metrics: z.array(NamedValue),
    requirements: z
      .array(z.string())
      .nullable()
      .meta({ description: 'Lines of requirements.txt that MLflow wrote down with the model; null: none was found.' }),
    python: z.string().nullable().meta({ description: 'Version of Python, as written down with the model.' })
  })
  .meta({ id: 'ReproductionPlan' });
export type ReproductionPlan = z.infer<typeof ReproductionPlan>;

export const CreateReproduction = z
  .object({
    of: RunOrModel,
    name: CloneName.max(40).optional().meta({
      description:
        'Of the clones. Left out: a new reproduction, with a name that is made up. Given: goes on with that one.'
    }),
    notebook: z.string().min(1).max(4096).optional().meta({
      description: 'Of which notebook or script it is, where the run does not tell: as the file browser knew it.'
    }),
    data: z
      .array(z.object({ volume: z.string().max(500), path: z.string().min(1).max(4096) }))
      .max(20)
      .default([])
      .meta({
        description:
          'Where the data of a volume is, absolute, in a volume or a clone of this server: taken as it is there, ' +
          'and nothing is cloned for it.'
      })
  })
  .meta({ id: 'CreateReproduction' });
export type CreateReproduction = z.infer<typeof CreateReproduction>;

export const ReproductionState = z
  .discriminatedUnion('state', [
    z.object({ state: z.literal('cloning'), message: z.string() }),
    z.object({
      state: z.literal('mount'),
      message: z.string(),
      server: z
        .string()
        .nullable()
        .meta({ description: 'Page that starts a server with the clone; null: there is none.' })
    }),
    z.object({
      state: z.literal('written'),
      path: z.string().meta({ description: 'Of the notebook, absolute.' }),
      browsePath: z.string().nullable(),
      substitutions: z.array(z.string()).meta({ description: 'What is otherwise than in the original, in words.' }),
      message: z.string()
    }),
    z.object({ state: z.literal('data-only'), message: z.string() }),
    z.object({ state: z.literal('failed'), problem: Problem })
  ])
  .meta({
    id: 'ReproductionState',
    description:
      '`cloning`: ask again with the name. `mount`: the clone is made, and this server does not have it. ' +
      '`data-only`: the clones are there, and no notebook can be written.'
  });
export type ReproductionState = z.infer<typeof ReproductionState>;

export const Reproduction = z
  .object({ name: z.string(), plan: ReproductionPlan, clones: z.array(Clone), outcome: ReproductionState })
  .meta({ id: 'Reproduction' });
export type Reproduction = z.infer<typeof Reproduction>;
