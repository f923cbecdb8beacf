/** What the store writes down about a clone, `clones/<name>.json`, and how it is shown. */
import { z } from 'zod';
import { CloneName, Instant, ObjectName, Problem, type Clone } from '../../../../contract';
import { writeJsonFile } from './atomicFile';
import type { Store } from './store';

export const CloneRecord = z.object({
  format: z.literal(1),
  name: CloneName,
  uid: z.string().min(1),
  createdAt: Instant,
  createdBy: z.string().nullable(),
  operationKey: z.string().nullable(),
  source: z.object({
    kind: z.enum(['snapshot', 'volume']),
    name: ObjectName,
    /** Of the snapshot, so that another one of the same name is not taken for it. */
    uid: z.string().nullable(),
    label: z.string(),
    createdAt: Instant
  }),
  state: z.discriminatedUnion('phase', [
    z.object({ phase: z.literal('pending'), since: Instant }),
    /** Complete; the directory with this inode is about to be renamed to its place, or was. */
    z.object({ phase: z.literal('publishing'), since: Instant, inode: z.string(), bytes: z.number().nonnegative() }),
    z.object({ phase: z.literal('ready'), at: Instant, bytes: z.number().nonnegative() }),
    z.object({ phase: z.literal('failed'), at: Instant, problem: Problem })
  ]),
  deletingSince: Instant.nullable()
});
export type CloneRecord = z.infer<typeof CloneRecord>;

/** Writes a clone's record. */
export const writeCloneRecord = (store: Store, record: CloneRecord): void =>
  writeJsonFile(store.cloneRecord(record.name), record);

function phaseOf(record: CloneRecord): Clone['state'] {
  if (record.deletingSince !== null) {
    return { phase: 'deleting', since: record.deletingSince, message: 'Being deleted' };
  }
  switch (record.state.phase) {
    case 'pending':
    case 'publishing':
      return { phase: 'pending', since: record.state.since, message: 'Copying files' };
    case 'ready':
      return { phase: 'ready', at: record.state.at };
    case 'failed':
      return record.state;
  }
}

/** What only observing can tell about a clone. */
export interface CloneSurroundings {
  readonly volume: { readonly id: string; readonly name: string; readonly slug: string; readonly store: Store };
  readonly sourceExists: boolean;
  readonly browsePath: string | null;
  readonly usedBy: Clone['usedBy'];
}

/** The clone as the contract shows it. */
export function toClone(record: CloneRecord, around: CloneSurroundings): Clone {
  const { volume } = around;
  const { kind, name, label, createdAt } = record.source;
  return {
    kind: 'clone',
    id: `${volume.slug}.${record.name}`,
    uid: record.uid,
    name: record.name,
    source: { kind, name, label, createdAt, volume: volume.id, volumeName: volume.name, exists: around.sourceExists },
    createdAt: record.createdAt,
    createdBy: record.createdBy,
    state: phaseOf(record),
    size:
      record.state.phase === 'ready'
        ? // What people write into it later is theirs and is not counted.
          { known: false, reason: `It can be written to; it was ${record.state.bytes} bytes when it was made.` }
        : { known: false, reason: 'It is not complete.' },
    path: volume.store.clone(record.name),
    browsePath: around.browsePath,
    usedBy: around.usedBy
  };
}
