/**
 * Where a clone's data is from: written on its claim when it is made and kept for ever; for claims that others made,
 * read from dataSourceRef and dataSource, which the API server keeps equal where it knows the kind.
 */
import { z } from 'zod';
import type { ClonedSnapshot } from '../../../../../contract';
import { annotations } from '../names';
import { instantOf } from '../objectMarks';
import { SNAPSHOT_GROUP } from '../resources';
import type { PersistentVolumeClaim } from '../volumes/claimResource';

/** JSON in the annotation `source`. */
export const CloneSourceMark = z.object({
  kind: z.enum(['snapshot', 'volume']),
  /** Of the VolumeSnapshot or the claim. */
  name: z.string(),
  uid: z.string().nullable(),
  /** Its title at the time. */
  label: z.string(),
  /** The claim that the data is of. */
  claim: z.string(),
  /** The moment the data is from. */
  createdAt: z.string(),
  /** Of a mirror’s data: the exported snapshot that it holds. */
  exported: z.string().optional()
});
export type CloneSourceMark = z.infer<typeof CloneSourceMark>;

/** What Datamark wrote; null: it wrote nothing, or nobody can read it. */
export function sourceMark({ metadata }: PersistentVolumeClaim): CloneSourceMark | null {
  const text = metadata.annotations[annotations.source];
  if (text === undefined) {
    return null;
  }
  try {
    const read = CloneSourceMark.safeParse(JSON.parse(text));
    return read.success ? read.data : null;
  } catch {
    return null;
  }
}

/**
 * The snapshot that a clone was made from; null: it is no clone of one. The mark tells the uid, and counts only where the spec,
 * which nobody can change, names the same snapshot.
 */
export function clonedSnapshot(claim: PersistentVolumeClaim): ClonedSnapshot | null {
  const [mark, source] = [sourceMark(claim), dataSource(claim)];
  if (mark?.kind !== 'snapshot' || mark.uid === null || source?.kind !== 'snapshot' || mark.name !== source.name) {
    return null;
  }
  const { name, uid, claim: volume, label, exported } = mark;
  const createdAt = instantOf(mark.createdAt, claim.metadata.creationTimestamp ?? '');
  return { name, uid, volume, label, createdAt, ...(exported === undefined ? {} : { exported }) };
}

/** Kind and name of what the claim's spec says it is filled from; null: it is not, or from something else. */
export function dataSource({ spec }: PersistentVolumeClaim): { kind: 'snapshot' | 'volume'; name: string } | null {
  const source = spec.dataSourceRef ?? spec.dataSource ?? null;
  if (source === null) {
    return null;
  }
  const group = source.apiGroup ?? '';
  if (source.kind === 'VolumeSnapshot' && group === SNAPSHOT_GROUP) {
    return { kind: 'snapshot', name: source.name };
  }
  return source.kind === 'PersistentVolumeClaim' && group === '' ? { kind: 'volume', name: source.name } : null;
}
