/**
 * Back to how it was. Where no file can have been written, what was made is removed; else the safety snapshot is copied
 * back, until that has worked: before it has, nobody may mount the volume.
 */
import { KubernetesError } from '../../providers/kubernetes/client/kubernetesApi';
import { DeleteAnswer, deleteOptions } from '../../providers/kubernetes/deleteOptions';
import { paths, VolumeSnapshot } from '../../providers/kubernetes/resources';
import type { RestoreStatus } from '../../providers/kubernetes/volumeRestore';
import { areRemoved, isRemoved, jobsPath } from '../madeObjects';
import { orNull } from '../readOptional';
import { isMadeAgain, runJob } from '../runJob';
import { ensureClone } from '../snapshotClone';
import { RestoreRefused, type Next, type RestoreWork } from '../strategy';
import { isJobRemoved, podsOf, readJob, type JobState } from '../taskJob';
import { copyParts, copyPod } from './copyParts';
import { isCopyRemoved } from './isCopyRemoved';
import { isClaimThere } from './presentClaim';
import { assertSafety, safetyName } from './safetySnapshot';

const LOOK_MS = 1_000;
/** A copy back that has failed is tried again after so long. */
const AGAIN_MS = 30_000;

export async function rollBackCopy(work: RestoreWork): Promise<Next> {
  const { restore } = work;
  const { job: name, backJob } = copyParts(restore);
  const { job = null, undo = null } = restore.status;
  if (job === null) {
    // Kept where files may have been written, as the undo then says.
    const safety = `${paths.snapshots(restore.metadata.namespace)}/${safetyName(restore)}`;
    const unneeded = undo === null ? [safety] : [];
    return (await isCopyRemoved(work, unneeded)) ? { kind: 'done' } : waiting;
  }
  if (job.name !== name) {
    return stopped(work, name, () => copyBack(work));
  }
  // Decided while there is something to see, and written before that is removed.
  switch (await whatWasWritten(work, name)) {
    case 'nothing':
      return { kind: 'write', status: { job: null } };
    case 'nothing seen':
      return { kind: 'write', status: keeping(safetyName(restore)) };
    case 'perhaps something':
      return { kind: 'write', status: { job: { name: backJob, uid: '' }, message: 'Putting the files back.' } };
  }
}

const waiting: Next = { kind: 'wait', ms: LOOK_MS, message: 'Removing what was made for the restore.' };

/** In doubt a pod of the Job has written. One that waits for its first pod is withdrawn before it can get one. */
async function whatWasWritten(
  work: RestoreWork,
  name: string
): Promise<'nothing' | 'nothing seen' | 'perhaps something'> {
  const { api, restore } = work;
  const noted = restore.status.job?.uid ?? '';
  const job = await readJob(api, restore, name).catch((error: unknown): JobState => {
    if (error instanceof RestoreRefused) {
      // Somebody else has a Job of that name.
      return { state: 'missing' };
    }
    throw error;
  });
  const isAnother = job.state !== 'missing' && noted !== '' && job.uid !== noted;
  if (isAnother || isMadeAgain(restore.status)) {
    // What is to be seen is of another life than the one that was let begin first.
    return 'perhaps something';
  }
  switch (job.state) {
    case 'missing':
      // Where there was one that was let begin, nobody knows what it did.
      return noted === '' ? 'nothing' : 'perhaps something';
    case 'working':
      if (job.suspended && noted === '') {
        return 'nothing';
      }
      return !job.started && (await isWithdrawn(work, name, job)) ? 'nothing seen' : 'perhaps something';
    case 'succeeded':
      return 'perhaps something';
    case 'failed':
      // An answer tells of its own pod alone; one before it may have written.
      return job.answer?.result === 'refused' && !job.answer.written && job.failures <= 1
        ? 'nothing'
        : 'perhaps something';
  }
}

