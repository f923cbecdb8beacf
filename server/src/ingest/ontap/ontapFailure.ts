/** What an answer means that is not the one asked for, and why there was none. Pure. */
import { z } from 'zod';
import { retryAfterMs } from '../../retryAfter';
import { OntapError, type OntapFailure } from './ontapError';

/** The documentation calls the code an integer, the model of the API a string. */
const Code = z.union([z.string(), z.number()]).transform(String);
const ErrorAnswer = z.object({ error: z.object({ code: Code.nullish(), message: z.string().nullish() }) });

const BY_STATUS: Readonly<Record<number, OntapFailure>> = {
  401: 'unauthenticated',
  403: 'forbidden',
  404: 'not-found',
  409: 'busy',
  429: 'rate-limited'
};

/** Codes that say more than their status: no such entry; a modification that is under way. */
const BY_CODE: Readonly<Record<string, OntapFailure>> = {
  '4': 'not-found',
  '13303822': 'busy',
  '6619715': 'busy',
  '6619720': 'busy'
};

/** Where it wants to be asked less often and does not say how long, and the longest that is waited because it says so. */
const USUAL_WAIT_MS = 30_000;
const LONGEST_WAIT_MS = 300_000;

/** What is quoted of ONTAP’s words at most. */
const QUOTED_LENGTH = 500;

export interface OntapAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

export interface AskedCall {
  /** Name of the storage, for messages. */
  readonly storage: string;
  readonly method: string;
  /** Below `/api`, without the query. */
  readonly path: string;
}

/** The error for an answer of 300 and above. */
export function failureOf({ storage, method, path }: AskedCall, { status, headers, text }: OntapAnswer): OntapError {
  if (status < 400) {
    return new OntapError(
      'redirected',
      `${storage} sends calls on to another address (${status}). Credentials are for the configured one alone.`
    );
  }
  const { code, message } = toldError(text);
  const isOntaps = code !== null || message !== null;
  const failure = (code === null ? undefined : BY_CODE[code]) ?? byStatus(status, isOntaps);
  return new OntapError(failure, `${wordsFor(failure, { storage, method, path }, status)}${saidWords(message, code)}`, {
    code,
    told: message,
    retryAfterMs: waitMs(failure, retryAfterMs(headers['retry-after']))
  });
}

/** ONTAP’s own words as a sentence; empty where it told none. */
export const saidWords = (told: string | null, code: string | null): string =>
  told === null ? '' : ` It says: “${told}”${code === null ? '' : ` (code ${code})`}.`;

/** A 404 that ONTAP gives no reason for is that of something before it, and says nothing of an object of ONTAP’s. */
const byStatus = (status: number, isOntaps: boolean): OntapFailure =>
  status === 404 && !isOntaps
    ? 'unexpected-answer'
    : (BY_STATUS[status] ?? (status >= 500 ? 'unavailable' : 'refused'));

/** How long it is left alone: as long as it asks for, within reason. */
function waitMs(failure: OntapFailure, asked: number | null): number | null {
  const wanted = asked ?? (failure === 'rate-limited' ? USUAL_WAIT_MS : null);
  return wanted === null ? null : Math.min(wanted, LONGEST_WAIT_MS);
}

function wordsFor(failure: OntapFailure, { storage, method, path }: AskedCall, status: number): string {
  switch (failure) {
    case 'unauthenticated':
      return `${storage} does not accept the controller’s credentials (401).`;
    case 'forbidden':
      return `The controller’s account on ${storage} lacks the right to ${rightOf(method)} /api${path} (403).`;
    case 'not-found':
      return `${storage} has no such object any more.`;
    case 'busy':
      return `${storage} is changing this already (${status}).`;
    case 'rate-limited':
      return `${storage} asks to be called less often (429).`;
    case 'unavailable':
      return `${storage} failed (${status}).`;
    case 'unexpected-answer':
      return `What answers as ${storage} does not know /api${path} (${status}).`;
    default:
      return `${storage} refused it (${status}).`;
  }
}

/** The access of a REST role that a method needs. */
const rightOf = (method: string): string =>
  ({ GET: 'read', POST: 'create on', PATCH: 'modify', DELETE: 'delete' })[method] ?? 'use';

function toldError(text: string): { code: string | null; message: string | null } {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    // A gateway before ONTAP answers in text or HTML, which says nothing of the storage.
    return { code: null, message: null };
  }
  const read = ErrorAnswer.safeParse(document);
  if (!read.success) {
    return { code: null, message: null };
  }
  const { code = null, message = null } = read.data.error;
  return { code, message: message === null ? null : message.slice(0, QUOTED_LENGTH) };
}

const Thrown = z.object({ code: z.string() });
const SeveralThrown = z.object({ errors: z.array(z.unknown()).min(1) });

/** The error for what was thrown in place of an answer. */
export function unansweredError(storage: string, thrown: unknown, late: boolean, timeoutMs: number): OntapError {
  if (thrown instanceof OntapError) {
    return thrown;
  }
  if (late) {
    return new OntapError('timeout', `${storage} does not answer within ${timeoutMs / 1000} s.`);
  }
  const code = codeOf(thrown);
  if (code === 'UND_ERR_CONNECT_TIMEOUT') {
    return new OntapError('timeout', `${storage} can’t be connected to in time.`);
  }
  return /CERT|SIGNATURE|^ERR_TLS|^ERR_SSL|^ERR_OSSL|^EPROTO$/.test(code)
    ? new OntapError('tls', `The certificate of ${storage} is not trusted (${code}).`)
    : new OntapError('unreachable', `${storage} can’t be reached (${code || 'no connection'}).`);
}

/** Of several (one per address tried) that of the first. The text of errors is left out: it can quote what was sent. */
function codeOf(thrown: unknown): string {
  const several = SeveralThrown.safeParse(thrown);
  if (several.success) {
    return codeOf(several.data.errors[0]);
  }
  const one = Thrown.safeParse(thrown);
  return one.success ? one.data.code : '';
}
