/** Turns whatever a request or a model rejected with into a problem that can be shown. */
import { Problem, problem } from '../../contract';
import type { TranslationBundle } from '@jupyterlab/translation';

/** An error that already is an answer: it carries the problem to show. */
export class RefusedError extends Error {
  constructor(readonly problem: Problem) {
    super(problem.detail);
    this.name = 'RefusedError';
  }
}

const carried = (error: unknown): Problem | null => {
  if (typeof error !== 'object' || error === null || !('problem' in error)) {
    return null;
  }
  const parsed = Problem.safeParse(error.problem);
  return parsed.success ? parsed.data : null;
};

/** The problem an error carries; an error without one becomes `internal` with its own words. */
export function problemOf(error: unknown, trans: TranslationBundle): Problem {
  return (
    carried(error) ??
    problem('internal', {
      detail: error instanceof Error && error.message !== '' ? error.message : trans.__('The cause is not known.'),
      next: trans.__('Try again. If it stays, show the status and send it to your administrator.')
    })
  );
}
