/** Runs jobs in a worker thread of this program, started when it is needed and ended when it was idle for a while. */
import { Worker } from 'node:worker_threads';
import { ProblemError } from '../../problemError';
import { fromFailure, toFailure } from './failure';
import type { JobContext } from './job';
import type { JobRunner } from './jobRunner';
import type { JobInput, JobName, JobOutput } from './jobs';
import type { FromWorker, ToWorker } from './workerMessages';

interface Running {
  readonly context: JobContext;
  readonly resolve: (output: JobOutput<JobName>) => void;
  readonly reject: (error: Error) => void;
}

/** How long an idle worker is kept, ms. */
const IDLE_MS = 10_000;

/** A runner with one worker thread. */
export class WorkerRunner implements JobRunner {
  private worker: Worker | null = null;
  private idle: NodeJS.Timeout | null = null;
  private lastId = 0;
  private readonly running = new Map<number, Running>();

  /** `file`: the program; in a worker thread with `workerData.role` `local` it calls `runLocalWorker`. */
  constructor(private readonly file: string) {}

  async run<K extends JobName>(name: K, input: JobInput<K>, context: JobContext): Promise<JobOutput<K>> {
    context.signal.throwIfAborted();
    const worker = this.started();
    this.lastId += 1;
    const id = this.lastId;
    const abort = (): void => {
      const reason: unknown = context.signal.reason;
      const { problem } = reason instanceof ProblemError ? reason : interrupted();
      this.tell(worker, { kind: 'abort', id, problem });
    };
    context.signal.addEventListener('abort', abort, { once: true });
    try {
      const output = await new Promise<JobOutput<JobName>>((resolve, reject) => {
        this.running.set(id, { context, resolve, reject });
        this.tell(worker, { kind: 'run', id, job: name, input });
      });
      // The worker answers a job with the output of that job; types can't follow it through the message.
      return output as JobOutput<K>;
    } finally {
      context.signal.removeEventListener('abort', abort);
      this.running.delete(id);
      this.endWhenIdle();
    }
  }

  async stop(): Promise<void> {
    const { worker } = this;
    this.forget();
    await worker?.terminate();
  }

  private started(): Worker {
    if (this.idle !== null) {
      clearTimeout(this.idle);
      this.idle = null;
    }
    if (this.worker !== null) {
      return this.worker;
    }
    const worker = new Worker(this.file, { workerData: { role: 'local' } });
    worker.on('message', (message: FromWorker) => this.hear(worker, message));
    worker.on('error', error => this.fail(worker, error instanceof Error ? error : new Error(String(error))));
    worker.on('exit', () => this.fail(worker, interrupted()));
    this.worker = worker;
    return worker;
  }

  private tell(worker: Worker, message: ToWorker): void {
    worker.postMessage(message);
  }

  private hear(worker: Worker, message: FromWorker): void {
    const job = this.running.get(message.id);
    if (job === undefined) {
      return;
    }
    const answer = (call: number, done: Promise<void>): void => {
      done.then(
        () => this.tell(worker, { kind: 'answer', id: message.id, call, failure: null }),
        (error: unknown) => this.tell(worker, { kind: 'answer', id: message.id, call, failure: toFailure(error) })
      );
    };
    switch (message.kind) {
      case 'progress':
        job.context.progress(message.text, message.done, message.total, message.unit);
        break;
      case 'step':
        answer(message.call, job.context.step(message.name));
        break;
      case 'point-of-no-return':
        answer(message.call, job.context.pointOfNoReturn(message.reason));
        break;
      case 'done':
        job.resolve(message.output);
        break;
      case 'failed':
        job.reject(fromFailure(message.failure));
    }
  }

  /** The worker died: its jobs fail, the next job starts another worker. */
  private fail(worker: Worker, error: Error): void {
    if (this.worker !== worker) {
      return;
    }
    this.forget();
    for (const job of [...this.running.values()]) {
      job.reject(error);
    }
  }

  private forget(): void {
    if (this.idle !== null) {
      clearTimeout(this.idle);
      this.idle = null;
    }
    this.worker = null;
  }

  private endWhenIdle(): void {
    if (this.running.size > 0 || this.worker === null || this.idle !== null) {
      return;
    }
    this.idle = setTimeout(() => {
      const { worker } = this;
      this.forget();
      // Nothing waits for it: it has no job and holds nothing.
      worker?.terminate().catch(() => undefined);
    }, IDLE_MS);
    this.idle.unref();
  }
}

const interrupted = (): ProblemError =>
  new ProblemError('interrupted', {
    detail: 'The process that did the work ended before it was done.',
    next: 'Try again.'
  });
