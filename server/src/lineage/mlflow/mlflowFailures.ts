/** What an answer that is not 200 means. MLflow's own errors are JSON; its check of hosts and its basic auth answer in plain text. */
import { retryAfterMs } from '../../retryAfter';
import { ErrorAnswer } from './mlflowAnswers';
import { MlflowError, type MlflowFailure } from './mlflowError';

/** Text of MLflow's check of hosts (mlflow/server/security.py, 3.5 to 3.17). */
const HOST_REFUSED = 'Invalid Host header';

const BY_CODE: Readonly<Record<string, MlflowFailure>> = {
  RESOURCE_DOES_NOT_EXIST: 'not-found',
  NOT_FOUND: 'not-found',
  ENDPOINT_NOT_FOUND: 'no-such-call',
  UNAUTHENTICATED: 'unauthenticated',
  PERMISSION_DENIED: 'forbidden',
  REQUEST_LIMIT_EXCEEDED: 'rate-limited',
  TEMPORARILY_UNAVAILABLE: 'unavailable',
  INVALID_PARAMETER_VALUE: 'invalid',
  BAD_REQUEST: 'invalid'
};

const BY_STATUS: Readonly<Record<number, MlflowFailure>> = {
  400: 'invalid',
  401: 'unauthenticated',
  403: 'forbidden',
  404: 'no-such-call',
  429: 'rate-limited',
  502: 'unavailable',
  503: 'unavailable',
  504: 'unavailable'
};

/** Text of a server that was started without `--enable-workspaces` (3.10 to 3.17), with status 500. */
const NO_WORKSPACES = 'Workspace APIs are not available';

type Headers = Readonly<Record<string, string | string[] | undefined>>;

/** The error for an answer. `server` is scheme, host and port. */
export function failureOf(server: string, status: number, headers: Headers, body: string): MlflowError {
  if (status === 403 && body.startsWith(HOST_REFUSED)) {
    const { host } = new URL(server);
    return new MlflowError(
      'host-refused',
      `MLflow at ${server} takes no requests for this host name. Start it with --allowed-hosts "${host}", or set ` +
        `MLFLOW_SERVER_ALLOWED_HOSTS to that; the port counts.`
    );
  }
  const told = toldError(body);
  if (told?.message.startsWith(NO_WORKSPACES) === true) {
    return new MlflowError('settings', `MLflow at ${server} has no workspaces, but MLFLOW_WORKSPACE names one.`);
  }
  const failure = BY_CODE[told?.error_code ?? ''] ?? BY_STATUS[status] ?? 'unexpected-answer';
  const message = `${sentence(failure, server, status)}${detail(failure, told)}`;
  return new MlflowError(failure, message, retryAfterMs(headers['retry-after']));
}

function toldError(body: string): ErrorAnswer | null {
  try {
    return ErrorAnswer.safeParse(JSON.parse(body)).data ?? null;
  } catch {
    return null;
  }
}

function sentence(failure: MlflowFailure, server: string, status: number): string {
  switch (failure) {
    case 'unauthenticated':
      return `MLflow at ${server} does not know who asks: it takes other credentials, or these have expired.`;
    case 'forbidden':
      return `MLflow at ${server} does not allow this.`;
    case 'not-found':
      return `MLflow at ${server} does not have it.`;
    case 'no-such-call':
      return `MLflow at ${server} does not know this call: it is older than 3.0, or its address lacks a path.`;
    case 'rate-limited':
      return `MLflow at ${server} takes no more requests for now.`;
    case 'unavailable':
      return `MLflow at ${server} is not available for now.`;
    case 'invalid':
      return `MLflow at ${server} refuses what it was asked.`;
    default:
      return `MLflow at ${server} answers with status ${status}.`;
  }
}

/** Its own words, where they say more than the kind does. */
const detail = (failure: MlflowFailure, told: ErrorAnswer | null): string =>
  told !== null && told.message !== '' && failure !== 'unauthenticated' ? ` It says: ${told.message}` : '';
