/** What `datamark-controller` did not do, as an answer for a person. Pure. */
import { Problem, problemSlug } from '../../../contract';
import { ProblemError } from '../problemError';

const TRY_AGAIN = 'Try again in a minute.';
const ASK = 'Ask an admin to look at datamark-controller.';
/** Codes of Node and OpenSSL for a certificate that is not accepted, or no TLS at all. */
const TLS = /^(?:CERT_|ERR_TLS_|ERR_SSL_|EPROTO|SELF_SIGNED|DEPTH_ZERO|UNABLE_TO_(?:GET|VERIFY)|HOSTNAME_MISMATCH)/;

/** Before these nothing of the request has gone out. */
const NOT_SENT = /^(?:ECONNREFUSED|ENOTFOUND|EAI_|EHOSTUNREACH|ENETUNREACH|UND_ERR_CONNECT_TIMEOUT)/;

/** What was asked for may have happened all the same: nothing that can be understood came back. */
export class LostAnswer extends ProblemError {}

/** No connection, or one that broke: the system’s code, or that of TLS. */
export function noAnswer(server: string, code: string, cause: unknown): ProblemError {
  const isTls = TLS.test(code);
  const NoAnswer = isTls || NOT_SENT.test(code) ? ProblemError : LostAnswer;
  return new NoAnswer(
    'controller-unreachable',
    isTls
      ? {
          detail: `The controller at ${server} does not prove that it is the right one (${code}), so nothing was sent.`,
          next: 'Ask an admin whether its certificate is of the authority that this server is told to trust.'
        }
      : { detail: `The controller at ${server} can’t be reached (${code || 'no connection'}).`, next: TRY_AGAIN },
    { cause }
  );
}

export const tooLate = (server: string, ms: number, cause: unknown): ProblemError =>
  new LostAnswer(
    'controller-unreachable',
    { detail: `The controller at ${server} does not answer within ${ms / 1000} s.`, next: TRY_AGAIN },
    { cause }
  );

/** Something answered that the controller does not say. */
export const notUnderstood = (server: string, how: string): ProblemError =>
  new LostAnswer('controller-unreachable', {
    detail: `What answers at ${server} is not a controller that this server understands: ${how}.`,
    next: 'Ask an admin whether its address and its version are right.'
  });

export const unreadableFile = (file: string, what: string, code: string): ProblemError =>
  new ProblemError('controller-unreachable', {
    detail: `The file ${file} with ${what} can’t be read (${code}), so the controller was not asked.`,
    next: 'Ask an admin to mount it into this server.'
  });

/** An answer that is no success: the controller’s own problem where it sent one, else what its status says. */
export function refused(server: string, status: number, body: unknown): ProblemError {
  const told = Problem.safeParse(body);
  if (told.success && problemSlug(told.data.type) !== null) {
    return ProblemError.of(told.data);
  }
  if (status === 401) {
    return new ProblemError('token-refused', {
      detail: `The controller at ${server} does not accept the token of this server.`,
      next: 'Ask an admin whether the token is projected for the audience “datamark”.'
    });
  }
  if (status === 403) {
    return new ProblemError('forbidden', {
      detail: `The controller at ${server} does not allow this to the account of this server.`,
      next: 'Ask an admin for the right.'
    });
  }
  if (status === 404) {
    return new ProblemError('mirror-not-found', {
      detail: 'The controller does not know this mirror, or does not know this server as one that uses its volume.',
      next: 'It may have been deleted. List the mirrors.'
    });
  }
  if (status === 429) {
    return new ProblemError('controller-unreachable', {
      detail: `The controller at ${server} asks to wait: it was asked too often.`,
      next: TRY_AGAIN
    });
  }
  const next = status >= 500 ? ASK : 'Ask an admin whether its address and its version are right.';
  return new ProblemError('controller-unreachable', {
    detail: `The controller at ${server} answers with the status ${status}, and not why.`,
    next
  });
}
