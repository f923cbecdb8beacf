/** Errors between threads: structured cloning would lose what makes a problem a problem. */
import { problemSlug } from '../../../../contract';
import { ProblemError } from '../../problemError';
import { errorCode } from './systemProblem';
import type { Failure } from './workerMessages';

/** Packs an error. */
export function toFailure(error: unknown): Failure {
  if (error instanceof ProblemError) {
    return { kind: 'problem', problem: error.problem };
  }
  return error instanceof Error
    ? { kind: 'error', message: error.message, code: errorCode(error), stack: error.stack ?? null }
    : { kind: 'error', message: String(error), code: null, stack: null };
}

/** Unpacks an error. */
export function fromFailure(failure: Failure): Error {
  if (failure.kind === 'problem') {
    const { type, detail, next, object, blockers, fields } = failure.problem;
    return new ProblemError(problemSlug(type) ?? 'internal', {
      detail,
      next,
      object,
      ...(blockers === undefined ? {} : { blockers }),
      ...(fields === undefined ? {} : { fields })
    });
  }
  const error = new Error(failure.message);
  if (failure.stack !== null) {
    error.stack = failure.stack;
  }
  return failure.code === null ? error : Object.assign(error, { code: failure.code });
}
