/** What a storage did not do, as an answer for a person: without files, accounts or addresses of the controller. Pure. */
import { problem, type Problem, type ProblemSlug } from '../../../../contract';
import { OntapError } from '../../ingest/ontap/ontapError';

/** `storage`: its name in the settings. */
export function storageProblem(error: unknown, storage: string): Problem {
  if (!(error instanceof OntapError)) {
    return problem('internal', {
      detail: `Something failed inside the controller while it asked ${storage}.`,
      next: 'Ask an admin to look into the log of datamark-controller.',
      object: storage
    });
  }
  const { slug, next } = answerTo(error);
  const detail =
    error.failure === 'settings' ? `The controller can’t use its credentials for ${storage}.` : error.message;
  return problem(slug, { detail, next, object: storage });
}

function answerTo({ failure, retryAfterMs }: OntapError): { slug: ProblemSlug; next: string } {
  switch (failure) {
    case 'unreachable':
    case 'timeout':
    case 'unavailable':
      return { slug: 'storage-unreachable', next: 'Try again in a minute; if it stays, ask an admin.' };
    case 'rate-limited':
      return { slug: 'storage-unreachable', next: `Try again in ${Math.ceil((retryAfterMs ?? 30_000) / 1000)} s.` };
    case 'busy':
      return { slug: 'operation-in-progress', next: 'Wait a moment, look again, then decide.' };
    case 'not-found':
      return { slug: 'mirror-not-found', next: 'Look at the list again.' };
    case 'tls':
      return {
        slug: 'storage-failed',
        next: 'Ask an admin to compare its certificate with the authority that the controller is given.'
      };
    case 'unauthenticated':
    case 'settings':
      return { slug: 'storage-failed', next: 'Ask an admin to look at the Secret that the controller mounts for it.' };
    case 'forbidden':
      return { slug: 'storage-failed', next: 'Ask an admin to give the controller’s account on ONTAP this right.' };
    case 'redirected':
    case 'unexpected-answer':
      return {
        slug: 'storage-failed',
        next: 'Ask an admin whether its address in the controller’s settings is right.'
      };
    case 'refused':
    case 'job-failed':
      return { slug: 'storage-failed', next: 'Look at the mirror again; if it stays, show an admin what ONTAP says.' };
  }
}
