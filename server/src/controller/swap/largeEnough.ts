/** A claim that was enlarged while its restore was prepared would come again smaller: then it stays as it is. Pure. */
import { bytesOf } from '../../providers/kubernetes/quantity';
import type { PersistentVolumeClaim } from '../../providers/kubernetes/volumes/claimResource';
import { RestoreRefused } from '../strategy';
import type { PersistentVolume } from './persistentVolume';
import type { SwapParts } from './swapParts';

/** Throws RestoreRefused. An undo brings a volume back as large as it was. */
export function assertLargeEnough(
  { isUndo, claimName }: SwapParts,
  newVolume: PersistentVolume | null,
  { spec }: PersistentVolumeClaim
): void {
  const asked = spec.resources.requests['storage'];
  const has = isUndo ? undefined : newVolume?.spec.capacity['storage'];
  if (has !== undefined && (bytesOf(asked) ?? 0) > (bytesOf(has) ?? 0)) {
    throw new RestoreRefused(
      'object-changed',
      `${claimName} was enlarged to ${asked} meanwhile; the restored volume has ${has}. Nothing was deleted.`,
      'Restore again: a volume of that size is made then.'
    );
  }
}
