/** '' → Planning → Planned → approved: nothing is made or changed here but the marks that keep others off. */
import { COUNT_CHANGES, type RestoreStatus } from '../../providers/kubernetes/volumeRestore';
import type { CoreStep, CoreWork } from '../coreWork';
import { countChanges, removeCount } from '../countChanges';
import { startsServer } from '../hub/plannedStart';
import { foundAgain } from '../keptVolumes';
import { askToLook } from '../plan/leftProtection';
import { planRestore, unreadablePlan } from '../plan/planRestore';
import { readScene } from '../plan/planScene';
import { isSamePlan } from '../plan/samePlan';
import { madeAgain } from '../readySnapshot';
import { takeLock } from '../restoreLock';
import { ending, entering, stepsTodo, withCondition } from '../restoreProgress';
import { RestoreRefused } from '../strategy';
import { RELEASING } from './settling';
import { hasFinalizer, setFinalizer } from '../underWay';

/** The first looks. */
export async function plan(work: CoreWork): Promise<CoreStep> {
  const { restore, now } = work;
  if (restore.status.phase === '') {
    const found = await foundAgain(work);
    if (found !== null) {
      return found;
    }
    return { kind: 'write', status: { phase: 'Planning', message: `Looking at ${restore.spec.claimName}.` } };
  }
  if (isWithdrawn(work)) {
    return { kind: 'write', status: withdrawn(work) };
  }
  work.planLooks.take(restore.metadata.uid, work.look);
  const made = await planNow(work);
  const starts = 'requester' in made && (await startsServer(work, made));
  const planned = { ...made, plan: made.plan && { ...made.plan, startsServer: starts } };
  return {
    kind: 'write',
    status: {
      ...planned,
      phase: 'Planned',
      message: wordsFor(planned.plan),
      steps: stepsTodo(planned.plan?.steps ?? []),
      conditions: withCondition(restore.status.conditions, {
        type: 'Planned',
        status: 'True',
        reason: planned.plan?.blockers.length === 0 ? 'Free' : 'Blocked',
        message: wordsFor(planned.plan),
        now
      })
    }
  };
}

/** A plan that waits for its user. */
export async function awaitApproval(work: CoreWork): Promise<CoreStep> {
  const { restore, now } = work;
  const { spec, status } = restore;
  if (isWithdrawn(work)) {
    return { kind: 'write', status: withdrawn(work) };
  }
  const { plan: made = null } = status;
  if (made === null) {
    return { kind: 'write', status: { phase: 'Planning' } };
  }
  const leftMs = Date.parse(made.validUntil) - now.getTime();
  // Also where the time can't be read: somebody else wrote it.
  if (!(leftMs > 0)) {
    const detail = 'The plan has expired; nothing was changed.';
    const problem = { type: 'plan-expired', detail, next: 'Plan the restore again.' };
    return { kind: 'write', status: { ...ending(status, 'Cancelled', detail, now), problem, pending: [RELEASING] } };
  }
  if (spec.approved) {
    return begin(work);
  }
  const counting = COUNT_CHANGES in restore.metadata.annotations ? await countChanges(work) : null;
  if (counting?.kind === 'write') {
    return { kind: 'write', status: { ...counting.status, message: wordsFor(made) } };
  }
  if (counting?.kind === 'wait') {
    return { ...counting, ms: Math.min(counting.ms, leftMs) };
  }
  if (made.blockers.length === 0) {
    return { kind: 'wait', ms: leftMs };
  }
  const restMs = work.planLooks.take(restore.metadata.uid, work.look);
  if (restMs > 0) {
    return { kind: 'wait', ms: Math.min(leftMs, restMs) };
  }
  const fresh = await planNow(work);
  const { validUntil, changes, changesUnknown, startsServer: starts } = made;
  const countable = made.countable && fresh.plan?.countable === true;
  const plan = fresh.plan && { ...fresh.plan, validUntil, changes, changesUnknown, countable, startsServer: starts };
  const found = { ...fresh, plan, message: wordsFor(plan), steps: stepsTodo(plan?.steps ?? []) };
  return isSamePlan(status, found)
    ? { kind: 'wait', ms: Math.min(leftMs, work.planLooks.take(restore.metadata.uid, work.look)) }
    : { kind: 'write', status: found };
}

