/** Preparing to Verifying: the checks of the core around what the strategy does in each phase. */
import { paths } from '../../providers/kubernetes/resources';
import type { ControllerStrategy, RestorePhase, RestoreStatus } from '../../providers/kubernetes/volumeRestore';
import { PersistentVolumeClaim } from '../../providers/kubernetes/volumes/claimResource';
import type { CoreStep, CoreWork } from '../coreWork';
import { closedForMs } from '../gate';
import { assertNotHeld } from '../heldClaim';
import { orNull } from '../readOptional';
import { ending, entering, isAtLeast, nextPhase } from '../restoreProgress';
import { assertSameOwner } from '../sameOwner';
import { contradiction, unchangedClaim } from '../statusCheck';
import { RestoreRefused, type Next, type Strategy } from '../strategy';
import { isRollingBack, keepGate, lapsed } from './keepGate';
import { isWithdrawn } from './planPhases';
import { SETTLING } from './settling';
import { waitForRelease } from './waitForRelease';

/** A status that does not fit is looked at again after so long, ms. */
export const CONTRADICTION_LOOK_MS = 30_000;

export async function workOn(work: CoreWork): Promise<CoreStep> {
  const { restore, strategies } = work;
  const { status } = restore;
  const wrong = contradiction(restore);
  const strategy = strategies.get(status.strategy ?? 'swap');
  if (wrong !== null || strategy === undefined) {
    const why = wrong ?? `this controller can’t restore by ${status.strategy ?? 'nothing'}`;
    return {
      kind: 'wait',
      ms: CONTRADICTION_LOOK_MS,
      message: `Nothing is done: the status does not fit, ${why}. An admin has to look at it.`
    };
  }
  const mayBeWithdrawn = !isAtLeast(status.phase, 'Restoring');
  if (mayBeWithdrawn && isWithdrawn(work) && !isRollingBack(status)) {
    throw new RestoreRefused(
      'cancelled',
      'Cancelled before anything was replaced.',
      'Plan the restore again when you want it.'
    );
  }
  const gate = await keepGate(work);
  if (gate !== null) {
    return gate;
  }
  if (isRollingBack(status)) {
    return afterRollBack(work, await strategy.rollBack(work));
  }
  if (mayBeWithdrawn) {
    const whole = await unchangedClaim(work.api, restore);
    const { claim } = whole;
    assertSameOwner(restore, claim);
    if (strategy.name !== 'files') {
      assertNotHeld(claim, work.now);
    }
    if (status.phase === 'WaitingForRelease') {
      return waitForRelease(work, whole);
    }
  }
  return afterPhase(work, await phaseOf(strategy, status.phase)(work));
}

function phaseOf(strategy: Strategy, phase: RestorePhase): Strategy['prepare'] {
  switch (phase) {
    case 'Preparing':
      return work => strategy.prepare(work);
    case 'Securing':
      return work => strategy.secure(work);
    case 'Restoring':
      return work => strategy.restore(work);
    default:
      return work => strategy.verify(work);
  }
}

function afterPhase({ restore, clock }: CoreWork, next: Next): CoreStep {
  if (next.kind !== 'done') {
    return next;
  }
  const now = clock();
  if (restore.status.phase === 'Securing' && closedForMs(restore.status, now) === 0) {
    throw lapsed(restore);
  }
  const status: RestoreStatus = { ...restore.status, ...next.status };
  const following = nextPhase(status.phase, status.strategy);
  return {
    kind: 'write',
    status: {
      ...next.status,
      ...(following === null
        ? {
            ...ending(
              status,
              'Succeeded',
              next.status?.message ?? succeeded(restore.spec.claimName, status.strategy),
              now
            ),
            pending: next.status?.pending ?? [SETTLING]
          }
        : { ...entering(status, following, now), message: next.status?.message ?? '' })
    }
  };
}

async function afterRollBack(work: CoreWork, next: Next): Promise<CoreStep> {
  if (next.kind !== 'done') {
    return next;
  }
  const { restore, clock } = work;
  const status: RestoreStatus = { ...restore.status, ...next.status };
  const back = status.problem?.type === 'cancelled' ? 'Cancelled' : 'RolledBack';
  const phase = next.failed === true ? 'Failed' : back;
  const { claimName } = restore.spec;
  const what = (await isClaimOf(work, status))
    ? `${claimName} is as it was before.`
    : `Somebody deleted claim ${claimName} during the restore.`;
  const message = next.status?.message ?? `${what} ${status.problem?.detail ?? ''}`.trim();
  return {
    kind: 'write',
    status: { ...next.status, ...ending(status, phase, message, clock()), pending: next.status?.pending ?? [SETTLING] }
  };
}

/** Whether the claim is the recorded one, or was made again for this restore. */
async function isClaimOf({ api, restore }: CoreWork, { claim, newClaim }: RestoreStatus): Promise<boolean> {
  const path = `${paths.claims(restore.metadata.namespace)}/${restore.spec.claimName}`;
  const uid = (await orNull(api.request({ path, schema: PersistentVolumeClaim })))?.metadata.uid;
  return uid !== undefined && [claim?.uid, newClaim?.uid].includes(uid);
}

const succeeded = (claimName: string, strategy: ControllerStrategy | null | undefined): string =>
  strategy === 'files' ? `The files are in a new folder of ${claimName}.` : `${claimName} is restored.`;
