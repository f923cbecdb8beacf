// Jobs: what a change that is answered with 202 goes on as.
import { randomUUID } from 'node:crypto';
import type { EmulatorClock } from './emulatorClock';
import { OntapError, noEntry } from './ontapError';

interface Job {
  readonly uuid: string;
  readonly description: string;
  readonly startedAt: number;
  readonly endsAt: number;
  readonly work: () => Promise<void>;
  state: 'running' | 'success' | 'failure';
  error: OntapError | null;
}

export class JobStore {
  private readonly _jobs = new Map<string, Job>();
  private readonly _left = new Set<Job>();
  private _failures: { left: number; code: string; message: string }[] = [];
  /** How long a job takes; 0: it is over when its request is answered. */
  seconds = 0;

  constructor(private readonly _clock: EmulatorClock) {}

  /** The next jobs fail, and change nothing. */
  failNext(code: string, message: string, times: number): void {
    this._failures.push({ left: times, code, message });
  }

  /** Begins one; what it does happens when it ends. */
  async begin(description: string, work: () => Promise<void>): Promise<string> {
    const now = this._clock.now();
    const uuid = randomUUID();
    const endsAt = now + this.seconds * 1000;
    const job: Job = { uuid, description, startedAt: now, endsAt, work, state: 'running', error: null };
    this._jobs.set(uuid, job);
    this._left.add(job);
    await this.settle();
    return uuid;
  }

  /** Ends those that are due. */
  async settle(): Promise<void> {
    for (const job of [...this._left].filter(({ endsAt }) => endsAt <= this._clock.now())) {
      this._left.delete(job);
      await this._end(job);
    }
  }

  isOver(uuid: string): boolean {
    return this._jobs.get(uuid)?.state !== 'running';
  }

  records(): object[] {
    return [...this._jobs.keys()].map(uuid => this.record(uuid));
  }

  /** As REST tells it. */
  record(uuid: string): object {
    const job = this._jobs.get(uuid);
    if (job === undefined) {
      throw noEntry();
    }
    const { description, state, error, startedAt, endsAt } = job;
    const message = state === 'running' ? 'running' : state === 'success' ? 'success' : (error?.message ?? '');
    return {
      uuid,
      description,
      state,
      message,
      code: error === null ? 0 : Number(error.code),
      ...(error === null ? {} : error.body('string')),
      start_time: instant(startedAt),
      ...(state === 'running' ? {} : { end_time: instant(endsAt) })
    };
  }

  private async _end(job: Job): Promise<void> {
    const failure = this._failures.find(({ left }) => left > 0);
    try {
      if (failure !== undefined) {
        failure.left -= 1;
        throw new OntapError(500, failure.code, failure.message);
      }
      await job.work();
      job.state = 'success';
    } catch (error) {
      if (!(error instanceof OntapError)) {
        throw error;
      }
      job.state = 'failure';
      job.error = error;
    }
  }
}

/** A time as ONTAP writes it, with offset. */
export function instant(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace(/\.\d+Z$/, '+00:00');
}
