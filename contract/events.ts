/**
 * Server-sent events: a versioned index told as upserts and removals.
 * Level-triggered: an event carries the whole object as it is now, so a missed one does no harm once a later one comes.
 */
import { z } from 'zod';
import { Clone } from './clones';
import { Mirror } from './ingest';
import { Operation } from './operations';
import { Restore } from './restores';
import { Snapshot } from './snapshots';
import { RunningStatus } from './status';
import { Volume } from './volumes';

/** Anything the index holds. */
export const IndexedObject = z.discriminatedUnion('kind', [Volume, Snapshot, Clone, Restore, Operation, Mirror]);
export type IndexedObject = z.infer<typeof IndexedObject>;
export type IndexedKind = IndexedObject['kind'];

/** The SSE `id` is `<epoch>:<revision>`; sent back as `Last-Event-ID` it resumes the stream. */
export const ServerEvent = z
  .discriminatedUnion('type', [
    z
      .object({ type: z.literal('hello'), epoch: z.string(), revision: z.int() })
      .meta({ description: 'The stream resumed, or starts here and nothing was missed.' }),
    z
      .object({ type: z.literal('reset'), epoch: z.string(), revision: z.int() })
      .meta({ description: 'What was missed is not known any more: list again.' }),
    z.object({ type: z.literal('upsert'), revision: z.int(), object: IndexedObject }),
    z.object({
      type: z.literal('remove'),
      revision: z.int(),
      kind: z.enum(['volume', 'snapshot', 'clone', 'restore', 'operation', 'mirror']),
      id: z.string(),
      volume: z.string().nullable()
    }),
    z
      .object({ type: z.literal('status'), status: RunningStatus })
      .meta({ description: 'Follows `hello` and `reset`, and every change of the status. Has no `id`.' })
  ])
  .meta({ id: 'ServerEvent' });
export type ServerEvent = z.infer<typeof ServerEvent>;

/** The key under which the index holds an object. */
export const objectId = (object: IndexedObject): string => (object.kind === 'snapshot' ? object.name : object.id);
