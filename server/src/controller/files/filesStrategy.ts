/**
 * Brings chosen files back beside the present ones, while the server runs: a Job on its node reads a clone of the
 * snapshot and writes a new folder. Nothing that is there is touched.
 */
import { stampOf } from '../../providers/kubernetes/objectNames';
import { paths } from '../../providers/kubernetes/resources';
import type { VolumeRestore } from '../../providers/kubernetes/volumeRestore';
import { isRemoved, temporaryName } from '../madeObjects';
import { restoreMark } from '../restoreMark';
import { runJob, waitForStart } from '../runJob';
import { ensureClone, sourceSnapshot } from '../snapshotClone';
import { RestoreRefused, type Next, type RestoreWork, type Strategy } from '../strategy';
import type { TaskAnswer } from '../task/taskOrder';
import { readPlace } from '../task/taskPlace';
import type { TaskPodOptions } from '../task/taskPod';
import { isJobRemoved, tryPod } from '../taskJob';

const LOOK_MS = 1_000;
/** Until a pod has started; nothing waits for it but the user. */
const START_PATIENCE_MS = 10 * 60_000;

export const filesStrategy: Strategy = {
  name: 'files',
  prepare,
  // Nobody is stopped and nothing replaced: there is nothing to make safe.
  secure: () => Promise.resolve({ kind: 'done' }),
  restore: copyFiles,
  // The folder got its name only when all files were in it.
  verify: ({ restore }) =>
    Promise.resolve({
      kind: 'done',
      status: {
        // What the copy has said, with the names of what is missing.
        message: restore.status.message,
        undo: {
          possible: false,
          reason: `Nothing was replaced. Delete ${restore.status.target ?? 'the folder'} to undo.`
        }
      }
    }),
  rollBack: remove,
  settle: remove
};

const jobName = (restore: VolumeRestore): string => `datamark-copy-${restoreMark(restore)}`;
const cloneName = (restore: VolumeRestore): string => temporaryName(restore, 'restore');

async function prepare(work: RestoreWork): Promise<Next> {
  const { restore } = work;
  const { target = null, temporaryClaim = null, claim } = restore.status;
  if (target === null || temporaryClaim === null) {
    const folder = `restored-${stampOf(new Date(restore.metadata.creationTimestamp))}`;
    const pod = await filesPod(work, folder);
    if (claim?.accessModes.includes('ReadWriteOncePod') && pod.place.node !== null) {
      throw new RestoreRefused(
        'in-use',
        `Only one pod at a time can mount ${restore.spec.claimName} (ReadWriteOncePod), and your server does.`,
        'Clone the snapshot and open the clone, or restore the whole volume.'
      );
    }
    await tryPod(work, pod, `The files can’t be copied into ${restore.spec.claimName}.`);
    return { kind: 'write', status: { target: folder, temporaryClaim: { name: cloneName(restore), uid: '' } } };
  }
  const snapshot = await sourceSnapshot(work);
  const clone = await ensureClone(work, cloneName(restore), snapshot);
  if (clone === null) {
    return { kind: 'wait', ms: 500, message: `Making snapshot ${snapshot} readable.` };
  }
  return temporaryClaim.uid === clone.metadata.uid
    ? { kind: 'done' }
    : { kind: 'write', status: { temporaryClaim: { name: clone.metadata.name, uid: clone.metadata.uid } } };
}

async function filesPod({ api, restore, settings }: RestoreWork, folder: string): Promise<TaskPodOptions> {
  const { claimName, paths: chosen = [] } = restore.spec;
  return {
    order: { task: 'files', paths: chosen, folder, unfinished: unfinishedName(restore, folder) },
    settings,
    source: cloneName(restore),
    target: { claimName, readOnly: false },
    place: await readPlace(api, restore),
    // As the user, who then gets nothing that the snapshot would not let them read.
    asUser: true
  };
}

async function copyFiles(work: RestoreWork): Promise<Next> {
  const { restore } = work;
  const { target } = restore.status;
  const folder = target ?? '';
  const look = await runJob(work, {
    name: jobName(restore),
    pod: async () =>
      (await ensureClone(work, cloneName(restore), await sourceSnapshot(work))) === null
        ? null
        : filesPod(work, folder),
    refused: `The files can’t be copied into ${restore.spec.claimName}.`,
    working: `Copying files to ${folder}.`
  });
  switch (look.kind) {
    case 'not yet':
      return look.next;
    case 'stuck':
      await ensureClone(work, cloneName(restore), await sourceSnapshot(work));
      return waitForStart(look, START_PATIENCE_MS);
    case 'ended':
      return ended(look.job, folder, unfinishedName(restore, folder));
  }
}

/** Of the hidden folder in which a copy begins: nobody else's has this name. */
const unfinishedName = (restore: VolumeRestore, folder: string): string => `.${folder}-${restoreMark(restore)}`;

function ended(
  job: { state: string; answer: TaskAnswer | null; message?: string },
  folder: string,
  unfinished: string
): Next {
  const { answer } = job;
  if (answer?.result === 'refused') {
    throw new RestoreRefused(answer.problem, answer.detail, answer.next);
  }
  if (job.state === 'failed') {
    const detail =
      `The files could not be copied: ${job.message || 'the Job failed'}. ` +
      `What it had copied until then may be left in the folder ${unfinished}, or in ${folder}: look, and delete it when you don’t need it.`;
    throw new RestoreRefused(
      'storage-failed',
      detail,
      'Try again; if it fails again, ask an admin to look at the storage.'
    );
  }
  return { kind: 'done', status: { message: wordsOf(answer, folder) } };
}

/** What was brought back, and by name what the snapshot does not have. */
function wordsOf(answer: TaskAnswer | null, folder: string): string {
  if (answer?.result !== 'files-copied' || answer.missingCount === 0) {
    return `The files are in ${folder}.`;
  }
  const { missing, missingCount } = answer;
  const named = missing.slice(0, 5).join(', ');
  const more = missingCount > 5 ? ` and ${missingCount - 5} more` : '';
  return `The files are in ${folder}. Not in the snapshot: ${named}${more}.`;
}

/** The Job, then the clone that it reads. A folder that is there stays, and so does the message of how the restore ended. */
async function remove({ api, restore }: RestoreWork): Promise<Next> {
  const { namespace } = restore.metadata;
  const clone = `${paths.claims(namespace)}/${cloneName(restore)}`;
  const isGone = (await isJobRemoved(api, restore, jobName(restore))) && (await isRemoved(api, restore, clone));
  return isGone ? { kind: 'done' } : { kind: 'wait', ms: LOOK_MS };
}
