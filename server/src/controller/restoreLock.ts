/**
 * Only one restore works on a claim: its uid stands on the claim, written onto the state that was read, so that of two
 * controllers or two restores one is refused by the API server. A mark that no living restore has is taken over.
 */
import type { KubernetesApi } from '../providers/kubernetes/client/kubernetesApi';
import { paths } from '../providers/kubernetes/resources';
import { PersistentVolumeClaim } from '../providers/kubernetes/volumes/claimResource';
import { RESTORE_LOCK, type VolumeRestore } from '../providers/kubernetes/volumeRestore';
import { mayWorkOn } from './followedRestore';
import { orNull } from './readOptional';
import { allRestores, restoresUnderWay, type RestoreList } from './restoreLists';
import { isAtLeast, isFinal } from './restoreProgress';

/** Name of the restore that works on the claim; null: this one does, from now on. Rejects with a Conflict when to look again. */
export async function takeLock(api: KubernetesApi, restore: VolumeRestore): Promise<string | null> {
  const { namespace, uid } = restore.metadata;
  const { claimName } = restore.spec;
  const path = `${paths.claims(namespace)}/${claimName}`;
  const { metadata } = await api.request({ path, schema: PersistentVolumeClaim });
  const held = metadata.annotations[RESTORE_LOCK];
  if (held === uid) {
    return null;
  }
  const other =
    otherOf(restore, held, await restoresUnderWay(api, namespace)) ??
    // Somebody may have taken its label off.
    (held === undefined ? null : otherOf(restore, held, await allRestores(api, namespace)));
  if (other !== null) {
    return other;
  }
  await api.request({
    method: 'PATCH',
    path,
    body: {
      metadata: {
        uid: metadata.uid,
        resourceVersion: metadata.resourceVersion,
        annotations: { [RESTORE_LOCK]: uid }
      }
    },
    schema: PersistentVolumeClaim
  });
  return null;
}

/** One that works on the claim, or may: one that can’t be read has to be looked at by an admin. */
function otherOf({ metadata, spec }: VolumeRestore, held: string | undefined, of: RestoreList): string | null {
  const other =
    of.read.find(
      one =>
        one.metadata.uid !== metadata.uid &&
        one.spec.claimName === spec.claimName &&
        !isFinal(one.status.phase) &&
        ((one.metadata.uid === held && one.spec.approved) || isAtLeast(one.status.phase, 'Preparing'))
    ) ?? of.unreadable.find(one => mayWorkOn(one, spec.claimName, held));
  return other?.metadata.name ?? null;
}

/** Whether this restore works on the claim. */
export const hasLock = (restore: VolumeRestore, claim: PersistentVolumeClaim): boolean =>
  claim.metadata.annotations[RESTORE_LOCK] === restore.metadata.uid;

/** Takes the mark off, where it is still this restore's. */
export async function releaseLock(api: KubernetesApi, restore: VolumeRestore): Promise<void> {
  const path = `${paths.claims(restore.metadata.namespace)}/${restore.spec.claimName}`;
  const claim = await orNull(api.request({ path, schema: PersistentVolumeClaim }));
  if (claim !== null && hasLock(restore, claim)) {
    await api.request({
      method: 'PATCH',
      path,
      body: {
        metadata: {
          uid: claim.metadata.uid,
          resourceVersion: claim.metadata.resourceVersion,
          annotations: { [RESTORE_LOCK]: null }
        }
      },
      schema: PersistentVolumeClaim
    });
  }
}
