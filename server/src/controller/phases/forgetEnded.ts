/**
 * A restore that is over is deleted after some weeks, and a plan that nobody approved after a day: nothing is left to do for
 * either. One whose replaced volume is kept has something left to do, until its undo is over.
 */
import { KubernetesError } from '../../providers/kubernetes/client/kubernetesApi';
import { DeleteAnswer, deleteOptions } from '../../providers/kubernetes/deleteOptions';
import { restorePath } from '../../providers/kubernetes/volumeRestore';
import type { CoreStep, CoreWork } from '../coreWork';
import { isAtRest, type FollowedRestore } from '../followedRestore';
import { orNull } from '../readOptional';
import { hasFinalizer, setFinalizer } from '../underWay';

const DAY_MS = 24 * 3_600_000;
const PLAN_KEPT_MS = DAY_MS;

type Ended = Pick<FollowedRestore, 'metadata' | 'spec' | 'status'>;

/** Whether its time is over. Where its own times can’t be read, that of its making counts. */
export function isForgotten({ metadata, spec, status }: Ended, historyDays: number, now: Date): boolean {
  const made = Date.parse(metadata.creationTimestamp);
  const neverBegun = status.phase === 'Cancelled' || status.phase === 'Failed';
  if (neverBegun && !spec.approved && typeof status.startedAt !== 'string') {
    return now.getTime() - made >= PLAN_KEPT_MS;
  }
  const finished = Date.parse(status.finishedAt ?? '');
  const ended = Number.isNaN(finished) ? made : Math.max(made, finished);
  return now.getTime() - ended >= historyDays * DAY_MS;
}

/** For a restore that is over and has nothing left to do. */
export async function forgetEnded({ api, restore, now, settings, forgotten }: CoreWork): Promise<CoreStep> {
  const { name, namespace, uid, resourceVersion } = restore.metadata;
  if (hasFinalizer(restore)) {
    await setFinalizer(api, restore, false);
    return { kind: 'reread' };
  }
  if (isAtRest(restore) && isForgotten(restore, settings.historyDays, now)) {
    const body = deleteOptions({ uid, resourceVersion });
    const path = `${restorePath(namespace)}/${name}`;
    try {
      await orNull(api.request({ method: 'DELETE', path, body, schema: DeleteAnswer }));
      forgotten();
    } catch (error) {
      // Plans say that this right is missing; it is no reason to try again and again.
      if (!(error instanceof KubernetesError && error.status === 403)) {
        throw error;
      }
    }
  }
  return { kind: 'rest' };
}
