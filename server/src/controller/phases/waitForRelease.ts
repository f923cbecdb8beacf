/**
 * WaitingForRelease: until nobody uses the claim. The gate closes when the server that asked has ended, is proven closed,
 * and only then that server's pod is deleted, by its uid: nothing can mount the claim between the look and the act.
 */
import { durationWords } from '../../durationWords';
import { KubernetesError } from '../../providers/kubernetes/client/kubernetesApi';
import { DeleteAnswer, deleteOptions } from '../../providers/kubernetes/deleteOptions';
import { paths } from '../../providers/kubernetes/resources';
import type { RestoreStatus } from '../../providers/kubernetes/volumeRestore';
import { ownerOf, type ClusterPod, type WholeClaim } from '../clusterObjects';
import type { CoreStep, CoreWork } from '../coreWork';
import { closedForMs, closing } from '../gate';
import { recordedClaim } from '../plan/planRestore';
import { hasEnded, isEnding } from '../podEnd';
import { entering } from '../restoreProgress';
import { RestoreRefused } from '../strategy';
import { gateCondition, isProven, provenAt, proveClosed, usersOf } from './keepGate';

/** An approved restore does not wait longer for its server to stop, ms: it would come as a surprise. */
const LONGEST_WAIT_MS = 30 * 60_000;
/** Upper bound between looks: pods are watched. */
const POD_LOOK_MS = 10_000;
/** How long a pod whose containers have ended is left to be called over, from when the gate was proven closed, ms. */
const ENDING_MS = 3_000;

/** `claim`: as it was read just now. */
export async function waitForRelease(work: CoreWork, claim: WholeClaim): Promise<CoreStep> {
  const { restore, now } = work;
  const { claimName } = restore.spec;
  const users = await usersOf(work);
  const asking = users.find(pod => isAsking(pod, work));
  const others = users.filter(pod => pod !== asking);
  refuseStrangers(others, work);
  const [other] = others.filter(pod => !isSameOwner(pod, work));
  const closed = closedForMs(restore.status, now) > 0;
  const busy = other ?? (closed ? undefined : users.find(pod => !hasEnded(pod, claimName)));
  const stopped = stoppedNow(asking, work);
  if (busy !== undefined) {
    return stopped === null ? waitFor(busy, work) : { kind: 'write', status: stopped };
  }
  if (!closed) {
    const gate = { ...closing(restore.status, now), ...gateCondition(work, 'False', 'Closing') };
    return { kind: 'write', status: { ...gate, ...stopped } };
  }
  const proof = isProven(restore.status) ? null : await proveClosed(work);
  if (proof !== null && proof.kind !== 'write') {
    return proof;
  }
  const proven = proof?.status ?? {};
  // Listed again: what came before the gate was closed is here now, Pending and unscheduled too.
  const last = await usersOf(work);
  const gone = last.find(pod => hasEnded(pod, claimName) && (isAsking(pod, work) || isSameOwner(pod, work)));
  const endingMs = gone === undefined ? 0 : endingLeftMs(gone, { ...restore.status, ...proven }, now);
  if (gone !== undefined && endingMs === 0) {
    await deletePod(work, gone);
  }
  // One that was called over goes at once.
  const [user] = gone === undefined || endingMs > 0 ? last : await usersOf(work);
  if (user === undefined) {
    return released(work, claim, proven);
  }
  if (gone === undefined) {
    return proof === null ? waitFor(user, work) : { kind: 'write', status: proven };
  }
  const message = `Server stopped. Waiting until pod ${gone.metadata.name} is gone.`;
  return proof === null
    ? { kind: 'wait', ms: endingMs || POD_LOOK_MS, message }
    : { kind: 'write', status: { ...proven, message } };
}

/**
 * How much of that is left; never more than all of it, whatever clocks say. A copy snapshots the volume next: what is
 * deleted at once goes only when the volume is unmounted.
 */
