/** A VolumeRestore as the contract shows it. Pure: what only other objects or time tell comes in. */
import {
  problem,
  PROBLEMS,
  type Blocker,
  type ProblemSlug,
  type Restore,
  type RestoreChanges,
  type RestorePlan,
  type RestoreStep
} from '../../../../../contract';
import { annotations } from '../names';
import { instantOf, textOf } from '../objectMarks';
import { COUNT_CHANGES, type RestorePhase, type RestoreStatus, type VolumeRestore } from '../volumeRestore';

/** What the object itself does not tell. */
export interface RestoreSurroundings {
  /** What people call its volume. */
  readonly volumeName: string;
  /** The snapshot it goes back to, where that is still there. */
  readonly snapshot: { readonly label: string; readonly createdAt: string } | null;
  /** The restore it undoes, where that is still there. */
  readonly undone: Restore | null;
  /** What became of the snapshot by which it can be undone, as its uid; null: it is gone; undefined: nobody knows. */
  readonly keptSnapshot?: string | null | undefined;
  /** It had its time to be planned, and no controller has done that. */
  readonly unanswered: boolean;
  readonly now: Date;
}

const PHASES: Readonly<Record<RestorePhase, Restore['phase']>> = {
  '': 'planning',
  Planning: 'planning',
  Planned: 'planned',
  Preparing: 'preparing',
  WaitingForRelease: 'waiting',
  Securing: 'securing',
  Restoring: 'restoring',
  Verifying: 'verifying',
  Succeeded: 'succeeded',
  RolledBack: 'rolled-back',
  Failed: 'failed',
  Cancelled: 'cancelled'
};

const FINAL: ReadonlySet<RestorePhase> = new Set(['Succeeded', 'RolledBack', 'Failed', 'Cancelled']);
/** Before any of them data is as it was, and the restore can be given up. */
const CHANGING: ReadonlySet<RestorePhase> = new Set(['Restoring', 'Verifying']);

/** Where it stands as far as its user is concerned. */
export type Stand = 'planning' | 'planned' | 'waiting' | 'changing' | 'over';

/** `waiting`: approved and under way, and everything is as it was still. */
export function standOf({ spec, status: { phase } }: VolumeRestore): Stand {
  if (FINAL.has(phase)) {
    return 'over';
  }
  if (phase === '' || phase === 'Planning') {
    return 'planning';
  }
  return CHANGING.has(phase) ? 'changing' : phase === 'Planned' && !spec.approved ? 'planned' : 'waiting';
}

/** A wish that came too late changes nothing: it goes on. */
export const isBeingCancelled = (object: VolumeRestore): boolean =>
  object.spec.cancel && !['changing', 'over'].includes(standOf(object));

/** How long a plan without a controller may stand, ms: as long as that of a controller. */
const PLAN_VALID_MS = 10 * 60_000;

/** The restore. */
export function describeRestore(object: VolumeRestore, around: RestoreSurroundings): Restore {
  const { metadata, spec, status } = object;
  const createdAt = instantOf(metadata.creationTimestamp, '1970-01-01T00:00:00Z');
  const unanswered = around.unanswered && standOf(object) === 'planning';
  return {
    kind: 'restore',
    id: metadata.name,
    uid: metadata.uid,
    volume: spec.claimName,
    volumeName: around.volumeName,
    ...target(object, around, createdAt),
    undoOf: spec.undoOf ?? null,
    ...strategyOf(object),
    ...(spec.paths === undefined ? {} : { paths: spec.paths }),
    requestedBy: textOf(metadata, annotations.createdBy),
    createdAt,
    finishedAt: timeOf(status.finishedAt),
    phase: unanswered ? 'planned' : PHASES[status.phase],
    message: unanswered ? NO_CONTROLLER.message : messageOf(object),
    plan: unanswered ? unansweredPlan(createdAt) : planOf(object, around.volumeName),
    steps: stepsOf(status, called(spec.claimName, around.volumeName)),
    safetySnapshot: status.safetySnapshot?.name ?? null,
    kept: null,
    ...(status.target ? { target: status.target } : {}),
    undo: undoOf(object, around),
    problem: problemOf(object)
  };
}

