/**
 * After the end: the hub is asked to start the server that was stopped for the restore, where the plan has said so. How that
 * goes is told by a condition and changes nothing of the restore. A start is asked for only while the claim is there and
 * bound, as a hub makes an empty one where there is none, and once pods may mount it again.
 */
import type { Condition, RestoreStatus } from '../../providers/kubernetes/volumeRestore';
import { paths } from '../../providers/kubernetes/resources';
import { PersistentVolumeClaim } from '../../providers/kubernetes/volumes/claimResource';
import { ownerOf, type ClusterPod } from '../clusterObjects';
import type { CoreStep, CoreWork } from '../coreWork';
import { isProvenClosed } from '../gate';
import { startOnHub } from '../hub/hubServers';
import { hubOf } from '../hub/plannedStart';
import { hasEnded } from '../podEnd';
import { orNull } from '../readOptional';
import { keyOf } from '../followedRestore';
import { withCondition } from '../restoreProgress';
import { contradiction } from '../statusCheck';
import { usersOf } from './keepGate';

const SERVER_STARTED = 'ServerStarted';

/** A server is not started long after the restore, ms: it would come as a surprise. Nor is a pod waited for longer. */
const START_WITHIN_MS = 5 * 60_000;
/** Between two looks while the hub is at it, ms. */
const LOOK_MS = 500;

type Step = Extract<CoreStep, { kind: 'write' | 'wait' }>;
type Requester = NonNullable<RestoreStatus['requester']>;

/** What is to be done for it; null: nothing, or nothing more. */
export async function startServer(work: CoreWork): Promise<Step | null> {
  const { restore, now } = work;
  const { status } = restore;
  const requester = status.requester ?? null;
  const known = status.conditions.find(({ type }) => type === SERVER_STARTED);
  if (
    status.plan?.startsServer !== true ||
    requester === null ||
    !requester.stoppedAt ||
    (known !== undefined && known.status !== 'Unknown') ||
    contradiction(restore) !== null
  ) {
    return null;
  }
  const pod = (await usersOf(work)).find(
    one =>
      one.metadata.name === requester.podName &&
      ownerOf(one) === requester.owner &&
      !hasEnded(one, restore.spec.claimName)
  );
  if (pod?.status.phase === 'Running') {
    return told(work, 'True', 'Running', `Pod ${pod.metadata.name} runs again.`);
  }
  const since = Date.parse(known?.lastTransitionTime ?? status.finishedAt ?? '');
  if (!(now.getTime() - since < START_WITHIN_MS)) {
    return told(work, 'False', 'TooLate', whyTooLate(work, known, pod));
  }
  return pod === undefined && known === undefined ? ask(work, requester) : { kind: 'wait', ms: LOOK_MS };
}

function whyTooLate({ restore, serverStarts }: CoreWork, known: Condition | undefined, pod?: ClusterPod): string {
  if (pod !== undefined) {
    return `Pod ${pod.metadata.name} was made again, but it does not run yet.`;
  }
  return known === undefined
    ? `It could not be started in time. ${serverStarts.why(restore.metadata.uid)}`.trim()
    : 'The hub was asked to start it, but there is no pod of it.';
}

async function ask(work: CoreWork, { hubUser: user, hubServer: server }: Requester): Promise<Step> {
  const { api, restore, now, serverStarts, signal } = work;
  const { uid } = restore.metadata;
  const hub = hubOf(work.settings, restore);
  if (hub === null) {
    return told(work, 'False', 'NoHub', 'The controller is not told of the hub any more.');
  }
  if (!serverStarts.isUnderWay(uid)) {
    if (!(await isClaimWhole(work))) {
      return told(work, 'False', 'NoClaim', `Claim ${restore.spec.claimName} is not bound to its volume.`);
    }
    if (await isProvenClosed(api, restore)) {
      return { kind: 'wait', ms: LOOK_MS };
    }
  }
  const answer = serverStarts.ask(uid, now, () => startOnHub(hub, { user, server }, signal));
  switch (answer?.kind) {
    case 'accepted':
      return told(work, 'Unknown', 'Asked', 'The hub starts it.');
    case 'refused':
      return told(work, 'False', 'Refused', answer.why);
    default:
      return { kind: 'wait', ms: LOOK_MS };
  }
}

/** Whether a server would find the data in which this restore has ended: while `copy` writes they are neither old nor new. */
async function isClaimWhole({ api, restore }: CoreWork): Promise<boolean> {
  const { metadata, spec, status } = restore;
  const path = `${paths.claims(metadata.namespace)}/${spec.claimName}`;
  const claim = await orNull(api.request({ path, schema: PersistentVolumeClaim }));
  return (
    claim !== null &&
    claim.metadata.deletionTimestamp === undefined &&
    claim.status.phase === 'Bound' &&
    [status.oldVolume?.name, status.newVolume?.name].includes(claim.spec.volumeName) &&
    !(status.phase === 'Failed' && status.strategy === 'copy')
  );
}

function told(work: CoreWork, status: Condition['status'], reason: string, message: string): Step {
  const { restore, log, now, serverStarts } = work;
  log[status === 'False' ? 'warn' : 'info'](
    { restore: keyOf(restore), status, reason, message },
    'start of the server'
  );
  if (status !== 'Unknown') {
    serverStarts.forget(restore.metadata.uid);
  }
  return {
    kind: 'write',
    status: {
      conditions: withCondition(restore.status.conditions, { type: SERVER_STARTED, status, reason, message, now })
    }
  };
}
