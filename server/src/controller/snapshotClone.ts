/** A claim with what a snapshot holds, made to be read by the pods of one restore and removed after it. */
import { bytesOf } from '../providers/kubernetes/quantity';
import { paths, SNAPSHOT_GROUP, type VolumeSnapshot } from '../providers/kubernetes/resources';
import { PersistentVolumeClaim } from '../providers/kubernetes/volumes/claimResource';
import { restorePath, VolumeRestore } from '../providers/kubernetes/volumeRestore';
import { checkOurs, make, marksOf } from './madeObjects';
import { orNull } from './readOptional';
import { readySnapshot } from './readySnapshot';
import { RestoreRefused, type RestoreWork } from './strategy';
import { refusal } from './swap/refusals';

/** The snapshot that is gone back to: the one that was named, or what the undone restore has kept. */
export async function sourceSnapshot({ api, restore }: RestoreWork): Promise<string> {
  const { spec, metadata } = restore;
  if (spec.snapshotName !== undefined) {
    return spec.snapshotName;
  }
  const path = `${restorePath(metadata.namespace)}/${spec.undoOf ?? ''}`;
  const undone = await orNull(api.request({ path, schema: VolumeRestore }));
  const kept = undone?.status.undo?.snapshot;
  if (kept === null || kept === undefined) {
    throw new RestoreRefused(
      'nothing-to-undo',
      `Restore ${spec.undoOf} has kept no snapshot.`,
      `Choose a snapshot of ${spec.claimName} instead.`
    );
  }
  return kept;
}

/** The clone; null: look again, it was made just now, or somebody has deleted it. Throws RestoreRefused. */
export async function ensureClone(
  { api, restore }: RestoreWork,
  name: string,
  snapshot: string
): Promise<PersistentVolumeClaim | null> {
  const claims = paths.claims(restore.metadata.namespace);
  const found = await orNull(api.request({ path: `${claims}/${name}`, schema: PersistentVolumeClaim }));
  if (found === null) {
    const body = cloneManifest(restore, name, await readySnapshot({ api, restore }, snapshot));
    await make(api, claims, body).catch((error: unknown) => {
      throw refusal(error, `Snapshot ${snapshot} can’t be made readable.`);
    });
    return null;
  }
  checkOurs(restore, 'Claim', found);
  if (found.metadata.deletionTimestamp !== undefined) {
    return null;
  }
  if (found.status.phase === 'Pending') {
    // Of a snapshot that is gone, or going, none is made any more, and nothing else says so.
    await readySnapshot({ api, restore }, snapshot);
  }
  if (found.status.phase === 'Lost') {
    throw new RestoreRefused(
      'storage-failed',
      `Claim ${name} has lost its volume.`,
      'Ask an admin to look at the storage.'
    );
  }
  return found;
}

function cloneManifest(restore: VolumeRestore, name: string, snapshot: VolumeSnapshot): object {
  const { claim } = restore.status;
  if (claim === null || claim === undefined) {
    throw new Error(`The claim of restore ${restore.metadata.name} was not recorded.`);
  }
  const writable = claim.accessModes.filter(mode => mode !== 'ReadOnlyMany');
  const needed = [claim.request, claim.capacity, snapshot.status.restoreSize].map(size => bytesOf(size) ?? 0);
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name, ...marksOf(restore) },
    spec: {
      accessModes: writable.length > 0 ? writable : ['ReadWriteOnce'],
      volumeMode: claim.volumeMode,
      ...(claim.storageClassName ? { storageClassName: claim.storageClassName } : {}),
      resources: { requests: { storage: String(Math.max(...needed)) } },
      dataSourceRef: { apiGroup: SNAPSHOT_GROUP, kind: 'VolumeSnapshot', name: snapshot.metadata.name }
    }
  };
}
