/** Whether there is still the claim that files were to be written into: another of its name has other data. */
import { paths } from '../../providers/kubernetes/resources';
import { PersistentVolumeClaim } from '../../providers/kubernetes/volumes/claimResource';
import { orNull } from '../readOptional';
import { assertSameOwner } from '../sameOwner';
import { RestoreRefused, type RestoreWork } from '../strategy';

/** The recorded life of it. One that is being deleted is there: pods that mount it may have to end first. */
export async function isClaimThere({ api, restore }: RestoreWork): Promise<boolean> {
  return (await findRecorded({ api, restore })) !== null;
}

/** Throws RestoreRefused. */
export async function assertClaimStays({ api, restore }: RestoreWork): Promise<void> {
  const claim = await findRecorded({ api, restore });
  if (claim === null || claim.metadata.deletionTimestamp !== undefined) {
    throw new RestoreRefused(
      'object-changed',
      `Claim ${restore.spec.claimName} was deleted during the restore.`,
      'Look at the volume, then plan the restore again.'
    );
  }
  assertSameOwner(restore, claim);
}

async function findRecorded({
  api,
  restore: { metadata, spec, status }
}: Pick<RestoreWork, 'api' | 'restore'>): Promise<PersistentVolumeClaim | null> {
  const path = `${paths.claims(metadata.namespace)}/${spec.claimName}`;
  const claim = await orNull(api.request({ path, schema: PersistentVolumeClaim }));
  return claim?.metadata.uid === status.claim?.uid ? claim : null;
}
