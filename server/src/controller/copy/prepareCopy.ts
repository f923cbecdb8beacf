/** Preparing: the snapshot is made readable and read once, and the pod that is to copy is tried, while the server runs. */
import { paths } from '../../providers/kubernetes/resources';
import { checkOurs, make, marksOf } from '../madeObjects';
import { hasSucceeded } from '../podEnd';
import { orNull } from '../readOptional';
import { assertNotMadeAgain } from '../readySnapshot';
import { ensureClone, sourceSnapshot } from '../snapshotClone';
import { RestoreRefused, type Next, type RestoreWork } from '../strategy';
import { refusal } from '../swap/refusals';
import { readPlace } from '../task/taskPlace';
import { taskPodSpec } from '../task/taskPod';
import { readAnswer } from '../task/taskOrder';
import { TaskPod, tryPod } from '../taskJob';
import { copyParts, copyPod } from './copyParts';

const LOOK_MS = 2_000;
/** A pod that reads nothing within this time never will. */
const PATIENCE_MS = 5 * 60_000;

export async function prepareCopy(work: RestoreWork): Promise<Next> {
  const { restore } = work;
  const { temporaryClaim = null } = restore.status;
  const { clone } = copyParts(restore);
  if (temporaryClaim === null) {
    await tryRoot(work, clone);
    return { kind: 'write', status: { temporaryClaim: { name: clone, uid: '' } } };
  }
  const snapshot = await sourceSnapshot(work);
  const claim = await ensureClone(work, clone, snapshot);
  if (claim === null) {
    return { kind: 'wait', ms: 500, message: `Making snapshot ${snapshot} readable.` };
  }
  if (temporaryClaim.uid !== claim.metadata.uid) {
    return { kind: 'write', status: { temporaryClaim: { name: clone, uid: claim.metadata.uid } } };
  }
  return check(work, snapshot);
}

/** Root in a pod is what namespaces under the restricted Pod Security Standard refuse. */
async function tryRoot(work: RestoreWork, clone: string): Promise<void> {
  const { spec, metadata } = work.restore;
  const what = `The files of ${spec.claimName} can’t be copied: that needs a pod that runs as root.`;
  try {
    await tryPod(work, copyPod(work, clone), what);
  } catch (error) {
    if (error instanceof RestoreRefused && error.problem === 'forbidden') {
      const next = `Restore by swap, or clone the snapshot. An admin can allow root in namespace ${metadata.namespace}.`;
      throw new RestoreRefused(error.problem, error.detail, next);
    }
    throw error;
  }
}

async function check(work: RestoreWork, snapshot: string): Promise<Next> {
  const { api, restore, settings, now } = work;
  const { checkPod: name, clone } = copyParts(restore);
  const pods = paths.pods(restore.metadata.namespace);
  if ((restore.status.checkPod ?? null) === null) {
    return { kind: 'write', status: { checkPod: { name, uid: '' } } };
  }
  const found = await orNull(api.request({ path: `${pods}/${name}`, schema: TaskPod }));
  if (found === null) {
    const place = await readPlace(api, restore);
    const options = { order: { task: 'look' as const }, settings, source: clone, place, asUser: false };
    const body = { apiVersion: 'v1', kind: 'Pod', metadata: { name, ...marksOf(restore) }, spec: taskPodSpec(options) };
    await make(api, pods, body).catch((error: unknown) => {
      throw refusal(error, `Snapshot ${snapshot} can’t be read.`);
    });
    return { kind: 'wait', ms: 1, message: `Reading snapshot ${snapshot} once.` };
  }
  checkOurs(restore, 'Pod', found);
  const { metadata, status } = found;
  if (restore.status.checkPod?.uid !== metadata.uid) {
    return { kind: 'write', status: { checkPod: { name, uid: metadata.uid } } };
  }
  if (hasSucceeded(found)) {
    await assertNotMadeAgain(work, snapshot);
    return { kind: 'done' };
  }
  const state = status.containerStatuses[0]?.state;
  // That its container is not ready is no news; why it has no node is.
  const told =
    state?.waiting?.message ||
    status.conditions.find(({ type, message }) => type === 'PodScheduled' && message)?.message;
  const ended = state?.terminated?.message ?? '';
  const answer = readAnswer(ended);
  const why = answer?.result === 'refused' ? answer.detail : ended || (told ?? 'its pod does not start');
  if (status.phase === 'Failed' || now.getTime() - Date.parse(metadata.creationTimestamp) > PATIENCE_MS) {
    const detail = `Snapshot ${snapshot} can’t be read: ${why}`;
    throw new RestoreRefused(
      'storage-failed',
      detail,
      'Choose another snapshot, or ask an admin to look at the storage.'
    );
  }
  return { kind: 'wait', ms: LOOK_MS, message: `Reading snapshot ${snapshot} once${told ? `: ${told}` : '.'}` };
}
