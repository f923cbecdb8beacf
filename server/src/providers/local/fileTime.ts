/** Times of files as Node takes them, so that setting a time that was read comes as near as a double can. */

const SECOND_NS = 1_000_000_000n;

/** Nanoseconds that libuv makes of seconds, which are not negative: 1.52 keeps them all, earlier ones cut to µs. */
const asSet = (seconds: number): bigint => {
  const whole = Math.floor(seconds);
  return BigInt(whole) * SECOND_NS + BigInt(Math.trunc((seconds - whole) * 1e9));
};

/**
 * Seconds for `utimes`: as text, because Node reads a negative number as now; the nearest double that is not closer to
 * zero, because libuv cuts towards zero, and a trip back and forth must not take a µs away each time.
 */
export function utimesSeconds(ns: bigint): string {
  const distance = ns < 0n ? -ns : ns;
  // Not divided as one number, which would be rounded twice.
  const nearest = Number(distance / SECOND_NS) + Number(distance % SECOND_NS) / 1e9;
  const seconds = asSet(nearest) < distance ? nearest + (nearest * Number.EPSILON) / 2 : nearest;
  return String(ns < 0n ? -seconds : seconds);
}

/** Two times that are closer than this, ns, are equal: some systems keep µs only. */
const TOLERANCE_NS = 2_000n;

/** Whether two times are equal as far as Node can set them. */
export const sameTime = (a: bigint, b: bigint): boolean => {
  const apart = a - b;
  return apart <= TOLERANCE_NS && apart >= -TOLERANCE_NS;
};
