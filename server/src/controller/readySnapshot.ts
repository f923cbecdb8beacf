/**
 * The snapshot that a restore was planned for, as it is now. Objects name snapshots by name alone: one that was deleted and
 * made again under its name holds something else, and is never taken for it.
 */
import { paths, VolumeSnapshot } from '../providers/kubernetes/resources';
import { orNull } from './readOptional';
import { RestoreRefused, type RestoreWork } from './strategy';

type Of = Pick<RestoreWork, 'api' | 'restore'>;

/** Throws RestoreRefused where a volume can't be made from it. */
export async function readySnapshot(of: Of, name: string): Promise<VolumeSnapshot> {
  const snapshot = await find(of, name);
  if (snapshot === null) {
    throw new RestoreRefused('snapshot-not-found', `Snapshot ${name} is gone.`, 'Choose another snapshot.');
  }
  if (snapshot.metadata.deletionTimestamp !== undefined || snapshot.status.readyToUse !== true) {
    const why = snapshot.metadata.deletionTimestamp === undefined ? 'is not ready' : 'is being deleted';
    throw new RestoreRefused('not-ready', `Snapshot ${name} ${why}.`, 'Choose another snapshot.');
  }
  return snapshot;
}

/** After a volume was made from it: throws RestoreRefused where that can have been another one. One that is gone was not. */
export async function assertNotMadeAgain(of: Of, name: string): Promise<void> {
  await find(of, name);
}

async function find({ api, restore }: Of, name: string): Promise<VolumeSnapshot | null> {
  const path = `${paths.snapshots(restore.metadata.namespace)}/${name}`;
  const snapshot = await orNull(api.request({ path, schema: VolumeSnapshot }));
  const planned = restore.status.snapshot;
  if (snapshot !== null && planned?.name === name && planned.uid !== snapshot.metadata.uid) {
    throw madeAgain(name);
  }
  return snapshot;
}

export const madeAgain = (name: string): RestoreRefused =>
  new RestoreRefused(
    'object-changed',
    `Snapshot ${name} was deleted and made again after the plan.`,
    'Plan the restore again.'
  );
