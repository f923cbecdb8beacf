/** How long something lasts, as words, the same in every message of the sidecar. */
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** Whole units, the largest that fits: `42 s`, `6 min`, `2 h`, `3 d`. */
export function durationWords(ms: number): string {
  if (ms < MINUTE_MS) {
    return `${Math.floor(ms / 1000)} s`;
  }
  if (ms < HOUR_MS) {
    return `${Math.floor(ms / MINUTE_MS)} min`;
  }
  return ms < 2 * DAY_MS ? `${Math.floor(ms / HOUR_MS)} h` : `${Math.floor(ms / DAY_MS)} d`;
}
