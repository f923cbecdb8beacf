/** The mappings that a resync has to write. Pure. */
import type { MirrorRelationship } from './tridentObjects';

/** Trident refuses a `promotedSnapshotHandle` in every other state; a merge patch replaces the whole list. */
export function withoutPromotedSnapshot({ spec }: MirrorRelationship): object {
  if (spec.volumeMappings.every(({ promotedSnapshotHandle }) => promotedSnapshotHandle === '')) {
    return {};
  }
  const isKept = ([field, value]: readonly [string, unknown]): boolean =>
    field !== 'promotedSnapshotHandle' && value !== '';
  return {
    volumeMappings: spec.volumeMappings.map(mapping => Object.fromEntries(Object.entries(mapping).filter(isKept)))
  };
}
