/**
 * Counts what a planned restore would change, when its user asks for it: a pod mounts a clone of the snapshot and the
 * present read-only and compares sizes and times. The plan gets the numbers, or why there are none.
 */
import { paths } from '../providers/kubernetes/resources';
import type { StatusPlan, VolumeRestore } from '../providers/kubernetes/volumeRestore';
import { areRemoved, make, marksOf, temporaryName } from './madeObjects';
import { orNull } from './readOptional';
import { restoreMark } from './restoreMark';
import { ensureClone, sourceSnapshot } from './snapshotClone';
import { RestoreRefused, type Next, type RestoreWork } from './strategy';
import { refusal } from './swap/refusals';
import { readAnswer } from './task/taskOrder';
import { readPlace } from './task/taskPlace';
import { taskPodSpec } from './task/taskPod';
import { TaskPod } from './taskJob';

const LOOK_MS = 1_000;
/** Of the comparison; the pod as a whole may take a little longer. */
const SECONDS = 60;
/** Until the pod has started. */
const PATIENCE_MS = 2 * 60_000;

const podName = (restore: VolumeRestore): string => `datamark-count-${restoreMark(restore)}`;
const cloneName = (restore: VolumeRestore): string => temporaryName(restore, 'count');

/** Done once the plan has the numbers or the reason, and what was made for them is gone. */
export async function countChanges(work: RestoreWork): Promise<Next> {
  const { restore } = work;
  const { plan = null } = restore.status;
  if (plan === null || !plan.countable) {
    return removeCount(work);
  }
  try {
    return await count(work, plan);
  } catch (error) {
    if (error instanceof RestoreRefused) {
      return told(plan, { changesUnknown: error.detail });
    }
    throw error;
  }
}

/** Removes what counting has made; done when nothing is left. For any phase. */
export async function removeCount({ api, restore }: RestoreWork): Promise<Next> {
  const { namespace } = restore.metadata;
  const made = [`${paths.pods(namespace)}/${podName(restore)}`, `${paths.claims(namespace)}/${cloneName(restore)}`];
  return (await areRemoved(api, restore, made)) ? { kind: 'done' } : { kind: 'wait', ms: LOOK_MS };
}

const told = (plan: StatusPlan, found: Pick<StatusPlan, 'changes' | 'changesUnknown'>): Next => ({
  kind: 'write',
  status: { plan: { ...plan, changes: null, changesUnknown: null, ...found, countable: false } }
});

async function count(work: RestoreWork, plan: StatusPlan): Promise<Next> {
  const { api, restore, settings, now } = work;
  const { namespace } = restore.metadata;
  const clone = await ensureClone(work, cloneName(restore), await sourceSnapshot(work));
  if (clone === null) {
    return { kind: 'wait', ms: 500, message: 'Counting what would change.' };
  }
  const pods = paths.pods(namespace);
  const pod = await orNull(api.request({ path: `${pods}/${podName(restore)}`, schema: TaskPod }));
  if (pod === null) {
    const place = await readPlace(api, restore);
    if (restore.status.claim?.accessModes.includes('ReadWriteOncePod') && place.node !== null) {
      throw new RestoreRefused('in-use', 'Only one pod at a time can mount this volume (ReadWriteOncePod).', '');
    }
    const spec = taskPodSpec({
      order: { task: 'count', seconds: SECONDS },
      settings,
      source: clone.metadata.name,
      target: { claimName: restore.spec.claimName, readOnly: true },
      place,
      asUser: true,
      seconds: 2 * SECONDS + PATIENCE_MS / 1000
    });
    const metadata = { name: podName(restore), ...marksOf(restore) };
    await make(api, pods, { apiVersion: 'v1', kind: 'Pod', metadata, spec }).catch((error: unknown) => {
      throw refusal(error, 'The changes can’t be counted.');
    });
    return { kind: 'wait', ms: 1, message: 'Counting what would change.' };
  }
  const { phase, containerStatuses, conditions } = pod.status;
  const state = containerStatuses[0]?.state;
  const answer = readAnswer(state?.terminated?.message ?? '');
  if (answer?.result === 'counted') {
    const { reverted, returned, removed } = answer;
    return told(plan, { changes: { reverted, returned, removed } });
  }
  if (phase === 'Failed' || phase === 'Succeeded') {
    const why =
      answer?.result === 'refused'
        ? answer.detail
        : `The pod that counts has ended: ${state?.terminated?.message || pod.status.message || 'nothing says why'}.`;
    throw new RestoreRefused('not-supported', why, '');
  }
  if (phase === 'Pending' && now.getTime() - Date.parse(pod.metadata.creationTimestamp) > PATIENCE_MS) {
    const why = state?.waiting?.message || conditions.find(({ message }) => message !== '')?.message;
    throw new RestoreRefused('not-supported', `The pod that counts does not start: ${why ?? 'nothing says why'}.`, '');
  }
  return { kind: 'wait', ms: LOOK_MS, message: 'Counting what would change.' };
}
