/** Retention: which snapshots rules keep, which they would delete, and deleting those. */
import { z } from 'zod';
import { Instant, ObjectName, Size, Uid } from './primitives';
import { Problem } from './problem';
import { SnapshotOrigin } from './snapshots';

/** Most snapshots that one request deletes. */
export const RETENTION_MAX = 500;

const Count = z.int().min(1).max(100_000).optional();

/** A snapshot that any of them keeps stays; of one moment of UTC the newest is taken. */
export const RetentionRules = z
  .object({
    last: Count.meta({ description: 'The newest so many.' }),
    days: z.number().positive().max(36_500).optional().meta({ description: 'All that are not older.' }),
    hourly: Count.meta({ description: 'The newest of each of the last so many hours that have one.' }),
    daily: Count.meta({ description: 'The same of days.' }),
    weekly: Count.meta({ description: 'The same of weeks, which begin on Monday.' }),
    monthly: Count,
    yearly: Count
  })
  .refine(rules => Object.values(rules).some(value => value !== undefined), 'Give at least one rule.')
  .meta({ id: 'RetentionRules' });
export type RetentionRules = z.infer<typeof RetentionRules>;

export const RunRetention = z
  .object({
    volume: ObjectName.optional().meta({ description: 'Left out: all volumes, each for itself.' }),
    rules: RetentionRules,
    apply: z
      .array(z.object({ name: ObjectName, uid: Uid }))
      .min(1)
      .max(RETENTION_MAX)
      .optional()
      .meta({
        description: 'Deletes those of these that the rules delete, never by force. Left out: nothing is deleted.'
      })
  })
  .meta({ id: 'RunRetention' });
export type RunRetention = z.infer<typeof RunRetention>;

/** What becomes of one snapshot, and why. */
export const RetentionItem = z
  .object({
    snapshot: ObjectName,
    uid: Uid,
    volume: ObjectName,
    volumeName: z.string(),
    title: z.string().nullable(),
    createdAt: Instant,
    origin: SnapshotOrigin,
    decision: z.enum(['keep', 'delete']),
    reasons: z.array(z.string()).min(1),
    looked: z.boolean().meta({
      description: 'Whether all that may depend on it was looked at. It is before anything is deleted, in any case.'
    }),
    lost: Size.meta({ description: 'Bytes that would be gone for ever.' }),
    outcome: z
      .discriminatedUnion('state', [
        z.object({ state: z.literal('deleting') }),
        z.object({ state: z.literal('kept'), problem: Problem }),
        z.object({ state: z.literal('not-begun') })
      ])
      .nullable()
      .meta({ description: '`not-begun`: time was up, ask again. null: it was not asked for.' })
  })
  .meta({ id: 'RetentionItem' });
export type RetentionItem = z.infer<typeof RetentionItem>;

export const RetentionReport = z
  .object({ asOf: Instant, items: z.array(RetentionItem).meta({ description: 'By volume, newest first.' }) })
  .meta({ id: 'RetentionReport' });
export type RetentionReport = z.infer<typeof RetentionReport>;
