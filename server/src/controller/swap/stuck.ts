/** How long what does not get on may take, what is told of it meanwhile, and when that ends the restore. */
import type { PersistentVolumeClaim } from '../../providers/kubernetes/volumes/claimResource';
import { RestoreRefused, type Next, type RestoreWork } from '../strategy';
import { waitingFor, type CheckPod } from './checkPod';
import { warningsOf } from './warnings';

/** For the storage to make a volume of a snapshot; some copy all bytes. */
const MAKE_MS = 30 * 60_000;
/** For the node to mount it, and to fetch the image. */
const MOUNT_MS = 10 * 60_000;
/** With a warning that may pass, for example that the storage has no room. */
const WARNED_MS = 90_000;
/** What happens wakes it; that is only for what the cluster says meanwhile. */
const AGAIN_MS = 3_000;
/** What is told of a pod that has just been made is no trouble yet. */
const TOLD_MS = 5_000;

/** What the scheduler says of a pod whose claim is being made: that is no trouble of its own. */
const WAITS_FOR_CLAIM = /unbound immediate PersistentVolumeClaims/;

/** Waits for the claim to be bound. */
export async function stuckClaim(work: RestoreWork, claim: PersistentVolumeClaim, pod: CheckPod): Promise<Next> {
  const { namespace } = work.restore.metadata;
  if (claim.status.phase === 'Lost') {
    throw notMade('The volume that was made for it is gone.');
  }
  const age = work.now.getTime() - Date.parse(claim.metadata.creationTimestamp);
  const [[warning], [unscheduled]] = await Promise.all([
    warningsOf(work.api, namespace, [claim.metadata.uid]),
    warningsOf(work.api, namespace, [pod.metadata.uid])
  ]);
  if (warning !== undefined && (warning.final || age > WARNED_MS)) {
    throw notMade(`The storage says: “${warning.said}”`);
  }
  if (unscheduled?.reason === 'FailedScheduling' && !WAITS_FOR_CLAIM.test(unscheduled.said) && age > WARNED_MS) {
    throw notMade(`No node takes it: “${unscheduled.said}”`);
  }
  if (age > MAKE_MS) {
    throw notMade('It was not ready in 30 minutes, and nothing says why.');
  }
  const said = warning === undefined ? '' : ` The storage says: “${warning.said}”`;
  return { kind: 'wait', ms: AGAIN_MS, message: `Making a volume from the snapshot.${said}` };
}

/** Waits for the pod to have looked. */
export async function stuckPod(work: RestoreWork, pod: CheckPod): Promise<Next> {
  const age = work.now.getTime() - Date.parse(pod.metadata.creationTimestamp);
  const [warning] = await warningsOf(work.api, work.restore.metadata.namespace, [pod.metadata.uid]);
  const said = warning?.said ?? waitingFor(pod);
  if (age > MOUNT_MS || (warning !== undefined && age > 2 * WARNED_MS)) {
    const why = said === '' ? 'nothing says why' : `“${said}”`;
    const detail = `The new volume was not mounted in time: ${why}. Nothing was changed.`;
    throw new RestoreRefused('storage-failed', detail, 'Ask an admin, then restore again.');
  }
  const told = said === '' || age < TOLD_MS ? '' : ` So far: “${said}”`;
  return { kind: 'wait', ms: AGAIN_MS, message: `Mounting the new volume once.${told}` };
}

const notMade = (why: string): RestoreRefused =>
  new RestoreRefused(
    'storage-failed',
    `The storage did not make a volume from the snapshot. ${why} Nothing was changed.`,
    'Choose another snapshot, or ask an admin.'
  );
