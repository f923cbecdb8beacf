/** What a job of the worker is given: how to tell progress, notice cancellation and pass its journalled steps. */

/** Unit of the numbers in a progress. */
export type ProgressUnit = 'bytes' | 'files';

/** The surroundings of one job; nothing in it depends on whether the job runs in a worker or in this thread. */
export interface JobContext {
  /** Aborted when the operation is cancelled or the process stops. */
  readonly signal: AbortSignal;
  /** Says how far the job is; `total` only where it is known. Cheap: the receiver thins it out. */
  progress(text: string, done?: number, total?: number, unit?: ProgressUnit): void;
  /**
   * Awaited after every journalled step and before the next one. Here faults strike, and here a cancelled job
   * throws the problem `cancelled`.
   */
  step(name: string): Promise<void>;
  /** Awaited before the first change that can't be taken back; later cancelling is refused with this reason. */
  pointOfNoReturn(reason: string): Promise<void>;
}

/** A piece of work the worker can do. Input and output survive structured cloning. */
export type Job<Input, Output> = (context: JobContext, input: Input) => Promise<Output>;
