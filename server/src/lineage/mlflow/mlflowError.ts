/** What went wrong between the sidecar and an MLflow server, told apart by what a person can do about it. */

export type MlflowFailure =
  /** No connection: refused, unknown name, reset, a certificate that is not trusted. */
  | 'unreachable'
  | 'timeout'
  /** The server takes requests for other host names only (`--allowed-hosts`, since MLflow 3.5). */
  | 'host-refused'
  | 'unauthenticated'
  | 'forbidden'
  /** A run, model, version or alias that is not there. */
  | 'not-found'
  /** A call that this server does not know: an older MLflow, or a wrong path in the address. */
  | 'no-such-call'
  | 'rate-limited'
  | 'unavailable'
  | 'invalid'
  /** Something answers that is not MLflow, or an MLflow that answers otherwise than its documentation. */
  | 'unexpected-answer'
  /** A secret or certificate that should be used can't be read. */
  | 'settings';

/** Thrown by every call. Its message holds neither the address's path nor any header. */
export class MlflowError extends Error {
  override readonly name = 'MlflowError';

  constructor(
    readonly failure: MlflowFailure,
    message: string,
    /** From Retry-After, in ms. */
    readonly retryAfterMs: number | null = null,
    options?: ErrorOptions
  ) {
    super(message, options);
  }

  /** Whether the same call may succeed later without anybody's doing. */
  get passes(): boolean {
    return ['unreachable', 'timeout', 'rate-limited', 'unavailable'].includes(this.failure);
  }
}
