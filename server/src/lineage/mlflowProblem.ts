/** What MLflow did not do, as an answer for a person. */
import type { ProblemSlug } from '../../../contract';
import { ProblemError } from '../problemError';
import { MlflowError, type MlflowFailure } from './mlflow/mlflowError';

const SLUGS: Partial<Record<MlflowFailure, ProblemSlug>> = {
  unreachable: 'mlflow-unreachable',
  timeout: 'mlflow-unreachable',
  unavailable: 'mlflow-unreachable',
  'rate-limited': 'mlflow-unreachable',
  'not-found': 'run-not-found'
};

const NEXT: Readonly<Record<MlflowFailure, string>> = {
  unreachable: 'Look whether MLflow runs, and whether its address is right.',
  timeout: 'Try again; look whether MLflow is busy.',
  unavailable: 'Try again in a minute.',
  'rate-limited': 'Try again in a minute.',
  'host-refused': 'Ask who runs MLflow to allow this host name.',
  unauthenticated: 'Set new credentials for MLflow and start the server again.',
  forbidden: 'Ask who runs MLflow for the right.',
  'not-found': 'Look in MLflow for what it is called there.',
  'no-such-call': 'Set the address of an MLflow of version 3, with its path.',
  invalid: 'Look at what MLflow says.',
  'unexpected-answer': 'Set the address of MLflow itself.',
  settings: 'Mend the settings for MLflow and start the server again.'
};

/** A problem of an MlflowError, or of a deadline over several calls; whatever else was thrown as it is. */
export function mlflowProblem(thrown: unknown): unknown {
  if (thrown instanceof Error && thrown.name === 'TimeoutError') {
    const detail = 'MLflow does not answer all that is asked of it in time.';
    return new ProblemError('mlflow-unreachable', { detail, next: NEXT.timeout }, { cause: thrown });
  }
  if (!(thrown instanceof MlflowError)) {
    return thrown;
  }
  const { failure, message } = thrown;
  return new ProblemError(
    SLUGS[failure] ?? 'mlflow-refused',
    { detail: message, next: NEXT[failure] },
    { cause: thrown }
  );
}
