// Names and paths of Trident’s objects.
export const TRIDENT_VERSION = 'trident.netapp.io/v1';
export const FINALIZER = 'trident.netapp.io';

/** Plural names by kind. */
export const TRIDENT_KINDS = {
  TridentMirrorRelationship: 'tridentmirrorrelationships',
  TridentActionMirrorUpdate: 'tridentactionmirrorupdates',
  TridentSnapshotInfo: 'tridentsnapshotinfos'
} as const;

/** Of the collection; of all namespaces without one. */
export const tridentPath = (kind: keyof typeof TRIDENT_KINDS, namespace: string | null): string =>
  `/apis/${TRIDENT_VERSION}${namespace === null ? '' : `/namespaces/${namespace}`}/${TRIDENT_KINDS[kind]}`;
