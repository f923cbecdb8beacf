// The one way to wait in tests: ask again until the answer is there, and say what was missing when the time is up.
import { setTimeout as delay } from 'node:timers/promises';
import { BedGone } from './bedGone';

/** How long to wait, and how often to ask. */
export interface WaitOptions {
  /** Seconds until it fails. Default 60. */
  seconds?: number;
  /** Milliseconds between two questions. Default 100. */
  every?: number;
}

/**
 * Asks until `probe` returns something other than undefined or false, and returns that; fails with `what` and what `probe`
 * threw last, and at once where there is no bed any more.
 */
export async function waitUntil<T>(
  what: string,
  probe: () => Promise<T | undefined | false> | T | undefined | false,
  { seconds = 60, every = 100 }: WaitOptions = {}
): Promise<T> {
  const end = performance.now() + seconds * 1000;
  let trouble: unknown;
  for (;;) {
    try {
      const answer = await probe();
      if (answer !== undefined && answer !== false) {
        return answer;
      }
      trouble = undefined;
    } catch (error) {
      if (error instanceof BedGone) {
        throw error;
      }
      trouble = error;
    }
    if (performance.now() >= end) {
      throw new Error(`After ${seconds} s still waiting for: ${what}`, { cause: trouble });
    }
    await delay(every);
  }
}
