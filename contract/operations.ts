/** Operations: whatever takes longer than a second, told in words while it runs. */
import { z } from 'zod';
import { Capability, Instant, ObjectName } from './primitives';
import { Problem } from './problem';

export const Operation = z
  .object({
    kind: z.literal('operation'),
    id: ObjectName,
    verb: z.enum(['snapshot', 'clone', 'restore', 'delete']),
    volume: ObjectName,
    volumeName: z.string(),
    object: z.object({ kind: z.enum(['snapshot', 'clone', 'restore']), name: z.string(), label: z.string() }),
    state: z.enum(['queued', 'running', 'cancelling', 'succeeded', 'failed', 'cancelled']),
    progress: z.object({
      text: z.string(),
      done: z.number().nonnegative().nullable(),
      total: z.number().nonnegative().nullable().meta({ description: 'null: not known, so no percentage is shown.' }),
      unit: z.enum(['bytes', 'files']).nullable()
    }),
    cancel: Capability,
    startedAt: Instant,
    finishedAt: Instant.nullable(),
    problem: Problem.nullable()
  })
  .meta({ id: 'Operation' });
export type Operation = z.infer<typeof Operation>;

export const OperationList = z.object({ items: z.array(Operation) }).meta({ id: 'OperationList' });
