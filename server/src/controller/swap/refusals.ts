/** Refusals of the API server that no patience mends, as the end of a restore. */
import { problemSlug } from '../../../../contract';
import { KubernetesError } from '../../providers/kubernetes/client/kubernetesApi';
import { clusterProblem } from '../../providers/kubernetes/clusterProblem';
import { RestoreRefused } from '../strategy';

const DEFINITE: readonly number[] = [400, 403, 405, 413, 422];
/** Right after its start the API server does not know the parameters of its policies yet, and refuses all that they are for. */
const PASSING = /failed to configure (policy|binding)/;

/** Whether the same request would be refused again. */
export const isDefinite = (error: unknown): error is KubernetesError =>
  error instanceof KubernetesError && DEFINITE.includes(error.status) && !PASSING.test(error.message);

/** Whether a quota refused it. */
export const isQuota = (error: unknown): error is KubernetesError =>
  error instanceof KubernetesError && error.status === 403 && error.message.includes('exceeded quota');

/** Whether nothing can be made in the namespace any more, as it is being deleted: that is never taken back. */
export const isEndOfNamespace = (error: unknown): error is KubernetesError =>
  error instanceof KubernetesError && error.status === 403 && error.message.includes('it is being terminated');

/** What to throw for it. `what` is a sentence without its reason; whatever may pass by itself stays what it is. */
export function refusal(error: unknown, what: string): unknown {
  if (!isDefinite(error)) {
    return error;
  }
  const { type, detail, next } = clusterProblem(error, { what }).problem;
  return new RestoreRefused(problemSlug(type) ?? 'cluster-refused', detail, next);
}

/** The reason of a refusal in words, without what was tried. */
export const reasonWords = (error: KubernetesError): string =>
  clusterProblem(error, { what: '' }).problem.detail.trim();