/** Approved: everything is looked at once more, then the claim is this restore's. */
async function begin(work: CoreWork): Promise<CoreStep> {
  const { api, restore, now } = work;
  const { status, spec } = restore;
  // First, as it is read again after that: from here on it does not go before its end.
  if (!hasFinalizer(restore)) {
    await setFinalizer(api, restore, true);
    return { kind: 'reread' };
  }
  const fresh = await planNow(work);
  const [first] = fresh.plan?.blockers ?? [];
  if (first !== undefined) {
    throw new RestoreRefused('restore-blocked', first.message, first.fix);
  }
  if (!('claim' in fresh) || fresh.claim?.uid !== status.claim?.uid || fresh.oldVolume?.uid !== status.oldVolume?.uid) {
    throw new RestoreRefused(
      'object-changed',
      `${spec.claimName} is another one than was planned for.`,
      'Plan the restore again.'
    );
  }
  if (fresh.snapshot?.uid !== status.snapshot?.uid) {
    throw madeAgain(spec.snapshotName ?? fresh.snapshot?.name ?? '');
  }
  if (fresh.strategy !== status.strategy || fresh.strategy !== status.plan?.strategy) {
    throw new RestoreRefused(
      'object-changed',
      'The way that was planned is not possible any more.',
      'Plan the restore again.'
    );
  }
  const counted = await removeCount(work);
  if (counted.kind !== 'done') {
    return counted;
  }
  const other = await takeLock(api, restore);
  if (other !== null) {
    throw new RestoreRefused(
      'operation-in-progress',
      `Restore ${other} of ${spec.claimName} has begun first.`,
      'Wait until that restore has ended, then plan again.'
    );
  }
  const { requester, claim, oldVolume, newVolume } = fresh;
  return {
    kind: 'write',
    status: {
      requester,
      claim,
      oldVolume,
      ...(newVolume === undefined ? {} : { newVolume }),
      ...work.strategies.get(fresh.strategy)?.naming?.(restore),
      ...entering(status, 'Preparing', now),
      startedAt: now.toISOString(),
      message: 'Begins.'
    }
  };
}

async function planNow({
  api,
  restore,
  now,
  rights,
  strategies,
  settings,
  lastDurationMs
}: CoreWork): Promise<ReturnType<typeof planRestore> | ReturnType<typeof unreadablePlan>> {
  const missingRights = await rights.of(restore.metadata.namespace);
  const given = {
    restore,
    now,
    missingRights,
    strategies: [...strategies.keys()],
    undoDays: settings.undoDays,
    lastDurationMs: lastDurationMs(restore)
  };
  if (missingRights.reading.length > 0) {
    return unreadablePlan(given);
  }
  const scene = await readScene({ api, ...given });
  await askToLook(api, scene);
  return planRestore(scene);
}

const wordsFor = (made: RestoreStatus['plan']): string => {
  const count = made?.blockers.length ?? 0;
  return count === 0
    ? 'Nothing blocks this restore.'
    : `${count === 1 ? '1 thing' : `${count} things`} must end first.`;
};

export const isWithdrawn = ({ restore }: CoreWork): boolean =>
  restore.spec.cancel || restore.metadata.deletionTimestamp !== undefined;

function withdrawn({ restore, now }: CoreWork): Partial<RestoreStatus> {
  const detail = 'Cancelled before anything was changed.';
  const problem = { type: 'cancelled', detail, next: 'Plan the restore again when you want it.' };
  return { ...ending(restore.status, 'Cancelled', detail, now), problem, pending: [RELEASING] };
}
