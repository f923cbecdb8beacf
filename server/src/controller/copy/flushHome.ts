/**
 * Securing, first: a pod that has ended may be gone before its node has unmounted the volume, and a storage that snapshots a
 * mounted volume does not see what is in the node's memory still. A pod of ours mounts the home and has it all written.
 */
import { paths } from '../../providers/kubernetes/resources';
import { checkOurs, make, marksOf } from '../madeObjects';
import { hasSucceeded } from '../podEnd';
import { orNull } from '../readOptional';
import { RestoreRefused, type Next, type RestoreWork } from '../strategy';
import { refusal } from '../swap/refusals';
import { readAnswer } from '../task/taskOrder';
import { taskPodSpec } from '../task/taskPod';
import { TaskPod } from '../taskJob';
import { copyParts, flushPod } from './copyParts';

const LOOK_MS = 1_000;
/** The server is stopped meanwhile: a pod that has not started by then gives it back to its user. */
const START_PATIENCE_MS = 3 * 60_000;
/** A node holds some GB that are to be written at most. */
const PATIENCE_MS = 15 * 60_000;

const WRITING = 'Writing what is still in memory to the storage';

/**
 * null: all that was written to the home is on the storage. The pod stays, as the proof, until the snapshot is there: a look
 * after a kill finds it. On the node of the server syncfs writes what the server left; another node gets a volume of one node
 * only once the first has unmounted it, which writes it too. Throws RestoreRefused.
 */
export async function flushHome(work: RestoreWork): Promise<Next | null> {
  const { api, restore, now } = work;
  const { flushPod: name } = copyParts(restore);
  const pods = paths.pods(restore.metadata.namespace);
  const found = await orNull(api.request({ path: `${pods}/${name}`, schema: TaskPod }));
  if (found === null) {
    const spec = taskPodSpec(flushPod(work));
    const body = { apiVersion: 'v1', kind: 'Pod', metadata: { name, ...marksOf(restore) }, spec };
    await make(api, pods, body).catch((error: unknown) => {
      throw refusal(error, `What is still in memory of ${restore.spec.claimName} can’t be written.`);
    });
    return { kind: 'wait', ms: 1, message: `${WRITING}.` };
  }
  checkOurs(restore, 'Pod', found);
  const { metadata, status } = found;
  const state = status.containerStatuses[0]?.state;
  const ended = state?.terminated?.message ?? '';
  const answer = readAnswer(ended);
  if (answer?.result === 'refused') {
    throw failed(work, answer.problem, answer.detail, answer.next);
  }
  if (hasSucceeded(found)) {
    return null;
  }
  if (metadata.deletionTimestamp !== undefined) {
    // Drained, or deleted by somebody: it is made again.
    return { kind: 'wait', ms: LOOK_MS, message: `${WRITING}: waiting until pod ${name} is gone.` };
  }
  if (status.phase === 'Failed') {
    throw failed(work, 'storage-failed', ended || status.message || state?.terminated?.reason || 'its pod has failed');
  }
  // That its container is not ready is no news; why it has no node is.
  const told =
    state?.waiting?.message ||
    status.conditions.find(({ type, message }) => type === 'PodScheduled' && message)?.message;
  const ms = now.getTime() - Date.parse(metadata.creationTimestamp);
  if (status.phase === 'Pending' && ms > START_PATIENCE_MS) {
    throw failed(work, 'cluster-refused', `its pod does not start: ${told ?? 'nothing says why'}`);
  }
  if (ms > PATIENCE_MS) {
    throw failed(work, 'storage-failed', `the storage has not taken it within ${PATIENCE_MS / 60_000} minutes`);
  }
  return { kind: 'wait', ms: LOOK_MS, message: `${WRITING}${told ? `: ${told}` : '.'}` };
}

function failed(
  { restore }: RestoreWork,
  problem: string,
  why: string,
  next = 'Ask an admin to look at the storage and its nodes, then restore again.'
): RestoreRefused {
  const what = `What was still in memory of ${restore.spec.claimName} could not be written to the storage`;
  return new RestoreRefused(problem, `${what}: ${why.replace(/\.$/, '')}. Nothing was restored.`, next);
}
