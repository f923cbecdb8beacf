/** Whether a planned restore may begin, whoever carries it out. */
import type { Restore } from '../../../../../contract';
import { ProblemError } from '../../../problemError';

/** Throws where it is not the plan that was looked at. */
export function assertSamePlan({ id, uid }: Restore, seen: string): void {
  if (uid !== seen) {
    throw new ProblemError('object-changed', {
      detail: 'This is not the plan you looked at.',
      next: 'Look at the plan again, then decide.',
      object: id
    });
  }
}

interface Approval {
  /** It was cancelled, or has ended. */
  readonly isOver: boolean;
  /** What can't be done yet, as the beginning of a sentence. */
  readonly blocked: string;
}

/** Throws where the plan can't be approved: not there yet, too old, or something in the way. */
export function assertApprovable({ id, plan, phase }: Restore, { isOver, blocked }: Approval): void {
  if (phase === 'planning') {
    throw new ProblemError('not-ready', {
      detail: 'The plan is still being made.',
      next: 'Wait until it is there.',
      object: id
    });
  }
  if (plan === null || isOver || (phase === 'planned' && new Date(plan.validUntil) < new Date())) {
    throw new ProblemError('plan-expired', {
      detail: 'This plan is not good any more: it is too old, or it was cancelled.',
      next: 'Make the plan again and look at it.',
      object: id
    });
  }
  const [first] = plan.blockers;
  if (first !== undefined) {
    throw new ProblemError('restore-blocked', {
      detail: `${blocked} yet: ${first.message}`,
      next: first.fix,
      object: id,
      blockers: plan.blockers
    });
  }
}
