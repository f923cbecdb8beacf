/**
 * Whether the claim can be deleted, and goes alone: a deletion can't be taken back, and with the claim goes all that names
 * it as its owner.
 */
import { z } from 'zod';
import { DeleteAnswer, deleteOptions } from '../../providers/kubernetes/deleteOptions';
import { ObjectMetadata, paths } from '../../providers/kubernetes/resources';
import type { PersistentVolumeClaim } from '../../providers/kubernetes/volumes/claimResource';
import { RestoreRefused, type RestoreWork } from '../strategy';
import { refusal } from './refusals';

/** Goes by itself once no pod mounts the claim. */
const PVC_PROTECTION = 'kubernetes.io/pvc-protection';

// external-snapshotter pkg/utils; external-provisioner pkg/controller.
const AS_SOURCE: readonly string[] = [
  'snapshot.storage.kubernetes.io/pvc-as-source-protection',
  'provisioner.storage.kubernetes.io/cloning-protection'
];

/** A finalizer that goes when a snapshot or clone of the claim is made. */
export const sourceProtection = ({ metadata }: PersistentVolumeClaim): string | undefined =>
  metadata.finalizers.find(one => AS_SOURCE.includes(one));

const Owned = z.object({
  metadata: ObjectMetadata.extend({ ownerReferences: z.array(z.object({ uid: z.string() })).default([]) })
});

/** Throws RestoreRefused where it would stay for ever, is kept by a rule, or something goes with it. */
export async function assertCanGo(work: RestoreWork, { metadata }: PersistentVolumeClaim): Promise<void> {
  const { api, restore, settings } = work;
  const { namespace } = restore.metadata;
  const { name, uid } = metadata;
  const passing = [PVC_PROTECTION, ...AS_SOURCE, ...settings.passingFinalizers];
  const foreign = metadata.finalizers.find(one => !passing.includes(one));
  if (foreign !== undefined) {
    throw new RestoreRefused(
      'restore-blocked',
      `Claim ${name} has the finalizer ${foreign}: deleted to make room, it might never go. Nothing was changed.`,
      'Ask an admin: one that is taken off in time can be named in the controller’s passingFinalizers. Or restore by copy.'
    );
  }
  const tried = tryDeletion(work, metadata);
  const snapshots = api.list({ path: paths.snapshots(namespace), item: Owned });
  const claims = api.list({ path: paths.claims(namespace), item: Owned });
  await Promise.allSettled([tried, snapshots, claims]);
  for (const [kind, list] of [
    ['Snapshot', snapshots],
    ['Claim', claims]
  ] as const) {
    const { items } = await list;
    const owned = items.find(one => one.metadata.ownerReferences.some(owner => owner.uid === uid));
    if (owned !== undefined) {
      throw new RestoreRefused(
        'restore-blocked',
        `${kind} ${owned.metadata.name} names claim ${name} as its owner and would be deleted with it. Nothing was changed.`,
        'Ask an admin to take that owner reference off, or restore by copy.'
      );
    }
  }
  await tried;
}

async function tryDeletion(
  { api, restore }: RestoreWork,
  { name, uid }: PersistentVolumeClaim['metadata']
): Promise<void> {
  // The API server takes that it is a trial from the body; from the query only where there is no body.
  const body = { ...deleteOptions({ uid }), dryRun: ['All'] };
  const path = `${paths.claims(restore.metadata.namespace)}/${name}`;
  const query = { dryRun: 'All' };
  await api.request({ method: 'DELETE', path, query, body, schema: DeleteAnswer }).catch((error: unknown) => {
    throw refusal(error, `Claim ${name} can’t be deleted to make room for the other volume.`);
  });
}
