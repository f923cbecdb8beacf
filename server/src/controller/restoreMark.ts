/** What marks the objects that are made for one VolumeRestore. */
import type { VolumeRestore } from '../providers/kubernetes/volumeRestore';

/** The first 8 digits of its uid: value of the label `restore`, and part of the names. */
export const restoreMark = ({ metadata }: { readonly metadata: Pick<VolumeRestore['metadata'], 'uid'> }): string =>
  metadata.uid.slice(0, 8);
