/** A refusal of the cluster, or that there was no answer, in words a person understands. */
import { ProblemError } from '../../problemError';
import { KubernetesError } from './client/kubernetesApi';
import { missingRight, policyWords, quotaWords } from './refusalWords';

/** What was tried: `what` is a sentence without its reason, for example `The snapshot was not made.` */
export interface Attempt {
  readonly what: string;
  readonly object?: string | null;
}

interface Answer {
  readonly slug: ConstructorParameters<typeof ProblemError>[0];
  readonly why: string;
  readonly next: string;
}

/** The problem to answer with; anything but a refusal of the cluster stays what it is. */
export function clusterProblem(error: unknown, { what, object = null }: Attempt): ProblemError {
  if (error instanceof ProblemError) {
    return error;
  }
  const { slug, why, next } = error instanceof KubernetesError ? answerTo(error) : INTERNAL;
  return new ProblemError(slug, { detail: `${what} ${why}`, next, object }, { cause: error });
}

const INTERNAL: Answer = {
  slug: 'internal',
  why: 'Something failed inside Datamark.',
  next: 'Look into the log of the Jupyter server.'
};

function answerTo(error: KubernetesError): Answer {
  const { status, reason, message } = error;
  // Policies and quotas refuse with the statuses of ordinary refusals; only their words tell.
  const policy = policyWords(message);
  if (status >= 400 && policy !== null) {
    return { slug: 'policy-denied', why: policy, next: 'Ask an admin whether this rule is meant for you.' };
  }
  switch (status) {
    case 0:
      return unanswered(error);
    case 401:
      return {
        slug: 'token-refused',
        why: 'The cluster does not accept the token of this server: it has expired, or its account was deleted.',
        next: 'Stop this server and start it again: the new one gets a new token.'
      };
    case 403:
      return forbidden(message);
    case 404:
      return {
        slug: 'object-changed',
        why: `It is gone meanwhile. ${said(message)}`,
        next: 'Look at the list again.'
      };
    case 409:
      return reason === 'AlreadyExists'
        ? { slug: 'already-exists', why: 'The name is taken.', next: 'Choose another name.' }
        : {
            slug: 'object-changed',
            why: 'It was changed meanwhile.',
            next: 'Look at it again, then decide.'
          };
    case 410:
      // Of a list or watch, as after a restart of the API server; it is read anew at once.
      return {
        slug: 'storage-unreachable',
        why: 'What was known of it is too old, and is being read again.',
        next: 'Try again in a moment.'
      };
    case 429:
      return {
        slug: 'cluster-busy',
        why: 'The Kubernetes API is overloaded and asks to wait.',
        next: `Try again in ${waitWords(error.retryAfterMs)}.`
      };
    default:
      if (status === 422 && message.includes('metadata.uid')) {
        return { slug: 'object-changed', why: 'It was made anew meanwhile.', next: 'Look at it again, then decide.' };
      }
      return status >= 500
        ? {
            slug: 'storage-unreachable',
            why: `The Kubernetes API failed: ${message}`,
            next: 'Try again in a moment.'
          }
        : {
            slug: 'cluster-refused',
            why: said(message),
            next: 'Change what the cluster names, or ask an admin.'
          };
  }
}

function forbidden(message: string): Answer {
  const quota = quotaWords(message);
  if (quota !== null) {
    const next = 'Delete snapshots or clones you don’t need, or ask an admin for a larger quota.';
    return { slug: 'quota-exceeded', why: quota, next };
  }
  const right = missingRight(message);
  return right === null
    ? {
        slug: 'forbidden',
        why: said(message),
        next: 'Ask an admin, or open the check report to see what is missing.'
      }
    : {
        slug: 'forbidden',
        why: right.words,
        next: `An admin can grant it${right.role === null ? '' : `: the role ${right.role} has it`}; the check report lists what else is missing.`
      };
}

/** No answer came: what stands in the way, as far as that is known. */
function unanswered({ reason, message }: KubernetesError): Answer {
  const answer = (why: string, next: string): Answer => ({ slug: 'storage-unreachable', why, next });
  switch (reason) {
    case 'ConnectTimeout':
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return answer(
        'The Kubernetes API can’t be reached: nothing comes back.',
        'Often a network policy keeps notebook servers away from it; the check report tells an admin how to open the way.'
      );
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return answer(
        `The name of the Kubernetes API can’t be looked up: ${message}.`,
        'Often a network policy keeps notebook servers away from DNS; the check report tells an admin how to open the way.'
      );
    case 'ECONNREFUSED':
      return answer('The Kubernetes API refuses connections: it may be starting.', 'Try again in a moment.');
    case 'Timeout':
      return answer('The Kubernetes API did not answer in time.', 'Look whether it happened; if not, try again.');
    case 'NoNamespace':
      return answer(message, 'Ask an admin to set DATAMARK_NAMESPACE, or to mount the account of the pod.');
    case 'NoToken':
    case 'NoConfiguration':
    case 'InvalidConfiguration':
    case 'AuthenticationFailed':
      return { slug: 'token-refused', why: message, next: 'Open the check report: it tells what to mend.' };
    default:
      return answer(`The Kubernetes API does not answer: ${message}`, 'Try again in a moment.');
  }
}

const said = (message: string): string => `The cluster says: “${message}”`;

function waitWords(retryAfterMs: number | null): string {
  return retryAfterMs === null || retryAfterMs < 2000 ? 'a moment' : `${Math.ceil(retryAfterMs / 1000)} s`;
}
