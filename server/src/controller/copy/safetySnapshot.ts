/** Securing: a snapshot of the present, made when all is on the storage that was written. Nothing is restored before it is ready. */
import { annotations, labels, MANAGED_BY } from '../../providers/kubernetes/names';
import { stampOf } from '../../providers/kubernetes/objectNames';
import { paths, VolumeSnapshot } from '../../providers/kubernetes/resources';
import type { VolumeRestore } from '../../providers/kubernetes/volumeRestore';
import { checkOurs, isRemoved, make } from '../madeObjects';
import { orNull } from '../readOptional';
import { restoreMark } from '../restoreMark';
import { sourceSnapshot } from '../snapshotClone';
import { RestoreRefused, type Next, type RestoreWork } from '../strategy';
import { refusal } from '../swap/refusals';
import { copyParts } from './copyParts';
import { flushHome } from './flushHome';

const LOOK_MS = 1_000;
const SOON_MS = 500;
/** Storages take minutes for a snapshot now and then; the controllers try a failed one again. */
const PATIENCE_MS = 10 * 60_000;
const FAILING_MS = 2 * 60_000;
const NAME_MAX = 253;

/** As other snapshots are called, and the same whenever it is asked for. */
export function safetyName(restore: VolumeRestore): string {
  const at = new Date(restore.metadata.creationTimestamp);
  const suffix = `.${stampOf(at)}z-${restoreMark(restore)}`;
  return restore.spec.claimName.slice(0, NAME_MAX - suffix.length).replace(/[-.]+$/, '') + suffix;
}

export async function secureBySnapshot(work: RestoreWork): Promise<Next> {
  const { api, restore, now } = work;
  const { safetySnapshot = null } = restore.status;
  const { namespace } = restore.metadata;
  const name = safetyName(restore);
  if (safetySnapshot === null) {
    return { kind: 'write', status: { safetySnapshot: { name, uid: '' } } };
  }
  const collection = paths.snapshots(namespace);
  const found = await orNull(api.request({ path: `${collection}/${name}`, schema: VolumeSnapshot }));
  if (found === null) {
    const next = await flushHome(work);
    if (next !== null) {
      return next;
    }
    await make(api, collection, await manifest(work, name)).catch((error: unknown) => {
      throw refusal(error, `The safety snapshot of ${restore.spec.claimName} was not made.`);
    });
    return { kind: 'wait', ms: 1, message: `Taking a safety snapshot of ${restore.spec.claimName}.` };
  }
  checkOurs(restore, 'Snapshot', found);
  const { metadata, status } = found;
  if (safetySnapshot.uid !== metadata.uid) {
    return { kind: 'write', status: { safetySnapshot: { name, uid: metadata.uid } } };
  }
  if (metadata.deletionTimestamp !== undefined) {
    throw failed(restore, 'it is being deleted');
  }
  const isFree = await isRemoved(api, restore, `${paths.pods(namespace)}/${copyParts(restore).flushPod}`);
  if (status.readyToUse === true) {
    return isFree ? { kind: 'done' } : { kind: 'wait', ms: SOON_MS, message: `Freeing ${restore.spec.claimName}.` };
  }
  const ms = now.getTime() - Date.parse(metadata.creationTimestamp);
  const error = status.error?.message ?? '';
  if (ms > PATIENCE_MS || (error !== '' && ms > FAILING_MS)) {
    throw failed(restore, error || 'it is not ready after 10 minutes');
  }
  const words = error === '' ? '.' : `; the storage says: ${error}`;
  return { kind: 'wait', ms: LOOK_MS, message: `Taking a safety snapshot of ${restore.spec.claimName}${words}` };
}

/** What holds the present is there still, in the life that was waited for: a name can be given again. Throws RestoreRefused. */
export async function assertSafety({ api, restore }: RestoreWork): Promise<void> {
  const { spec, status, metadata } = restore;
  const name = safetyName(restore);
  const path = `${paths.snapshots(metadata.namespace)}/${name}`;
  const found = await orNull(api.request({ path, schema: VolumeSnapshot }));
  const isSame = found !== null && found.metadata.uid === status.safetySnapshot?.uid;
  if (!isSame || found.metadata.deletionTimestamp !== undefined) {
    throw new RestoreRefused(
      'object-changed',
      `The safety snapshot ${name} of ${spec.claimName} was deleted during the restore.`,
      'Find out who does that, then restore again.'
    );
  }
}

const failed = ({ spec }: VolumeRestore, why: string): RestoreRefused =>
  new RestoreRefused(
    'storage-failed',
    `The safety snapshot of ${spec.claimName} failed: ${why}. Nothing was written.`,
    'Ask an admin to look at the storage, then restore again.'
  );

/** Of the class of the snapshot that is gone back to: that one has worked for this volume. */
async function manifest(work: RestoreWork, name: string): Promise<object> {
  const { api, restore } = work;
  const { spec, status, metadata } = restore;
  const { claim, requester, oldVolume } = status;
  const source = await sourceSnapshot(work);
  const path = `${paths.snapshots(metadata.namespace)}/${source}`;
  const from = await orNull(api.request({ path, schema: VolumeSnapshot }));
  const className = from?.spec.volumeSnapshotClassName ?? null;
  const owner = requester?.owner ?? '';
  return {
    apiVersion: 'snapshot.storage.k8s.io/v1',
    kind: 'VolumeSnapshot',
    metadata: {
      name,
      labels: {
        [labels.volumeId]: claim?.volumeId ?? '',
        [labels.origin]: 'safety',
        [labels.managedBy]: MANAGED_BY,
        ...(owner === '' ? {} : { [labels.owner]: owner })
      },
      annotations: {
        [annotations.title]: `Before the restore to ${source}`,
        [annotations.restore]: metadata.uid,
        [annotations.claim]: JSON.stringify({
          name: spec.claimName,
          uid: claim?.uid ?? null,
          driver: oldVolume?.driver ?? null,
          storageClass: claim?.storageClassName ?? null,
          size: claim?.request ?? null,
          capacity: claim?.capacity ?? null,
          accessModes: claim?.accessModes ?? [],
          volumeMode: claim?.volumeMode ?? null
        })
      }
    },
    spec: {
      source: { persistentVolumeClaimName: spec.claimName },
      ...(className === null ? {} : { volumeSnapshotClassName: className })
    }
  };
}
