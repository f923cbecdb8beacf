/** How long to wait before the next try: exponential with full jitter, so that many clients don't come back at once. */
export interface Pace {
  /** Upper bound of the first wait, in ms; it doubles with each try. */
  readonly baseMs: number;
  readonly capMs: number;
}

/** Wait before the try after `failures` failed ones (1: the first), in ms. */
export function backOffMs(pace: Pace, failures: number, random: () => number = Math.random): number {
  return random() * Math.min(pace.capMs, pace.baseMs * 2 ** Math.min(failures - 1, 30));
}

/** Never earlier than the server asks for, and spread a little beyond it. */
export function waitMs(pace: Pace, failures: number, retryAfterMs: number | null, random?: () => number): number {
  const own = backOffMs(pace, failures, random);
  return retryAfterMs === null ? own : retryAfterMs + Math.min(own, pace.baseMs);
}
