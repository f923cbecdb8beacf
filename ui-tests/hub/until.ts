/** Waiting for what no page shows: by asking again, with a deadline. */
import { setTimeout as delay } from 'node:timers/promises';

/** Looks until something is so; throws at the deadline. */
export async function until(what: string, holds: () => Promise<boolean>, ms = 120_000): Promise<void> {
  const end = Date.now() + ms;
  while (!(await holds())) {
    if (Date.now() > end) {
      throw new Error(`${what}: not within ${ms / 1000} s`);
    }
    await delay(100);
  }
}
