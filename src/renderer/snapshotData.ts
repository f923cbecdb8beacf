/**
 * What a saved cell output holds of a snapshot or a list of them; docs/magics.md documents the fields.
 * Outputs live in notebooks for years and come from anybody: everything is parsed, capped, and shown as text only.
 */
import { z } from 'zod';

/** MIME type of one snapshot, as it was when the cell ran. */
export const SNAPSHOT_MIME = 'application/vnd.datamark.snapshot.v1+json';
/** MIME type of a table of snapshots. */
export const SNAPSHOTS_MIME = 'application/vnd.datamark.snapshots.v1+json';

/** Rows that are shown of a table; more would make a notebook slow. */
export const ROWS_MAX = 200;

const text = (max: number) => z.string().transform(value => value.slice(0, max));
const Name = z.string().regex(/^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/);
const When = z.iso.datetime({ offset: true });
const VolumeRef = z.object({ id: z.string().max(253), name: text(253) });

const State = z.object({
  phase: z.enum(['pending', 'ready', 'failed', 'deleting', 'unknown']).catch('unknown'),
  message: text(500).nullish()
});

/** One snapshot of an output. */
export const SnapshotOutput = z.object({
  kind: z.literal('snapshot'),
  version: z.literal(1),
  name: Name,
  uid: z.string().max(128),
  volume: VolumeRef,
  title: text(200).nullish(),
  createdAt: When,
  state: State,
  readyInMs: z.number().nonnegative().nullish(),
  notebook: text(4096).nullish(),
  heldUntil: text(64).nullish(),
  origin: text(32).nullish(),
  asOf: When
});
export type SnapshotOutput = z.infer<typeof SnapshotOutput>;

/** A table of snapshots of one volume. */
export const SnapshotsOutput = z.object({
  kind: z.literal('snapshots'),
  version: z.literal(1),
  volume: VolumeRef,
  total: z.int().nonnegative().nullish(),
  asOf: When,
  items: z.array(z.unknown()).transform(items => items.slice(0, ROWS_MAX))
});
export type SnapshotsOutput = Omit<z.infer<typeof SnapshotsOutput>, 'items'> & {
  items: TableRow[];
  unreadable: number;
};

const Row = SnapshotOutput.omit({ kind: true, version: true, volume: true, asOf: true });
export type TableRow = z.infer<typeof Row>;

/** The snapshot of an output, or null if it is not one. */
export function parseSnapshot(data: unknown): SnapshotOutput | null {
  const parsed = SnapshotOutput.safeParse(data);
  return parsed.success ? parsed.data : null;
}

/** The table of an output, or null if it is not one. Rows that can't be read are counted, not guessed. */
export function parseSnapshots(data: unknown): SnapshotsOutput | null {
  const parsed = SnapshotsOutput.safeParse(data);
  if (!parsed.success) {
    return null;
  }
  const items: TableRow[] = [];
  for (const item of parsed.data.items) {
    const row = Row.safeParse(item);
    if (row.success) {
      items.push(row.data);
    }
  }
  return { ...parsed.data, items, unreadable: parsed.data.items.length - items.length };
}
