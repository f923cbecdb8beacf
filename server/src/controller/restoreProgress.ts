/** Steps and conditions of a VolumeRestore as its phases go by. Pure. */
import type { Condition, RestorePhase, RestoreStatus } from '../providers/kubernetes/volumeRestore';

/** The last ones: nothing leads out of them. */
const FINAL: readonly RestorePhase[] = ['Succeeded', 'RolledBack', 'Failed', 'Cancelled'];

export const isFinal = (phase: RestorePhase): boolean => FINAL.includes(phase);

/** Phases of work, in their order, with the condition that each brings about. */
const WORK: readonly { readonly phase: RestorePhase; readonly condition: string }[] = [
  { phase: 'Preparing', condition: 'Prepared' },
  { phase: 'WaitingForRelease', condition: 'Released' },
  { phase: 'Securing', condition: 'Secured' },
  { phase: 'Restoring', condition: 'Restored' },
  { phase: 'Verifying', condition: 'Verified' }
];

/** Whether a restore is at or past a phase of work; false for the final ones. */
export function isAtLeast(phase: RestorePhase, other: RestorePhase): boolean {
  const place = (one: RestorePhase): number => WORK.findIndex(({ phase: is }) => is === one);
  return place(phase) >= 0 && place(phase) >= place(other);
}

/** The phases that a strategy goes through. */
export const phasesOf = (strategy: RestoreStatus['strategy']): RestorePhase[] =>
  WORK.map(({ phase }) => phase).filter(
    phase => strategy !== 'files' || !['WaitingForRelease', 'Securing'].includes(phase)
  );

/** What comes after a phase of work; null after the last. */
export function nextPhase(phase: RestorePhase, strategy: RestoreStatus['strategy']): RestorePhase | null {
  const phases = phasesOf(strategy);
  return phases[phases.indexOf(phase) + 1] ?? null;
}

/** The conditions with one set; its time changes only with its status. */
export function withCondition(
  conditions: readonly Condition[],
  { now, ...set }: Pick<Condition, 'type' | 'status' | 'reason' | 'message'> & { readonly now: Date }
): Condition[] {
  const before = conditions.find(({ type }) => type === set.type);
  const lastTransitionTime =
    before !== undefined && before.status === set.status ? before.lastTransitionTime : now.toISOString();
  return [...conditions.filter(({ type }) => type !== set.type), { ...set, lastTransitionTime }];
}

/** All steps, before the first begins. */
export const stepsTodo = (texts: readonly string[]): RestoreStatus['steps'] =>
  texts.map(text => ({ text, state: 'todo' as const }));

/** The step of a phase begins: those before it are done. */
export function stepsAt(status: RestoreStatus, phase: RestorePhase, now: Date): RestoreStatus['steps'] {
  const at = phasesOf(status.strategy).indexOf(phase);
  return status.steps.map((step, index) => {
    if (index < at) {
      return step.state === 'done'
        ? step
        : { ...step, state: 'done', finishedAt: step.finishedAt ?? now.toISOString() };
    }
    return index === at && step.state !== 'current'
      ? { text: step.text, state: 'current', startedAt: now.toISOString() }
      : step;
  });
}

/** The end: what was under way is done, or failed. */
export const stepsEnded = (status: RestoreStatus, good: boolean, now: Date): RestoreStatus['steps'] =>
  status.steps.map(step =>
    step.state === 'current' ? { ...step, state: good ? 'done' : 'failed', finishedAt: now.toISOString() } : step
  );

/** Fields that a new phase of work has. */
export function entering(status: RestoreStatus, phase: RestorePhase, now: Date): Partial<RestoreStatus> {
  const { condition } = WORK.find(({ phase: ended }) => ended === status.phase) ?? {};
  return {
    phase,
    // What was said last is of the phase before.
    message: '',
    steps: stepsAt(status, phase, now),
    ...(condition === undefined
      ? {}
      : {
          conditions: withCondition(status.conditions, {
            type: condition,
            status: 'True',
            reason: 'Done',
            message: '',
            now
          })
        })
  };
}

/** Fields of the end. `problem` says whether and why it is no success. */
export function ending(
  status: RestoreStatus,
  phase: 'Succeeded' | 'RolledBack' | 'Failed' | 'Cancelled',
  message: string,
  now: Date
): Partial<RestoreStatus> {
  const good = phase === 'Succeeded';
  const { condition } = WORK.find(({ phase: at }) => at === status.phase) ?? {};
  const reason = good ? 'Done' : phase;
  const worked =
    condition === undefined
      ? status.conditions
      : withCondition(status.conditions, {
          type: condition,
          status: good ? 'True' : 'False',
          reason,
          message: '',
          now
        });
  return {
    phase,
    message,
    finishedAt: now.toISOString(),
    gateClosedUntil: null,
    steps: stepsEnded(status, good, now),
    conditions: withCondition(worked, { type: 'Succeeded', status: good ? 'True' : 'False', reason, message, now })
  };
}
