/** Restores by copying files: for installs whose controller may not touch PersistentVolumes. */
import { annotations } from '../../providers/kubernetes/names';
import { paths } from '../../providers/kubernetes/resources';
import { claimsOf, ClusterPod } from '../clusterObjects';
import { areRemoved } from '../madeObjects';
import { runJob, waitForStart } from '../runJob';
import { ensureClone, sourceSnapshot } from '../snapshotClone';
import { RestoreRefused, type Next, type RestoreWork, type Strategy } from '../strategy';
import { copyParts, copyPod } from './copyParts';
import { isCopyRemoved } from './isCopyRemoved';
import { prepareCopy } from './prepareCopy';
import { assertClaimStays } from './presentClaim';
import { rollBackCopy } from './rollBackCopy';
import { assertSafety, safetyName, secureBySnapshot } from './safetySnapshot';

const LOOK_MS = 1_000;
/** The server is stopped meanwhile: a pod that has not started by then gives it back to its user. */
const START_PATIENCE_MS = 3 * 60_000;

export const copyStrategy: Strategy = {
  name: 'copy',
  prepare: prepareCopy,
  secure: secureBySnapshot,
  restore: work => copied(work, { kind: 'done' }),
  verify: async work => {
    const snapshot = safetyName(work.restore);
    // The Job's own end is the proof: it ends well only where nothing differs. Deleted, it copies and compares again.
    return copied(work, {
      kind: 'done',
      status: { undo: { possible: true, reason: '', until: null, snapshot } }
    });
  },
  rollBack: rollBackCopy,
  // `pending` tells of it; the message stays how the restore ended.
  settle: async work => ((await isCopyRemoved(work)) ? { kind: 'done' } : { kind: 'wait', ms: LOOK_MS })
};

/** Right before the first file can be written: the present is safe, and nobody adds to it. Throws RestoreRefused. */
async function assertNothingLost(work: RestoreWork): Promise<void> {
  const { api, restore } = work;
  const { claimName } = restore.spec;
  await assertSafety(work);
  const { items } = await api.list({ path: paths.pods(restore.metadata.namespace), item: ClusterPod });
  const user = items.find(
    pod => claimsOf(pod).includes(claimName) && pod.metadata.annotations[annotations.restore] !== restore.metadata.uid
  );
  if (user !== undefined) {
    throw new RestoreRefused(
      'in-use',
      `Pod ${user.metadata.name} has come to use ${claimName} since its safety snapshot. Nothing was written.`,
      'Stop that pod, then restore again.'
    );
  }
}

/** Runs the Job to its end. */
async function copied(work: RestoreWork, done: Next): Promise<Next> {
  const { restore } = work;
  const { claimName } = restore.spec;
  const { clone, checkPod, flushPod, job: name } = copyParts(restore);
  const look = await runJob(work, {
    name,
    pod: async () => {
      await assertClaimStays(work);
      if ((restore.status.job?.uid ?? '') === '') {
        await assertNothingLost(work);
      }
      // Ended as it is, the one would keep a clone that somebody deletes from going, and so from being made again; the other
      // a second controller whose look is late may have made once more.
      const pods = [flushPod, checkPod].map(pod => `${paths.pods(restore.metadata.namespace)}/${pod}`);
      const isFree = await areRemoved(work.api, restore, pods);
      const isThere = (await ensureClone(work, clone, await sourceSnapshot(work))) !== null;
      return isFree && isThere ? copyPod(work, clone) : null;
    },
    refused: `The files of ${claimName} can’t be copied.`,
    working: `Copying the files of ${claimName}.`
  });
  switch (look.kind) {
    case 'not yet':
      return look.next;
    case 'stuck':
      return waitForStart(look, START_PATIENCE_MS);
    case 'ended':
      if (look.job.state === 'succeeded') {
        return done;
      }
      if (look.job.answer?.result === 'refused') {
        const { problem, detail, next } = look.job.answer;
        throw new RestoreRefused(problem, detail, next);
      }
      throw new RestoreRefused(
        'storage-failed',
        `The files of ${claimName} could not be copied: ${look.job.message || 'the Job failed'}.`,
        'Ask an admin to look at the Job’s pods, then restore again.'
      );
  }
}
