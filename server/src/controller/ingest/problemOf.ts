/** Whatever an action threw, as a problem to answer with. */
import { KubernetesError } from '../../providers/kubernetes/client/kubernetesApi';
import { ProblemError } from '../../problemError';
import { OntapError } from '../../ingest/ontap/ontapError';
import { IngestRefusal } from './ingestRefusal';
import { storageProblem } from './storageProblem';

const MAY_HAPPEN = 'What was asked for may have happened all the same.';

export function problemOf(error: unknown, storage: string): Error {
  if (error instanceof ProblemError) {
    return error;
  }
  if (error instanceof KubernetesError) {
    return new IngestRefusal('cluster', error.retryAfterMs, { cause: error });
  }
  if (error instanceof Error && error.name === 'TimeoutError') {
    return new ProblemError(
      'storage-unreachable',
      { detail: `${storage} took too long. ${MAY_HAPPEN}`, next: 'Look at the mirror again.' },
      { cause: error }
    );
  }
  const told = storageProblem(error, storage);
  const isOpen = error instanceof OntapError && ['timeout', 'unreachable'].includes(error.failure);
  return ProblemError.of(
    isOpen
      ? { ...told, detail: `${told.detail} ${MAY_HAPPEN}`, next: 'Look at the mirror again before you ask again.' }
      : told
  );
}
