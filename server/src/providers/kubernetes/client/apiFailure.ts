/**
 * What went wrong, as a KubernetesError: the server's Status where it answered, else why no answer came.
 * Words for people are made from it in kubernetesProblem.ts.
 */
import type { Dispatcher } from 'undici';
import { z } from 'zod';
import type { Deadline } from './deadline';
import { KubernetesError } from './kubernetesApi';
import { retryAfterMs } from '../../../retryAfter';

const Status = z.object({
  kind: z.literal('Status'),
  reason: z.string().optional(),
  message: z.string().optional(),
  code: z.int().optional(),
  details: z
    .object({
      retryAfterSeconds: z.number().optional(),
      causes: z.array(z.object({ reason: z.string().optional(), field: z.string().optional() })).optional()
    })
    .optional()
});
export type Status = z.infer<typeof Status>;

/** What the API server names an answer without a reason of its own; also for answers of a gateway before it. */
const REASONS: Readonly<Record<number, string>> = {
  400: 'BadRequest',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'NotFound',
  405: 'MethodNotAllowed',
  409: 'Conflict',
  410: 'Gone',
  413: 'RequestEntityTooLarge',
  422: 'Invalid',
  429: 'TooManyRequests',
  500: 'InternalError',
  502: 'BadGateway',
  503: 'ServiceUnavailable',
  504: 'Timeout'
};

/** Longest text of an answer that is no Status, which a message quotes. */
const QUOTED_LENGTH = 200;

/** From the body of an answer that is not the object asked for. */
export function answeredError(
  status: number,
  headers: Dispatcher.ResponseData['headers'],
  body: string
): KubernetesError {
  const header = retryAfterMs(headers['retry-after']);
  let parsed: unknown = null;
  try {
    parsed = JSON.parse(body);
  } catch {
    // A gateway before the server answers in text or HTML.
  }
  const told = Status.safeParse(parsed);
  if (told.success) {
    return statusError(told.data, status, header);
  }
  const quoted = body.replaceAll(/\s+/g, ' ').trim().slice(0, QUOTED_LENGTH);
  return new KubernetesError(status, REASONS[status] ?? 'Unknown', quoted || `The answer is ${status}.`, header);
}

/** From a Status, as in an answer or as the object of a watch's ERROR event. */
export function statusError(told: Status, httpStatus: number, header: number | null = null): KubernetesError {
  const status = told.code ?? httpStatus;
  // A patch that names another uid is meant for another life of the object, which the server calls an invalid change.
  if (status === 422 && told.details?.causes?.some(cause => cause.field === 'metadata.uid') === true) {
    return new KubernetesError(409, 'Conflict', told.message ?? 'The object is another one.');
  }
  // A server that is behind what was asked for says so by a cause only; its reason is that of any time-out.
  const behind = told.details?.causes?.some(cause => cause.reason === 'ResourceVersionTooLarge') === true;
  const seconds = told.details?.retryAfterSeconds;
  return new KubernetesError(
    status,
    behind ? 'ResourceVersionTooLarge' : (told.reason ?? REASONS[status] ?? 'Unknown'),
    told.message ?? `The answer is ${status}.`,
    header ?? (seconds === undefined ? null : seconds * 1000)
  );
}

/** The object of an ERROR event. */
export function watchError(object: unknown): KubernetesError {
  const told = Status.safeParse(object);
  return told.success
    ? statusError(told.data, 0)
    : new KubernetesError(0, 'WatchFailed', 'The watch was ended without a reason.');
}

/** From what was thrown instead of an answer. `reached`: whether there was a connection to send anything on. */
export function unansweredError(error: unknown, server: string, deadline: Deadline, reached: boolean): KubernetesError {
  if (error instanceof KubernetesError) {
    return error;
  }
  if (deadline.over) {
    if (!reached) {
      return connectTimeout(server, error);
    }
    return new KubernetesError(0, 'Timeout', `${server} did not answer in time.`, null, { cause: error });
  }
  if (deadline.signal.aborted) {
    return new KubernetesError(0, 'Aborted', 'The request was aborted.', null, { cause: error });
  }
  const { code, message } = systemCode(error);
  if (code === 'UND_ERR_CONNECT_TIMEOUT') {
    return connectTimeout(server, error);
  }
  return new KubernetesError(0, code, `${server}: ${message}`, null, { cause: error });
}

const connectTimeout = (server: string, cause: unknown): KubernetesError =>
  new KubernetesError(0, 'ConnectTimeout', `${server} can’t be connected to in time.`, null, { cause });

const Thrown = z.object({ code: z.string().optional(), name: z.string().default('Unknown'), message: z.string() });
const SeveralThrown = z.object({ errors: z.array(z.unknown()).min(1) });

/** The code of a system, TLS or undici error; of several (one per address tried) that of the first. */
function systemCode(error: unknown): { code: string; message: string } {
  const several = SeveralThrown.safeParse(error);
  if (several.success) {
    return systemCode(several.data.errors[0]);
  }
  const one = Thrown.safeParse(error);
  return one.success
    ? { code: one.data.code ?? one.data.name, message: one.data.message }
    : { code: 'Unknown', message: String(error) };
}

/** Reasons of errors before anything of the request was sent: trying again can't do anything twice. */
const NOT_SENT = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH']);

/** Reasons that a further try within the same call won't change. */
const FINAL = new Set([
  'Aborted',
  'Timeout',
  'ConnectTimeout',
  'InvalidPath',
  'NoNamespace',
  'UnexpectedAnswer',
  'NoToken',
  'NoConfiguration',
  'InvalidConfiguration',
  'AuthenticationFailed'
]);

/** Whether the same request may be sent again: nothing was done, or doing it twice changes nothing. */
export function mayTryAgain(error: KubernetesError, changesNothing: boolean): boolean {
  if (error.status === 429) {
    return true;
  }
  if (error.status === 0) {
    return NOT_SENT.has(error.reason) || (changesNothing && !FINAL.has(error.reason) && !isCertificateError(error));
  }
  if (error.status === 503 && error.retryAfterMs !== null) {
    return true;
  }
  return changesNothing && [500, 502, 503, 504].includes(error.status);
}

/** Whether a change that was not answered may have been made all the same. */
export const mayHaveArrived = (error: KubernetesError): boolean =>
  error.status === 504 ||
  (error.status === 0 &&
    (error.reason === 'Timeout' ||
      error.reason === 'Aborted' ||
      !(NOT_SENT.has(error.reason) || FINAL.has(error.reason))) &&
    !isCertificateError(error));

/** Whether the server's certificate is not trusted, so that no try can help. */
function isCertificateError({ reason }: KubernetesError): boolean {
  return /CERT|SIGNATURE|^ERR_TLS|^ERR_SSL|^ERR_OSSL/.test(reason);
}
