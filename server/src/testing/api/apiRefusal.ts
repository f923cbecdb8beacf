/** What the API server stand-in answers instead of an object. */

/** Thrown anywhere below the stand-in's routes; becomes a Status. */
export class ApiRefusal extends Error {
  constructor(
    readonly status: number,
    readonly reason: string,
    message: string,
    /** Value of Retry-After. */
    readonly retryAfter: string | null = null,
    readonly causes: readonly { readonly reason: string; readonly field?: string }[] = []
  ) {
    super(message);
  }

  toStatus(): Record<string, unknown> {
    return {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message: this.message,
      reason: this.reason,
      details: { causes: this.causes },
      code: this.status
    };
  }
}
