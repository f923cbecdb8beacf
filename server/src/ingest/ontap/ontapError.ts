/** What went wrong between the controller and an ONTAP, told apart by what a person can do about it. */

export type OntapFailure =
  /** No connection: refused, unknown name, reset. */
  | 'unreachable'
  | 'timeout'
  /** Its certificate is not signed by the pinned authority, has expired, or is for another name. */
  | 'tls'
  /** 401. */
  | 'unauthenticated'
  /** 403: the account lacks a right. */
  | 'forbidden'
  /** 404, or the code for “no such entry”. */
  | 'not-found'
  /** 409, or codes of a modification that is under way. */
  | 'busy'
  /** 429. */
  | 'rate-limited'
  /** 5xx. */
  | 'unavailable'
  /** Any other 4xx. */
  | 'refused'
  /** A redirect: credentials are for the configured address alone. */
  | 'redirected'
  /** What answers is no ONTAP, or answers otherwise than published. */
  | 'unexpected-answer'
  /** The job that carries out a change ended in failure. */
  | 'job-failed'
  /** A secret or certificate can’t be used. */
  | 'settings';

interface OntapErrorParts {
  /** ONTAP’s own code, where it told one. */
  readonly code?: string | null;
  /** ONTAP’s own words, where it told some. */
  readonly told?: string | null;
  /** From Retry-After. */
  readonly retryAfterMs?: number | null;
  readonly cause?: unknown;
}

/** Thrown by every call. It holds no header, no body of a request and no content of a file. */
export class OntapError extends Error {
  override readonly name = 'OntapError';
  readonly code: string | null;
  readonly told: string | null;
  readonly retryAfterMs: number | null;

  constructor(
    readonly failure: OntapFailure,
    message: string,
    { code = null, told = null, retryAfterMs = null, cause }: OntapErrorParts = {}
  ) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.told = told;
    this.retryAfterMs = retryAfterMs;
  }
}
