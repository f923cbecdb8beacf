/** What keeps another volume from being made from the snapshot: its class, and the quotas of the namespace. Pure. */
import { limitsOf, limitWords, type Limit } from '../../providers/kubernetes/check/resourceQuota';
import { bytesOf } from '../../providers/kubernetes/quantity';
import type { ControllerStrategy } from '../../providers/kubernetes/volumeRestore';
import type { WholeClaim } from '../clusterObjects';
import type { PlanScene } from './planScene';
import { blocker, type PlanBlocker } from './snapshotBlockers';

/** Of ways that make a volume beside the claim's. */
export function provisioningBlockers(
  scene: PlanScene,
  { claim }: WholeClaim,
  strategy: ControllerStrategy
): PlanBlocker[] {
  const { name } = claim.metadata;
  const storageClass = claim.spec.storageClassName ?? '';
  const blockers: PlanBlocker[] = [];
  if (storageClass === '' || scene.storageClass === null) {
    blockers.push(
      blocker('storage-class', storageClass === '' ? name : storageClass, {
        message:
          storageClass === ''
            ? `${name} has no storage class, so no volume can be made like it.`
            : `Storage class ${storageClass} of ${name} does not exist any more.`,
        fix: 'Ask an admin for the class, or clone the snapshot with another one.'
      })
    );
  }
  // As large as the present one, which may have more than was asked for.
  const bytes = Math.max(
    bytesOf(claim.spec.resources.requests['storage']) ?? 0,
    bytesOf(claim.status.capacity['storage']) ?? 0
  );
  const needed = { claims: 1, bytes, snapshots: strategy === 'copy' ? 1 : 0 };
  const exceeded = limitsOf(scene.quotas).filter(
    (limit: Limit) =>
      (limit.storageClass === null || limit.storageClass === storageClass) &&
      limit.used + needed[limit.counts] > limit.hard &&
      needed[limit.counts] > 0
  );
  return [
    ...blockers,
    ...exceeded.map(limit =>
      blocker('quota', limit.quota, {
        message: `Quota ${limit.quota} has no room for another volume meanwhile: ${limitWords(limit)}.`,
        fix: 'Delete clones you don’t need, or ask an admin for a larger quota.'
      })
    )
  ];
}