/** What comes back. */
function target(
  { metadata, spec }: VolumeRestore,
  { snapshot, undone }: RestoreSurroundings,
  createdAt: string
): Pick<Restore, 'snapshot' | 'snapshotLabel' | 'snapshotCreatedAt'> {
  if (spec.snapshotName !== undefined) {
    return {
      snapshot: spec.snapshotName,
      snapshotLabel: snapshot?.label ?? textOf(metadata, annotations.snapshotLabel) ?? spec.snapshotName,
      snapshotCreatedAt:
        snapshot?.createdAt ?? instantOf(metadata.annotations[annotations.snapshotCreatedAt], createdAt)
    };
  }
  const marked = textOf(metadata, annotations.snapshotLabel);
  return {
    // A kept volume is no snapshot: the restore that kept it stands for it.
    snapshot: undone?.safetySnapshot ?? spec.undoOf ?? metadata.name,
    snapshotLabel: marked ?? `before ${spec.undoOf ?? 'the restore'}`,
    snapshotCreatedAt: instantOf(metadata.annotations[annotations.snapshotCreatedAt], undone?.createdAt ?? createdAt)
  };
}

function strategyOf({ spec, status }: VolumeRestore): Pick<Restore, 'strategy'> {
  const strategy = status.strategy ?? status.plan?.strategy ?? spec.strategy;
  return strategy === undefined ? {} : { strategy };
}

const MESSAGES: Readonly<Record<RestorePhase, string>> = {
  '': 'Waiting for the controller',
  Planning: 'Looking at what stands in the way',
  Planned: 'Waiting for your approval',
  Preparing: 'Making and checking the restored volume',
  WaitingForRelease: 'Waiting until no server uses the volume',
  Securing: 'Keeping the volume as it is now',
  Restoring: 'Putting the restored volume in place',
  Verifying: 'Checking the result',
  Succeeded: 'Done',
  RolledBack: 'Not restored. Everything is as before.',
  Failed: 'Failed',
  Cancelled: 'Cancelled'
};

function messageOf(object: VolumeRestore): string {
  const { status } = object;
  if (isBeingCancelled(object)) {
    return 'Being cancelled';
  }
  if (status.problem && standOf(object) !== 'over') {
    return `Going back to how it was. ${status.problem.detail}`;
  }
  return status.message === '' ? MESSAGES[status.phase] : status.message;
}

const NO_CONTROLLER = {
  message: 'The controller that plans and carries out restores does not answer.',
  fix: 'Ask an admin to look at the Deployment datamark-controller. Until then clone the snapshot instead.'
} as const;

/** What stands in place of a plan that no controller makes. */
function unansweredPlan(createdAt: string): RestorePlan {
  const blocker: Blocker = {
    kind: 'no-controller',
    object: 'datamark-controller',
    ...NO_CONTROLLER,
    by: null,
    since: createdAt
  };
  return {
    validUntil: new Date(Date.parse(createdAt) + PLAN_VALID_MS).toISOString(),
    changes: { known: false, reason: 'No plan was made.' },
    blockers: [blocker],
    warnings: [],
    stopsServer: false,
    lastDurationMs: null
  };
}

/** The words of a text with what people call the volume, where it names the claim; names that begin with it stay. */
function called(claimName: string, volumeName: string): (text: string) => string {
  const claim = new RegExp(`(?<![\\w.-])${claimName.replaceAll('.', '\\.')}(?![\\w-]|\\.\\w)`, 'g');
  return text => text.replace(claim, () => volumeName);
}

