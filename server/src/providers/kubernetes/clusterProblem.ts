/** A refusal of the cluster, or that there was no answer, in words a person understands. */
import { ProblemError } from '../../problemError';
import { KubernetesError } from './client/kubernetesApi';

/** What was tried: `what` is a sentence without its reason, for example `The snapshot was not made.` */
export interface Attempt {
  readonly what: string;
  readonly object?: string | null;
}

/** The problem to answer with; anything but a refusal of the cluster stays what it is. */
export function clusterProblem(error: unknown, { what, object = null }: Attempt): ProblemError {
  if (error instanceof ProblemError) {
    return error;
  }
  const make = (slug: ConstructorParameters<typeof ProblemError>[0], why: string, next: string): ProblemError =>
    new ProblemError(slug, { detail: `${what} ${why}`, next, object }, { cause: error });
  if (!(error instanceof KubernetesError)) {
    return make('internal', 'Something failed inside Datamark.', 'Look into the log of the Jupyter server.');
  }
  const said = `The cluster says: “${error.message}”`;
  switch (error.status) {
    case 0:
    case 429:
    case 500:
    case 502:
    case 503:
    case 504:
      return make('storage-unreachable', unreachableWords(error), 'Try again in a moment.');
    case 401:
      return make('forbidden', 'The cluster does not accept the account’s token.', 'Restart the server.');
    case 403: {
      const quota = quotaWords(error.message);
      return quota === null
        ? make('forbidden', said, 'Ask an admin for the right, or open the check report to see which is missing.')
        : make(
            'quota-exceeded',
            quota,
            'Delete snapshots or clones you don’t need, or ask an admin for a larger quota.'
          );
    }
    case 404:
      return make('object-changed', `It is gone meanwhile. ${said}`, 'Look at the list again.');
    case 409:
      return error.reason === 'AlreadyExists'
        ? make('already-exists', 'The name is taken.', 'Choose another name.')
        : make('object-changed', 'It was changed meanwhile.', 'Look at it again, then decide.');
    default:
      return make('cluster-refused', said, 'Change what the cluster names, or ask an admin.');
  }
}

/** Why there is no answer. */
export function unreachableWords(error: KubernetesError): string {
  if (error.status === 429) {
    return 'The Kubernetes API is overloaded and asks to wait.';
  }
  return error.status === 0
    ? `The Kubernetes API does not answer: ${error.message}`
    : `The Kubernetes API failed: ${error.message}`;
}

/**
 * The quota that is used up, from the text of the quota admission
 * (`exceeded quota: q, requested: count/x=1, used: count/x=5, limited: count/x=5`); null: it is not about a quota.
 */
export function quotaWords(message: string): string | null {
  const [, quota, requested = '', used = '', limited = ''] =
    /exceeded quota: ([^,]+), requested: (.+), used: (.+), limited: (.+)$/.exec(message) ?? [];
  if (quota === undefined) {
    return /exceeded quota/.test(message) ? `A quota is used up: ${message}` : null;
  }
  const of = (list: string, resource: string): string =>
    list
      .split(',')
      .map(entry => entry.split('='))
      .find(([name]) => name === resource)?.[1] ?? '?';
  const [resource = ''] = (requested.split(',')[0] ?? '').split('=');
  return `Quota ${quota} is used up: ${of(used, resource)} of ${of(limited, resource)} ${resource}.`;
}
