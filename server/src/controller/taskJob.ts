/** A Job of the controller's: made once, found again after a kill, made again where somebody has deleted it. */
import { z } from 'zod';
import type { KubernetesApi } from '../providers/kubernetes/client/kubernetesApi';
import { annotations, labels } from '../providers/kubernetes/names';
import { ObjectMetadata, paths } from '../providers/kubernetes/resources';
import type { VolumeRestore } from '../providers/kubernetes/volumeRestore';
import { checkOurs, isRemoved, jobsPath, make, marksOf } from './madeObjects';
import { orNull } from './readOptional';
import type { RestoreWork } from './strategy';
import { refusal } from './swap/refusals';
import { readAnswer, type TaskAnswer } from './task/taskOrder';
import { CONTAINER, taskPodSpec, type TaskPodOptions } from './task/taskPod';

/** On pods: name of the Job that they are of. */
const JOB_LABEL = 'batch.kubernetes.io/job-name';
/** Ends of pods that are no fault of the task: a node that goes or is drained, a container that is killed. */
const TRIES = 8;
/** Exit code of a task that was refused. */
const REFUSED = 3;

const Job = z.object({
  metadata: ObjectMetadata,
  spec: z.object({ suspend: z.boolean().default(false) }).default({ suspend: false }),
  status: z
    .object({
      active: z.int().default(0),
      succeeded: z.int().default(0),
      failed: z.int().default(0),
      conditions: z
        .array(z.object({ type: z.string(), status: z.string(), message: z.string().default('') }))
        .default([])
    })
    .default({ active: 0, succeeded: 0, failed: 0, conditions: [] })
});
type Job = z.infer<typeof Job>;

const State = z
  .object({
    terminated: z
      .object({ exitCode: z.int().optional(), message: z.string().default(''), reason: z.string().default('') })
      .nullish(),
    waiting: z.object({ message: z.string().default(''), reason: z.string().default('') }).nullish()
  })
  .default({});

/** A pod of a task, as far as it tells how it goes. */
export const TaskPod = z.object({
  metadata: ObjectMetadata,
  spec: z.object({ nodeName: z.string().default('') }).default({ nodeName: '' }),
  status: z
    .object({
      phase: z.string().default('Pending'),
      message: z.string().default(''),
      conditions: z
        .array(z.object({ type: z.string(), status: z.string(), message: z.string().default('') }))
        .default([]),
      containerStatuses: z.array(z.object({ state: State })).default([])
    })
    .default({ phase: 'Pending', message: '', conditions: [], containerStatuses: [] })
});
export type TaskPod = z.infer<typeof TaskPod>;

/** How a Job goes. */
export type JobState =
  | { readonly state: 'missing' }
  | {
      readonly state: 'working';
      readonly resourceVersion: string;
      /** It has no pod before it is begun. */
      readonly suspended: boolean;
      readonly uid: string;
      readonly started: boolean;
      readonly message: string;
      readonly since: Date;
    }
  | { readonly state: 'succeeded'; readonly uid: string; readonly answer: TaskAnswer | null }
  | {
      readonly state: 'failed';
      readonly uid: string;
      readonly answer: TaskAnswer | null;
      readonly message: string;
      /** Pods of it that have ever failed, also those that are gone. */
      readonly failures: number;
    };

/** Reads it and its pods. Throws RestoreRefused where somebody else's Job has the name. */
export async function readJob(api: KubernetesApi, restore: VolumeRestore, name: string): Promise<JobState> {
  const { namespace } = restore.metadata;
  const job = await orNull(api.request({ path: `${jobsPath(namespace)}/${name}`, schema: Job }));
  if (job === null) {
    return { state: 'missing' };
  }
  checkOurs(restore, 'Job', job);
  const { uid, creationTimestamp } = job.metadata;
  const pods = await podsOf(api, restore, name);
  const condition = (type: string) => job.status.conditions.find(one => one.type === type && one.status === 'True');
  const answer = pods.map(answerOf).find(said => said !== null) ?? null;
  if (condition('Complete') !== undefined) {
    return { state: 'succeeded', uid, answer };
  }
  const failed = condition('Failed');
  if (failed !== undefined) {
    return { state: 'failed', uid, answer, message: wordsOf(pods) || failed.message, failures: job.status.failed };
  }
  const started = job.status.failed > 0 || pods.some(({ status }) => status.phase !== 'Pending');
  return {
    state: 'working',
    uid,
    resourceVersion: job.metadata.resourceVersion,
    suspended: job.spec.suspend,
    started,
    message: wordsOf(pods),
    since: new Date(creationTimestamp)
  };
}

