/** A hold that somebody put on the claim after its restore was planned keeps it from being replaced or written. */
import { annotations } from '../providers/kubernetes/names';
import { heldUntilOf, isHeld } from '../providers/kubernetes/objectMarks';
import type { PersistentVolumeClaim } from '../providers/kubernetes/volumes/claimResource';
import { RestoreRefused } from './strategy';

/** Throws RestoreRefused. */
export function assertNotHeld({ metadata }: PersistentVolumeClaim, now: Date): void {
  const held = heldUntilOf(metadata);
  if (isHeld(held, now)) {
    const by = metadata.annotations[annotations.heldBy];
    throw new RestoreRefused(
      'restore-blocked',
      `${metadata.name} is held${by === undefined ? '' : ` by ${by}`} meanwhile.`,
      'Release the hold, then restore again.'
    );
  }
}
