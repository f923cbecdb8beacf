/**
 * Where a snapshot that a run names is now. It is known by its uid alone: one of the same names and another uid is another
 * snapshot, and is never offered as the run's data. Pure.
 */
import type { LinkedSnapshot, Snapshot, SnapshotNow, Volume } from '../../../contract';

/** What this server knows of snapshots. */
export interface KnownHere {
  readonly volumes: readonly Pick<Volume, 'id' | 'name' | 'elsewhere'>[];
  readonly snapshots: readonly Pick<Snapshot, 'name' | 'uid' | 'volume' | 'volumeName'>[];
  /** Where they are; null: nothing tells it. */
  readonly namespace: string | null;
  readonly cluster: string | null;
  /** Whether what is told of them is as it is now. */
  readonly complete: boolean;
}

/** The state, in words for people where it is not simply there. */
export function snapshotNow(link: LinkedSnapshot, here: KnownHere): SnapshotNow {
  const { snapshot, uid, volume } = link;
  const same = uid === null ? undefined : here.snapshots.find(one => one.uid === uid);
  if (same !== undefined) {
    return { state: 'exists', snapshot: same.name };
  }
  const elsewhere = placeElsewhere(link, here);
  if (elsewhere !== null) {
    return { state: 'unknown', message: `The snapshot ${snapshot} of ${volume} is in ${elsewhere}, not here.` };
  }
  const named = here.snapshots.find(
    one => one.name === snapshot && (one.volume === volume || one.volumeName === volume)
  );
  if (named !== undefined && uid === null) {
    return {
      state: 'same-names',
      snapshot: named.name,
      message:
        `The run names ${snapshot} of ${volume} without its uid. There is one of this name; ` +
        `whether it is the one that the run used can’t be told.`
    };
  }
  if (named !== undefined) {
    return {
      state: 'other-uid',
      snapshot: named.name,
      message:
        `This is NOT the data of the run: it used another snapshot that was called ${snapshot} of ${volume} too ` +
        `(uid ${uid}).`
    };
  }
  const known = here.volumes.find(({ id, name }) => id === volume || name === volume);
  if (known === undefined) {
    return { state: 'unknown', message: `${volume} is no volume of this server, so its snapshots are not known here.` };
  }
  return here.complete && known.elsewhere === undefined
    ? { state: 'gone', message: `The snapshot ${snapshot} of ${volume} does not exist any more.` }
    : { state: 'unknown', message: `Whether the snapshot ${snapshot} of ${volume} still exists can’t be told now.` };
}

/** Its place in words where that is another one than here; null: here, or nobody told. */
function placeElsewhere({ cluster, namespace }: LinkedSnapshot, here: KnownHere): string | null {
  if (cluster !== null && here.cluster !== null && cluster !== here.cluster) {
    return namespace === null ? `the cluster ${cluster}` : `the namespace ${namespace} of the cluster ${cluster}`;
  }
  return namespace !== null && here.namespace !== null && namespace !== here.namespace
    ? `the namespace ${namespace}`
    : null;
}
