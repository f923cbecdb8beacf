/** Journalled steps of many small actions: all of them where they are few, a part where they are many. */
import type { JobContext } from '../job';

/** Every step of so many actions is passed on; of a larger number only every n-th, because each one costs a message. */
const STEPS_ALL = 512;
const STEPS_EVERY = 32;

/** The steps of a context for one action of many. */
export function thinnedSteps(context: JobContext): (name: string) => Promise<void> {
  let count = 0;
  return async name => {
    count += 1;
    if (count <= STEPS_ALL || count % STEPS_EVERY === 0) {
      await context.step(name);
    }
  };
}
