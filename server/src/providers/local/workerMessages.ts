/** What the main thread and the worker thread say to each other. Both run the same bundle, so types are enough. */
import type { Problem } from '../../../../contract';
import type { ProgressUnit } from './job';
import type { JobInput, JobName, JobOutput } from './jobs';

/** To the worker. */
export type ToWorker =
  | { readonly kind: 'run'; readonly id: number; readonly job: JobName; readonly input: JobInput<JobName> }
  | { readonly kind: 'abort'; readonly id: number; readonly problem: Problem }
  /** The answer to a step: go on, or fail with this. */
  | { readonly kind: 'answer'; readonly id: number; readonly call: number; readonly failure: Failure | null };

/** From the worker. */
export type FromWorker =
  | {
      readonly kind: 'progress';
      readonly id: number;
      readonly text: string;
      readonly done: number | undefined;
      readonly total: number | undefined;
      readonly unit: ProgressUnit | undefined;
    }
  | { readonly kind: 'step'; readonly id: number; readonly call: number; readonly name: string }
  | { readonly kind: 'point-of-no-return'; readonly id: number; readonly call: number; readonly reason: string }
  | { readonly kind: 'done'; readonly id: number; readonly output: JobOutput<JobName> }
  | { readonly kind: 'failed'; readonly id: number; readonly failure: Failure };

/** An error on its way between threads. */
export type Failure =
  | { readonly kind: 'problem'; readonly problem: Problem }
  | { readonly kind: 'error'; readonly message: string; readonly code: string | null; readonly stack: string | null };
