/** Surroundings for jobs that a test calls directly. */
import type { JobContext } from '../job';

/** A job's surroundings in which nothing happens; `onStep` is called at every step and may throw. */
export const quietJob = (
  onStep: (name: string) => void = () => undefined,
  signal: AbortSignal = new AbortController().signal
): JobContext => ({
  signal,
  progress: () => undefined,
  step: name =>
    new Promise(resolve => {
      onStep(name);
      signal.throwIfAborted();
      resolve();
    }),
  pointOfNoReturn: () => Promise.resolve()
});
