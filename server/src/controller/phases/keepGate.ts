/** Keeps the gate closed from the moment it was closed first to the end, and proves that it is. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Condition, RestoreStatus, VolumeRestore } from '../../providers/kubernetes/volumeRestore';
import { annotations } from '../../providers/kubernetes/names';
import { paths } from '../../providers/kubernetes/resources';
import { PersistentVolumeClaim } from '../../providers/kubernetes/volumes/claimResource';
import { claimsOf, ClusterPod } from '../clusterObjects';
import type { CoreStep, CoreWork } from '../coreWork';
import { closedForMs, closing, isFresh, isGateDue, isProvenClosed } from '../gate';
import { orNull } from '../readOptional';
import { withCondition } from '../restoreProgress';
import { RestoreRefused } from '../strategy';

/** A new policy acts some seconds after it was made. */
const PROOF_DEADLINE_MS = 30_000;
const PROOF_RETRY_MS = 200;
/** One that is there knows the status some milliseconds after it was written: it is tried so often in one look. */
const PROOF_TRIES = 8;
const PROOF_PAUSE_MS = 20;

/** What has to be done for the gate before anything else; null: nothing. */
export async function keepGate(work: CoreWork): Promise<CoreStep | null> {
  const { restore, now } = work;
  const { status } = restore;
  if (!isGateDue(status)) {
    return null;
  }
  if (closedForMs(status, now) > 0 || isRollingBack(status)) {
    if (!isFresh(status, now)) {
      return { kind: 'write', status: closing(status, now) };
    }
    return status.phase === 'Restoring' && !isRollingBack(status) && !isProven(status) ? closeAgain(work) : null;
  }
  switch (status.phase) {
    case 'Securing':
      throw lapsed(restore);
    case 'Restoring':
      return { kind: 'write', status: { ...closing(status, now), ...gateCondition(work, 'False', 'Lapsed') } };
    case 'Verifying':
      return { kind: 'write', status: closing(status, now) };
    default:
      // WaitingForRelease closes it by itself, when it is time.
      return null;
  }
}

/** Nobody kept the gate closed: what was made safe may not be the present any more. */
export const lapsed = ({ spec }: VolumeRestore): RestoreRefused =>
  new RestoreRefused(
    'interrupted',
    `The controller was away, so that ${spec.claimName} could be used again meanwhile.`,
    'Plan the restore again.'
  );

/** In Restoring: whoever came in while it was open keeps the volume as it is. A claim that is gone nobody can use. */
async function closeAgain(work: CoreWork): Promise<CoreStep> {
  const { api, restore } = work;
  const { spec, status, metadata } = restore;
  const step = await proveClosed(work);
  if (step.kind === 'write') {
    const path = `${paths.claims(metadata.namespace)}/${spec.claimName}`;
    const claim = await orNull(api.request({ path, schema: PersistentVolumeClaim }));
    const [user] = await usersOf(work);
    if (user !== undefined && claim?.metadata.uid === status.claim?.uid) {
      throw new RestoreRefused(
        'in-use',
        `Pod ${user.metadata.name} has come to use ${spec.claimName} while the controller was away.`,
        'Plan the restore again.'
      );
    }
  }
  return step;
}

/** Pods that mount the claim, but for those made for this restore. */
export async function usersOf({ api, restore }: CoreWork): Promise<ClusterPod[]> {
  const { items } = await api.list({ path: paths.pods(restore.metadata.namespace), item: ClusterPod });
  return items.filter(
    pod =>
      claimsOf(pod).includes(restore.spec.claimName) &&
      pod.metadata.annotations[annotations.restore] !== restore.metadata.uid
  );
}

/** A problem was recorded, and the end has not come. */
export const isRollingBack = ({ problem }: RestoreStatus): boolean => (problem ?? null) !== null;

const GATE = 'GateClosed';

/** When the API server was seen to refuse since it was closed; null: it was not. */
export function provenAt({ conditions }: RestoreStatus): Date | null {
  const gate = conditions.find(({ type, status }) => type === GATE && status === 'True');
  return gate === undefined ? null : new Date(gate.lastTransitionTime);
}

/** Whether it was. */
export const isProven = (status: RestoreStatus): boolean => provenAt(status) !== null;

/** Throws RestoreRefused where it does not close in time. */
export async function proveClosed(work: CoreWork): Promise<Extract<CoreStep, { kind: 'write' | 'wait' }>> {
  const { api, restore, now, signal } = work;
  for (let tries = 0; tries < PROOF_TRIES && !signal.aborted; tries++) {
    if (await isProvenClosed(api, restore)) {
      return { kind: 'write', status: gateCondition(work, 'True', 'Proven') };
    }
    await delay(PROOF_PAUSE_MS);
  }
  const gate = restore.status.conditions.find(({ type }) => type === GATE);
  const since = Date.parse(gate?.lastTransitionTime ?? now.toISOString());
  if (now.getTime() - since > PROOF_DEADLINE_MS) {
    throw new RestoreRefused(
      'not-supported',
      `The gate that keeps new servers away from ${restore.spec.claimName} does not close.`,
      'An admin can install it: kubectl apply -f deploy/policies/restore-gate.yaml'
    );
  }
  return { kind: 'wait', ms: PROOF_RETRY_MS, message: 'Closing the gate for new servers.' };
}

/** The condition that tells it. */
export const gateCondition = (
  { restore, now }: CoreWork,
  status: Condition['status'],
  reason: string
): { conditions: Condition[] } => ({
  conditions: withCondition(restore.status.conditions, { type: GATE, status, reason, message: '', now })
});
