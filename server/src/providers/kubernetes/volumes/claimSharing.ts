/** Whether a claim holds others' data or work too, as far as its mounts, its access modes and its owner say. Pure. */
import type { PlatformAdapter } from '../../../platforms/platformAdapter';
import type { PersistentVolumeClaim } from './claimResource';
import type { MountedClaim } from './mountedClaim';

const MANY = ['ReadWriteMany', 'ReadOnlyMany'];

/** Why a claim is not this user's alone. */
export interface Sharing {
  readonly reason: string;
  /** `data`: what it holds is, or may be, others' own; `use`: others may work with the same data. */
  readonly of: 'data' | 'use';
}

/** null: nothing says that it is shared. `object` null: the claim was never seen. */
export function sharingOf(
  mounted: MountedClaim,
  object: PersistentVolumeClaim | null,
  platform: PlatformAdapter,
  ownerLabel: string | null
): Sharing | null {
  const { claim, mounts } = mounted;
  if (mounts.every(({ subPath }) => subPath !== null)) {
    const parts = mounts.map(({ subPath }) => subPath).join(', ');
    return { of: 'data', reason: `Only ${parts} of claim ${claim} is mounted here; the rest of it is others’.` };
  }
  if (object === null) {
    return null;
  }
  const ownership = platform.ownership(object.metadata, ownerLabel);
  if (ownership.whose === 'other') {
    return { of: 'data', reason: `Claim ${claim} belongs to ${ownership.owner}.` };
  }
  const modes = object.status.accessModes.length > 0 ? object.status.accessModes : object.spec.accessModes;
  const many = modes.find(mode => MANY.includes(mode));
  return ownership.whose === 'unsaid' && many !== undefined
    ? {
        of: 'use',
        reason: `Claim ${claim} can be used by several servers at once (${many}) and does not say whose it is.`
      }
    : null;
}
