/** The one error class that carries an answer for a person. Anything else that is thrown is a bug and becomes `internal`. */
import { problem, problemSlug, type Blocker, type Problem, type ProblemSlug } from '../../contract';

/** Thrown by providers and features; the HTTP layer sends its `problem` as it is. */
export class ProblemError extends Error {
  readonly problem: Problem;

  constructor(
    slug: ProblemSlug,
    parts: { detail: string; next: string; object?: string | null; blockers?: Blocker[]; fields?: Problem['fields'] },
    options?: { cause?: unknown }
  ) {
    super(parts.detail, options);
    this.name = 'ProblemError';
    this.problem = problem(slug, parts);
  }

  /** The error that carries a problem told before. */
  static of({ type, detail, next, object, blockers, fields }: Problem): ProblemError {
    return new ProblemError(problemSlug(type) ?? 'internal', { detail, next, object, blockers, fields });
  }
}