function endingLeftMs(pod: ClusterPod, status: RestoreStatus, now: Date): number {
  if (!isEnding(pod) || status.strategy !== 'swap') {
    return 0;
  }
  const since = provenAt(status)?.getTime() ?? Number.NaN;
  const left = since + ENDING_MS - now.getTime();
  return left > 0 && left <= ENDING_MS ? left : 0;
}

const isAsking = ({ metadata }: ClusterPod, { restore }: CoreWork): boolean =>
  metadata.uid === restore.status.requester?.podUid;

/** Written when the server that asked has ended, or is gone, while this waits for that; null: it is known, or runs. */
function stoppedNow(asking: ClusterPod | undefined, { restore, now }: CoreWork): Partial<RestoreStatus> | null {
  const requester = restore.status.requester ?? null;
  const runs = asking !== undefined && !hasEnded(asking, restore.spec.claimName);
  return requester === null || requester.stoppedAt || runs
    ? null
    : { requester: { ...requester, stoppedAt: now.toISOString() } };
}

/** Started again by the same user of the hub meanwhile. */
const isSameOwner = (pod: ClusterPod, { restore }: CoreWork): boolean => {
  const owner = restore.status.requester?.owner ?? '';
  return owner !== '' && ownerOf(pod) === owner && pod.metadata.name === restore.status.requester?.podName;
};

/** Data that another owner works with is not replaced. */
function refuseStrangers(others: readonly ClusterPod[], { restore }: CoreWork): void {
  const owner = restore.status.requester?.owner ?? '';
  const stranger = others.find(pod => owner !== '' && ownerOf(pod) !== '' && ownerOf(pod) !== owner);
  if (stranger !== undefined) {
    throw new RestoreRefused(
      'in-use',
      `Pod ${stranger.metadata.name} of ${ownerOf(stranger)} uses ${restore.spec.claimName} too.`,
      'A volume that others use is not restored: clone the snapshot.'
    );
  }
}

function waitFor(pod: ClusterPod, { restore, now }: CoreWork): CoreStep {
  const { claimName } = restore.spec;
  const startedAt =
    restore.status.steps.find(({ state }) => state === 'current')?.startedAt ?? restore.status.startedAt;
  const waitedMs = now.getTime() - Date.parse(startedAt ?? now.toISOString());
  if (waitedMs > LONGEST_WAIT_MS) {
    throw new RestoreRefused(
      'in-use',
      `Pod ${pod.metadata.name} has used ${claimName} for ${durationWords(LONGEST_WAIT_MS)} since the restore was approved.`,
      'Plan the restore again when the server can be stopped.'
    );
  }
  return {
    kind: 'wait',
    ms: Math.min(POD_LOOK_MS, LONGEST_WAIT_MS - waitedMs + 1),
    message: `Waiting until pod ${pod.metadata.name} no longer uses ${claimName}.`
  };
}

async function deletePod({ api, restore }: CoreWork, { metadata }: ClusterPod): Promise<void> {
  try {
    await api.request({
      method: 'DELETE',
      path: `${paths.pods(restore.metadata.namespace)}/${metadata.name}`,
      body: deleteOptions({ uid: metadata.uid }),
      schema: DeleteAnswer
    });
  } catch (error) {
    // Gone already, or another one of that name: the next look tells.
    if (!(error instanceof KubernetesError && (error.status === 404 || error.status === 409))) {
      throw error;
    }
  }
}

/** The claim is recorded once more: what was changed on it since the plan comes back with it. */
function released({ restore, now }: CoreWork, claim: WholeClaim, proven: Partial<RestoreStatus>): CoreStep {
  return {
    kind: 'write',
    status: {
      claim: recordedClaim(claim),
      releasedAt: now.toISOString(),
      ...closing(restore.status, now),
      ...entering({ ...restore.status, ...proven }, 'Securing', now),
      message: `Nothing uses ${restore.spec.claimName}.`
    }
  };
}
