/** How jobs are run: in a worker thread in the product (workerRunner.ts), in this thread in unit tests. */
import type { JobContext } from './job';
import { JOBS, type JobInput, type JobName, type JobOutput } from './jobs';

/** Runs jobs; several at once may overlap. */
export interface JobRunner {
  run<K extends JobName>(name: K, input: JobInput<K>, context: JobContext): Promise<JobOutput<K>>;
  /** Ends whatever the runner started. Jobs still running are rejected. */
  stop(): Promise<void>;
}

/** Runs jobs in this thread. */
export const inProcessRunner: JobRunner = {
  run: (name, input, context) => runJob(name, input, context),
  stop: () => Promise.resolve()
};

/** Calls a job by its name. */
export const runJob = <K extends JobName>(name: K, input: JobInput<K>, context: JobContext): Promise<JobOutput<K>> =>
  JOBS[name](context, input);
