/**
 * What the store writes down about a snapshot, and how it is shown. A complete snapshot's record lies in
 * `snapshots/<name>/`, that of one being made or failed in `pending/<name>/`.
 */
import { join } from 'node:path';
import { z } from 'zod';
import {
  HeldUntil,
  Instant,
  ObjectName,
  Omission,
  Problem,
  Size,
  SnapshotOrigin,
  type Snapshot
} from '../../../../contract';
import { notedCount } from '../../lineage/notedRuns';
import { writeJsonFile } from './atomicFile';
import type { Store } from './store';

/** How the tree of a snapshot was made. */
export const TreeMethod = z.enum(['reflink', 'hardlink', 'copy']);
export type TreeMethod = z.infer<typeof TreeMethod>;

/** What a complete snapshot holds. */
export const SnapshotContents = z.object({
  method: TreeMethod,
  /** The snapshot whose unchanged files it shares, if any. */
  base: ObjectName.nullable(),
  files: z.int().nonnegative(),
  /** Sum of the files' sizes. */
  bytes: z.number().nonnegative(),
  omissions: z.array(Omission)
});
export type SnapshotContents = z.infer<typeof SnapshotContents>;

export const SnapshotRecord = z.object({
  format: z.literal(1),
  name: ObjectName,
  uid: z.string().min(1),
  createdAt: Instant,
  createdBy: z.string().nullable(),
  title: z.string().nullable(),
  note: z.string(),
  notebook: z.string().nullable(),
  heldUntil: HeldUntil,
  heldBy: z.string().nullable(),
  origin: SnapshotOrigin,
  operationKey: z.string().nullable(),
  restoredFrom: ObjectName.nullable(),
  state: z.discriminatedUnion('phase', [
    z.object({ phase: z.literal('pending'), since: Instant }),
    z.object({ phase: z.literal('ready'), at: Instant, contents: SnapshotContents }),
    z.object({ phase: z.literal('failed'), at: Instant, problem: Problem })
  ]),
  ownData: Size,
  /** The runs that are written down on it, see lineage/notedRuns.ts; absent: none. */
  runNote: z.string().optional(),
  /** Somebody decided to delete it then; from there on that is finished, also by a later process. */
  deletingSince: Instant.nullable()
});
export type SnapshotRecord = z.infer<typeof SnapshotRecord>;

/** Directory of a snapshot's record, by its state. */
export const recordDirectory = (store: Store, record: SnapshotRecord): string =>
  join(record.state.phase === 'ready' ? store.snapshots : store.pending, record.name);

/** Writes a record where its state belongs; the directory exists. */
export const writeSnapshotRecord = (store: Store, record: SnapshotRecord): void =>
  writeJsonFile(join(recordDirectory(store, record), 'record.json'), record);

/** Whether a hold is in force. */
export const isHeld = (record: { heldUntil: HeldUntil }, now: Date): boolean =>
  record.heldUntil === 'forever' || (record.heldUntil !== null && new Date(record.heldUntil) > now);

/** What people call it. */
export const labelOf = (record: { title: string | null; name: string }): string => record.title ?? record.name;

function phaseOf(record: SnapshotRecord): Snapshot['state'] {
  if (record.deletingSince !== null) {
    return { phase: 'deleting', since: record.deletingSince, message: 'Being deleted' };
  }
  switch (record.state.phase) {
    case 'pending':
      return { phase: 'pending', since: record.state.since, message: 'Being created' };
    case 'ready':
      return { phase: 'ready', at: record.state.at };
    case 'failed':
      return record.state;
  }
}

/** The snapshot as the contract shows it. */
export function toSnapshot(record: SnapshotRecord, volume: { id: string; name: string; store: Store }): Snapshot {
  const contents = record.state.phase === 'ready' ? record.state.contents : null;
  return {
    kind: 'snapshot',
    name: record.name,
    uid: record.uid,
    volume: volume.id,
    volumeName: volume.name,
    createdAt: record.createdAt,
    createdBy: record.createdBy,
    title: record.title,
    note: record.note,
    notebook: record.notebook,
    heldUntil: record.heldUntil,
    heldBy: record.heldBy,
    origin: record.origin,
    state: phaseOf(record),
    restoreSize:
      contents === null ? { known: false, reason: 'It is not complete.' } : { known: true, bytes: contents.bytes },
    ownData: record.ownData,
    files: contents?.files ?? null,
    omissions: contents?.omissions ?? [],
    path: contents === null ? null : volume.store.tree(record.name),
    restoredFrom: record.restoredFrom,
    ...notedCount(record.runNote)
  };
}