function planOf({ metadata, status, spec }: VolumeRestore, volumeName: string): RestorePlan | null {
  const plan = status.plan ?? null;
  if (plan === null) {
    return null;
  }
  const words = called(spec.claimName, volumeName);
  const options = plan.options.map(({ strategy, available, reason, fix, cost, risk }) => ({
    strategy,
    possible: available ? ({ available } as const) : { available, reason, fix },
    cost: words(cost),
    risk: words(risk)
  }));
  const counting = metadata.annotations[COUNT_CHANGES] !== undefined;
  const changes = changesOf(plan, counting && plan.countable);
  return {
    validUntil: instantOf(plan.validUntil, plan.madeAt),
    changes,
    ...(plan.countable && !changes.known && !spec.approved ? { countable: !counting } : {}),
    options: [
      ...options.filter(({ strategy }) => strategy === plan.strategy),
      ...options.filter(({ strategy }) => strategy !== plan.strategy)
    ],
    blockers: plan.blockers.map(({ by, since, ...blocker }) => ({
      ...blocker,
      by: by ?? null,
      since: timeOf(since)
    })),
    warnings: plan.warnings.map(words),
    stopsServer: plan.stopsServer,
    ...(plan.startsServer ? { startsServer: true } : {}),
    lastDurationMs: plan.lastDurationMs ?? null
  };
}

function changesOf(plan: NonNullable<RestoreStatus['plan']>, counting: boolean): RestoreChanges {
  if (plan.changes) {
    return { known: true, ...plan.changes };
  }
  const reason = counting && !plan.changesUnknown ? 'They are being counted.' : plan.changesUnknown;
  return { known: false, reason: reason || 'This storage can’t list changes.' };
}

/** Those that run, or else those that the plan foresees. */
function stepsOf({ steps, plan }: RestoreStatus, words: (text: string) => string): RestoreStep[] {
  if (steps.length === 0) {
    return (plan?.steps ?? []).map(text => ({ text: words(text), state: 'todo', startedAt: null, durationMs: null }));
  }
  return steps.map(({ text, state, ...times }) => {
    const startedAt = timeOf(times.startedAt);
    const finishedAt = timeOf(times.finishedAt);
    const durationMs =
      startedAt === null || finishedAt === null ? null : Math.max(0, Date.parse(finishedAt) - Date.parse(startedAt));
    return { text: words(text), state, startedAt, durationMs };
  });
}

function undoOf(object: VolumeRestore, { now, keptSnapshot }: RestoreSurroundings): Restore['undo'] {
  const { undo, phase, safetySnapshot } = object.status;
  const no = (reason: string): Restore['undo'] => ({ possible: false, reason });
  if (standOf(object) !== 'over') {
    return no('It is not done yet.');
  }
  if (!undo) {
    return no(phase === 'Succeeded' ? 'Nothing of before was kept.' : 'It changed nothing.');
  }
  if (undo.undoneBy) {
    return no(`It was undone by ${undo.undoneBy}.`);
  }
  if (!undo.possible) {
    return no(undo.reason || 'Nothing of before was kept.');
  }
  // One that was made again under its name holds something else.
  if (undo.snapshot && keptSnapshot !== undefined && (keptSnapshot ?? '') !== (safetySnapshot?.uid ?? keptSnapshot)) {
    return no(`Its safety snapshot ${undo.snapshot} was deleted.`);
  }
  const until = timeOf(undo.until);
  return until !== null && new Date(until) <= now
    ? no(`What was before was kept until ${until}.`)
    : { possible: true, until };
}

function problemOf(object: VolumeRestore): Restore['problem'] {
  const { metadata, status } = object;
  const told = status.problem ?? null;
  // Until the end it is what makes it go back, and told by the message.
  if (told === null || standOf(object) !== 'over') {
    return null;
  }
  const { type, detail, next } = told;
  return problem(isSlug(type) ? type : 'internal', { detail, next, object: metadata.name });
}

const isSlug = (type: string): type is ProblemSlug => Object.hasOwn(PROBLEMS, type);

/** A time as the contract writes it; null where there is none, or none that can be read. */
function timeOf(time: string | null | undefined): string | null {
  const at = new Date(time ?? '');
  return Number.isNaN(at.getTime()) ? null : at.toISOString();
}
