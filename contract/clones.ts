/** Clones: writable volumes made from a snapshot or a volume, which keep their source for ever. */
import { z } from 'zod';
import { Instant, ObjectName, Size, Uid } from './primitives';
import { Phase } from './snapshots';

/** A clone's own name, chosen by a person; it becomes a directory or part of a claim's name. */
export const CloneName = z
  .string()
  .min(1)
  .max(63)
  .regex(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/, 'Use lower-case letters, digits and dashes, for example `sweep-12`.')
  .meta({ id: 'CloneName' });

export const CloneSource = z
  .object({
    kind: z.enum(['snapshot', 'volume']),
    name: z.string().meta({ description: 'Name of the snapshot, or id of the volume.' }),
    label: z.string().meta({ description: 'Its title at the time, for people.' }),
    volume: ObjectName,
    volumeName: z.string(),
    createdAt: Instant.meta({ description: 'The moment the data is from.' }),
    exists: z.boolean().meta({ description: 'false: deleted since.' })
  })
  .meta({ id: 'CloneSource' });

export const Clone = z
  .object({
    kind: z.literal('clone'),
    id: ObjectName.meta({ description: '`<volume>.<name>`' }),
    uid: Uid,
    name: CloneName,
    source: CloneSource,
    createdAt: Instant,
    createdBy: z.string().nullable(),
    state: Phase,
    size: Size,
    path: z
      .string()
      .nullable()
      .meta({ description: 'Absolute path in the server’s file system; null: this server does not have it mounted.' }),
    browsePath: z.string().nullable(),
    usedBy: z
      .discriminatedUnion('known', [
        z.object({ known: z.literal(true), names: z.array(z.string()) }),
        z.object({ known: z.literal(false), reason: z.string() })
      ])
      .meta({ description: 'Who works on it, by name.' })
  })
  .meta({ id: 'Clone' });
export type Clone = z.infer<typeof Clone>;

export const CreateClone = z
  .object({ name: CloneName.optional().meta({ description: 'Left out: one is made up.' }) })
  .meta({ id: 'CreateClone' });
export type CreateClone = z.infer<typeof CreateClone>;

export const CloneList = z.object({ items: z.array(Clone) }).meta({ id: 'CloneList' });
