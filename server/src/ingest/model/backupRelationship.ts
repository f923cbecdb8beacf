/**
 * Relationships that are backups and no mirrors: FSx for ONTAP keeps its backups by SnapMirror to an object store, and
 * lists them among the mirrors. Pure.
 */

/** `<store>:/objstore/<name>`, as ONTAP writes an end of a relationship that lies in an object store. */
const OBJECT_STORE = /:\/objstore(?:\/|$)/i;

export interface RelationshipEnds {
  readonly sourcePath: string | null;
  readonly destinationPath: string | null;
}

/** The field that tells that it is a backup or its restore; null: it is a mirror between volumes. */
export function backupField({
  sourcePath,
  destinationPath
}: RelationshipEnds): 'source.path' | 'destination.path' | null {
  if (OBJECT_STORE.test(destinationPath ?? '')) {
    return 'destination.path';
  }
  return OBJECT_STORE.test(sourcePath ?? '') ? 'source.path' : null;
}
