/** Whatever an action threw, as a problem to answer with. */
import { KubernetesError } from '../../providers/kubernetes/client/kubernetesApi';
import { ProblemError } from '../../problemError';
import { OntapError } from '../../ingest/ontap/ontapError';
import { IngestRefusal } from './ingestRefusal';
import { storageProblem } from './storageProblem';

const MAY_HAPPEN = 'What was asked for may have happened all the same.';
const NOT_SENT = 'Nothing was changed.';

/** Whether a storage can have done what it was asked for, though it did not say so. */
export const mayHaveHappened = ({ failure }: OntapError): boolean =>
  ['timeout', 'unreachable', 'unavailable', 'unexpected-answer'].includes(failure);

/** `sent`: whether the storage was asked to change anything before it went wrong. */
export function problemOf(error: unknown, storage: string, sent: boolean): Error {
  if (error instanceof ProblemError) {
    return error;
  }
  if (error instanceof KubernetesError) {
    return new IngestRefusal('cluster', error.retryAfterMs, { cause: error });
  }
  if (error instanceof Error && error.name === 'TimeoutError') {
    return new ProblemError(
      'storage-unreachable',
      { detail: `${storage} took too long. ${sent ? MAY_HAPPEN : NOT_SENT}`, next: 'Look at the mirror again.' },
      { cause: error }
    );
  }
  const told = storageProblem(error, storage);
  if (!(error instanceof OntapError) || !mayHaveHappened(error)) {
    return ProblemError.of(told);
  }
  return ProblemError.of(
    sent
      ? { ...told, detail: `${told.detail} ${MAY_HAPPEN}`, next: 'Look at the mirror again before you ask again.' }
      : { ...told, detail: `${told.detail} ${NOT_SENT}` }
  );
}