/** Its pods, also those whose Job is gone. */
export async function podsOf(api: KubernetesApi, restore: VolumeRestore, job: string): Promise<TaskPod[]> {
  const { items } = await api.list({
    path: paths.pods(restore.metadata.namespace),
    labelSelector: `${labels.restore}=${marksOf(restore).labels[labels.restore]},${JOB_LABEL}=${job}`,
    item: TaskPod
  });
  return items.filter(({ metadata }) => metadata.annotations[annotations.restore] === restore.metadata.uid);
}

/** Deletes a Job of this restore’s and its pods, and says whether all are gone. */
export async function isJobRemoved(api: KubernetesApi, restore: VolumeRestore, name: string): Promise<boolean> {
  const isGone = await isRemoved(api, restore, `${jobsPath(restore.metadata.namespace)}/${name}`);
  return isGone && (await leftPod(api, restore, name)) === null;
}

/** Pods stay where somebody deletes the Job without them: they are deleted. Gives the name of one that is there still. */
export async function leftPod(api: KubernetesApi, restore: VolumeRestore, job: string): Promise<string | null> {
  const left = await podsOf(api, restore, job);
  const pods = paths.pods(restore.metadata.namespace);
  await Promise.all(left.map(({ metadata }) => isRemoved(api, restore, `${pods}/${metadata.name}`)));
  return left[0]?.metadata.name ?? null;
}

const answerOf = ({ status }: TaskPod): TaskAnswer | null =>
  status.containerStatuses
    .map(({ state }) => readAnswer(state.terminated?.message ?? ''))
    .find(said => said !== null) ?? null;

/** What keeps a pod from starting, or how it ended; '' where nothing is told. */
function wordsOf(pods: readonly TaskPod[]): string {
  const told = pods.flatMap(({ status }) => [
    ...status.containerStatuses.flatMap(({ state }) => [
      state.waiting?.message || state.waiting?.reason || '',
      state.terminated?.message || state.terminated?.reason || ''
    ]),
    ...status.conditions.filter(({ status: is }) => is === 'False').map(({ message }) => message),
    status.message
  ]);
  return told.find(text => text !== '' && text !== 'Completed') ?? '';
}

/**
 * Makes it, suspended. Before that all pods of a Job of that name have to be gone: two must not write at once. It begins
 * once its uid is noted, so that one whose uid is not has never had a pod.
 */
export async function makeJob(
  { api, restore }: RestoreWork,
  name: string,
  pod: TaskPodOptions,
  what: string
): Promise<void> {
  const marks = marksOf(restore);
  const body = {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name, ...marks },
    spec: {
      suspend: true,
      backoffLimit: TRIES,
      podReplacementPolicy: 'Failed',
      podFailurePolicy: {
        rules: [
          // None is ignored, so that status.failed counts every pod that may have written, also one that a drain removes.
          { action: 'FailJob', onExitCodes: { containerName: CONTAINER, operator: 'In', values: [REFUSED] } }
        ]
      },
      template: { metadata: marks, spec: taskPodSpec(pod) }
    }
  };
  await make(api, jobsPath(restore.metadata.namespace), body).catch((error: unknown) => {
    throw refusal(error, what);
  });
}

/** Lets this life of it begin. */
export async function beginJob({ api, restore }: RestoreWork, name: string, uid: string): Promise<void> {
  const path = `${jobsPath(restore.metadata.namespace)}/${name}`;
  await api.request({ method: 'PATCH', path, body: { metadata: { uid }, spec: { suspend: false } }, schema: Job });
}

/** Tries a pod of the Job on the API server without making it: Jobs themselves are only warned of what pods may not be. */
export async function tryPod({ api, restore }: RestoreWork, pod: TaskPodOptions, what: string): Promise<void> {
  const marks = marksOf(restore);
  const metadata = { generateName: 'datamark-try-', ...marks };
  try {
    await api.request({
      method: 'POST',
      path: paths.pods(restore.metadata.namespace),
      query: { dryRun: 'All' },
      body: { apiVersion: 'v1', kind: 'Pod', metadata, spec: taskPodSpec(pod) },
      schema: z.unknown()
    });
  } catch (error) {
    throw refusal(error, what);
  }
}
