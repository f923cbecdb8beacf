/** One look at a Job that has to run to its end: it is made, made again where it was deleted, or its end is told. */
import type { ObjectRef, RestoreStatus } from '../providers/kubernetes/volumeRestore';
import { withCondition } from './restoreProgress';
import { beginJob, leftPod, makeJob, readJob, type JobState } from './taskJob';
import { RestoreRefused, type Next, type RestoreWork } from './strategy';
import type { TaskPodOptions } from './task/taskPod';

/** How long a Job that works is left alone; its end is noticed by the watch of pods. */
const LOOK_MS = 2_000;
const SOON_MS = 500;

export type JobLook =
  | { readonly kind: 'not yet'; readonly next: Next }
  | { readonly kind: 'ended'; readonly job: Extract<JobState, { state: 'succeeded' | 'failed' }> }
  /** It can't start: no pod of it has ever run; `again`: of an earlier one perhaps. */
  | {
      readonly kind: 'stuck';
      readonly uid: string;
      readonly ms: number;
      readonly message: string;
      readonly again: boolean;
    };

export interface JobOrder {
  readonly name: string;
  /** Asked for when it has to be made; null: what it mounts is not there yet. */
  readonly pod: () => Promise<TaskPodOptions | null>;
  /** A sentence for when the cluster refuses it. */
  readonly refused: string;
  /** While it works. */
  readonly working: string;
}

/** The name is written down before it is made. */
export async function runJob(work: RestoreWork, { name, pod, refused, working }: JobOrder): Promise<JobLook> {
  const { api, restore } = work;
  const recorded = restore.status.job ?? null;
  const note = (job: ObjectRef): JobLook => ({ kind: 'not yet', next: { kind: 'write', status: { job } } });
  if (recorded?.name !== name) {
    return note({ name, uid: '' });
  }
  const job = await readJob(api, restore, name);
  if (job.state === 'missing') {
    // Of a Job that was deleted: what it has begun ends before another begins.
    const left = await leftPod(api, restore, name);
    if (left !== null) {
      return { kind: 'not yet', next: { kind: 'wait', ms: LOOK_MS, message: `Waiting until pod ${left} is gone.` } };
    }
    const options = await pod();
    if (options === null) {
      return { kind: 'not yet', next: { kind: 'wait', ms: SOON_MS } };
    }
    await makeJob(work, name, options, refused);
    return { kind: 'not yet', next: { kind: 'wait', ms: 1, message: working } };
  }
  if (recorded.uid === '') {
    return note({ name, uid: job.uid });
  }
  if (recorded.uid !== job.uid) {
    return { kind: 'not yet', next: { kind: 'write', status: { job: { name, uid: job.uid }, ...madeAgain(work) } } };
  }
  if (job.state !== 'working') {
    return { kind: 'ended', job };
  }
  if (job.suspended) {
    await beginJob(work, name, job.uid);
    return { kind: 'not yet', next: { kind: 'wait', ms: SOON_MS, message: working } };
  }
  if (!job.started) {
    const ms = Math.max(0, work.now.getTime() - job.since.getTime());
    return { kind: 'stuck', uid: job.uid, ms, message: job.message, again: isMadeAgain(restore.status) };
  }
  return { kind: 'not yet', next: { kind: 'wait', ms: LOOK_MS, message: working } };
}

const AGAIN = 'JobMadeAgain';

/** Remembered to the end: what the life of the Job that is gone has done, nothing else tells any more. */
const madeAgain = ({ restore, now }: RestoreWork): Pick<RestoreStatus, 'conditions'> => ({
  conditions: withCondition(restore.status.conditions, {
    type: AGAIN,
    status: 'True',
    reason: 'Deleted',
    message: 'Somebody deleted the Job that copies after it was begun: it was made again.',
    now
  })
});

/** Whether a Job that was begun, and so may have written, was followed by another. */
export const isMadeAgain = ({ conditions }: RestoreStatus): boolean =>
  conditions.some(({ type, status }) => type === AGAIN && status === 'True');

/** A Job that can't start is waited for this long, ms; then it is refused. Throws RestoreRefused. */
export function waitForStart(look: Extract<JobLook, { kind: 'stuck' }>, patienceMs: number): Next {
  if (look.ms > patienceMs) {
    const said = `The pod that copies does not start: ${look.message || 'nothing says why'}.`;
    const detail = look.again ? said : `${said} Nothing was written.`;
    const next = 'Ask an admin what keeps it from starting, then restore again.';
    throw new RestoreRefused('cluster-refused', detail, next);
  }
  const message = `Waiting for the pod that copies${look.message && `: ${look.message}`}`;
  return { kind: 'wait', ms: LOOK_MS, message };
}