/** Deletes the Job in the state in which it was read, and its pods as long as they are on no node. */
async function isWithdrawn(
  { api, restore }: RestoreWork,
  name: string,
  { uid, resourceVersion }: { uid: string; resourceVersion: string }
): Promise<boolean> {
  const { namespace } = restore.metadata;
  const isDeleted = async (path: string, preconditions: { uid: string; resourceVersion: string }): Promise<boolean> => {
    try {
      const body = { ...deleteOptions(preconditions), propagationPolicy: 'Background' };
      await api.request({ method: 'DELETE', path, body, schema: DeleteAnswer });
      return true;
    } catch (error) {
      if (error instanceof KubernetesError && [404, 409].includes(error.status)) {
        return error.status === 404;
      }
      throw error;
    }
  };
  const isFree = async () => (await podsOf(api, restore, name)).every(({ spec }) => spec.nodeName === '');
  if (!(await isFree()) || !(await isDeleted(`${jobsPath(namespace)}/${name}`, { uid, resourceVersion }))) {
    return false;
  }
  const pods = await podsOf(api, restore, name);
  for (const { metadata, spec } of pods) {
    if (spec.nodeName !== '' || !(await isDeleted(`${paths.pods(namespace)}/${metadata.name}`, metadata))) {
      return false;
    }
  }
  return true;
}

/** The end of the copying: what is left is to remove, but for the safety snapshot. */
const keeping = (snapshot: string): Partial<RestoreStatus> => ({
  job: null,
  undo: { possible: false, reason: 'The restore was rolled back.', snapshot }
});

/** Goes on once the Job and its pods are gone: two must never write at once. */
async function stopped({ api, restore }: RestoreWork, name: string, goOn: () => Promise<Next>): Promise<Next> {
  return (await isJobRemoved(api, restore, name)) ? goOn() : waiting;
}

async function copyBack(work: RestoreWork): Promise<Next> {
  const { api, restore } = work;
  const { clone, checkPod, backClone, backJob } = copyParts(restore);
  const { namespace } = restore.metadata;
  const safety = safetyName(restore);
  if (!(await isClaimThere(work))) {
    return nowhere(work, safety);
  }
  // It makes room for the other one: a quota that had room for one clone may have none for two.
  if (
    !(await areRemoved(api, restore, [`${paths.pods(namespace)}/${checkPod}`, `${paths.claims(namespace)}/${clone}`]))
  ) {
    return waiting;
  }
  try {
    await assertSafety(work);
    if ((await ensureClone(work, backClone, safety)) === null) {
      return { kind: 'wait', ms: 500, message: `Making snapshot ${safety} readable, to put the files back.` };
    }
    const look = await runJob(work, {
      name: backJob,
      pod: () => Promise.resolve(copyPod(work, backClone)),
      refused: 'The files can’t be put back.',
      working: `Putting the files back from snapshot ${safety}.`
    });
    if (look.kind === 'not yet') {
      return look.next;
    }
    if (look.kind === 'stuck') {
      return { kind: 'wait', ms: LOOK_MS, message: `Putting the files back waits for its pod: ${look.message}` };
    }
    if (look.job.state === 'succeeded') {
      // Written before anything is removed: else it would be copied again.
      return { kind: 'write', status: keeping(safety) };
    }
    // A new one is made when this one is gone.
    await isRemoved(api, restore, `${jobsPath(namespace)}/${backJob}`);
    const why = look.job.answer?.result === 'refused' ? look.job.answer.detail : look.job.message;
    return stillBroken(restore.spec.claimName, `${why} Snapshot ${safety} holds them all.`);
  } catch (error) {
    if (error instanceof RestoreRefused) {
      return stillBroken(restore.spec.claimName, error.detail);
    }
    throw error;
  }
}

/** Of another life of the claim, with other data, nothing is written over. */
async function nowhere({ api, restore }: RestoreWork, safety: string): Promise<Next> {
  const { claimName } = restore.spec;
  const path = `${paths.snapshots(restore.metadata.namespace)}/${safety}`;
  const found = await orNull(api.request({ path, schema: VolumeSnapshot }));
  const isKept = found !== null && found.metadata.deletionTimestamp === undefined;
  const kept = isKept ? ` Snapshot ${safety} holds all files of it as they were before.` : '';
  const message = `Somebody deleted claim ${claimName} while its files were being restored.${kept}`;
  return { kind: 'done', failed: true, status: { ...keeping(safety), message } };
}

/** Nothing to give up: the volume is neither old nor new. */
const stillBroken = (claimName: string, why: string): Next => ({
  kind: 'wait',
  ms: AGAIN_MS,
  message: `${claimName} is only partly restored and is kept closed. Putting the files back is tried again: ${why}`
});
