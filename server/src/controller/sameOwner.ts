/** A claim that was given to another owner after its restore was planned is that owner's: it is neither replaced nor written. */
import type { VolumeRestore } from '../providers/kubernetes/volumeRestore';
import type { PersistentVolumeClaim } from '../providers/kubernetes/volumes/claimResource';
import { ownerOf } from './clusterObjects';
import { RestoreRefused } from './strategy';

/** Throws RestoreRefused. What says nothing of its owner contradicts nobody, as in the plan. */
export function assertSameOwner({ status }: VolumeRestore, claim: PersistentVolumeClaim): void {
  const asked = status.requester?.owner ?? '';
  const owner = ownerOf(claim);
  if (asked !== '' && owner !== '' && owner !== asked) {
    throw new RestoreRefused(
      'object-changed',
      `Claim ${claim.metadata.name} belongs to ${owner} meanwhile, and the restore was asked for by ${asked}.`,
      'Only its owner, or an admin, restores a volume.'
    );
  }
}
