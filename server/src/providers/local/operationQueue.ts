/**
 * Operations of this process: one runs at a time, the others wait in line. Shows each in the index while it runs and
 * for a while after. What must survive the process is in the store, never here.
 */
import { randomBytes } from 'node:crypto';
import { problemSlug, type Operation, type Problem } from '../../../../contract';
import type { ObservedIndex } from '../../observed/observedIndex';
import { ProblemError } from '../../problemError';
import type { FaultSwitch } from './faultSwitch';
import type { JobContext } from './job';
import { systemProblem } from './systemProblem';

/** Something to be done. */
export interface Work {
  readonly verb: Operation['verb'];
  readonly volume: { readonly id: string; readonly name: string };
  readonly object: Operation['object'];
  /** Names of other objects that must not go away meanwhile, for example a clone's snapshot. */
  readonly uses?: readonly string[];
  /** Whether it refuses and is refused by others of this kind on its volume. */
  readonly exclusive: boolean;
  readonly run: (context: JobContext) => Promise<void>;
  /** Takes back the intent of an operation that is cancelled or stopped before it began. */
  readonly withdraw: (problem: Problem) => Promise<void>;
}

interface Entry {
  readonly work: Work;
  readonly abort: AbortController;
  operation: Operation;
  shownAt: number;
}

/** A finished operation is shown so long, ms; a failed one until the same object succeeds or the process ends. */
const SHOWN_MS = 10 * 60_000;
/** At most so many progress upserts a second. */
const UPSERTS_PER_SECOND = 4;

const OVER_WORDS = { succeeded: 'Done', failed: 'Failed', cancelled: 'Cancelled' } as const;

/** The line of operations. */
export class OperationQueue {
  private readonly waiting: Entry[] = [];
  private readonly live = new Map<string, Entry>();
  private readonly timers = new Set<NodeJS.Timeout>();
  private turn: Promise<void> = Promise.resolve();
  private stopping: ProblemError | null = null;

  constructor(
    private readonly index: ObservedIndex,
    private readonly faults: FaultSwitch
  ) {}

  /** Refuses with `operation-in-progress` where an exclusive operation is queued or running on the volume. */
  assertFree(volume: { id: string; name: string }): void {
    const busy = [...this.live.values()].find(entry => entry.work.exclusive && entry.work.volume.id === volume.id);
    if (busy !== undefined) {
      const { object, startedAt, id, verb } = busy.operation;
      throw new ProblemError('operation-in-progress', {
        detail: `A ${verb} of ${volume.name} is running: ${object.label}.`,
        next: 'Wait until it is done, or cancel it.',
        object: object.name,
        blockers: [
          {
            kind: 'operation',
            object: id,
            message: `${verb} ${object.label}`,
            fix: 'Wait for it or cancel it.',
            by: null,
            since: startedAt
          }
        ]
      });
    }
  }

  /** The live operation that works on an object or needs it, if any. */
  needing(name: string): Operation | undefined {
    return [...this.live.values()].find(({ work }) => work.object.name === name || work.uses?.includes(name) === true)
      ?.operation;
  }

  /** Whether anything is queued or running on a volume. */
  isBusy(volume: string): boolean {
    return [...this.live.values()].some(entry => entry.work.volume.id === volume);
  }

  /** Puts work in line. */
  enqueue(work: Work): Operation {
    const entry: Entry = {
      work,
      abort: new AbortController(),
      shownAt: 0,
      operation: {
        kind: 'operation',
        id: `${work.verb}-${randomBytes(6).toString('hex')}`,
        verb: work.verb,
        volume: work.volume.id,
        volumeName: work.volume.name,
        object: work.object,
        state: 'queued',
        progress: { text: 'Waiting for its turn', done: null, total: null, unit: null },
        cancel: { available: true },
        startedAt: new Date().toISOString(),
        finishedAt: null,
        problem: null
      }
    };
    this.live.set(entry.operation.id, entry);
    this.waiting.push(entry);
    this.show(entry, {});
    this.turn = this.turn.then(() => this.next());
    return entry.operation;
  }

  /** Cancels what has not yet changed anything. */
  async cancel(id: string): Promise<Operation> {
    const entry = this.live.get(id);
    const operation = entry?.operation ?? this.index.get('operation', id);
    if (operation === undefined) {
      throw new ProblemError('operation-not-found', {
        detail: `There is no operation ${id}.`,
        next: 'Look at the list again; it may be over.',
        object: id
      });
    }
    if (entry === undefined || !operation.cancel.available) {
      const reason = operation.cancel.available ? 'It is over.' : operation.cancel.reason;
      throw new ProblemError('not-cancellable', {
        detail: `${operation.object.label} can’t be cancelled. ${reason}`,
        next: operation.cancel.available ? 'Look at its result.' : operation.cancel.fix,
        object: id
      });
    }
    const problem = new ProblemError('cancelled', {
      detail: `${operation.object.label} was cancelled.`,
      next: 'Start it again if you need it.',
      object: operation.object.name
    });
    const at = this.waiting.indexOf(entry);
    if (at >= 0) {
      this.waiting.splice(at, 1);
      await entry.work.withdraw(problem.problem);
      this.finish(entry, 'cancelled', problem.problem);
    } else {
      this.show(entry, {
        state: 'cancelling',
        cancel: { available: false, reason: 'It is being cancelled.', fix: 'Wait.' }
      });
      entry.abort.abort(problem);
    }
    return entry.operation;
  }

  /** Resolves when nothing is queued or running. */
  async idle(): Promise<void> {
    while (this.live.size > 0) {
      await this.turn;
    }
  }

  /** Stops what runs, withdraws what waits, and resolves when nothing runs any more. */
  async stop(): Promise<void> {
    this.stopping = new ProblemError('interrupted', {
      detail: 'Datamark was stopped before this was done.',
      next: 'Try again.'
    });
    for (const entry of this.live.values()) {
      entry.abort.abort(this.stopping);
    }
    await this.idle();
    for (const timer of this.timers) {
      clearTimeout(timer);
    }
  }

  private async next(): Promise<void> {
    const entry = this.waiting.shift();
    if (entry === undefined) {
      return;
    }
    if (this.stopping !== null) {
      await entry.work.withdraw(this.stopping.problem);
      this.finish(entry, 'failed', this.stopping.problem);
      return;
    }
    this.show(entry, { state: 'running', progress: { text: 'Starting', done: null, total: null, unit: null } });
    try {
      await entry.work.run(this.contextOf(entry));
      this.finish(entry, 'succeeded', null);
    } catch (error) {
      const reason: unknown =
        error instanceof ProblemError || !entry.abort.signal.aborted ? error : entry.abort.signal.reason;
      const { problem } = systemProblem(reason, `${entry.work.object.label} failed`, entry.work.object.name);
      this.finish(entry, problemSlug(problem.type) === 'cancelled' ? 'cancelled' : 'failed', problem);
    }
  }

  private contextOf(entry: Entry): JobContext {
    const { signal } = entry.abort;
    return {
      signal,
      progress: (text, done, total, unit) => {
        const progress = { text, done: done ?? null, total: total ?? null, unit: unit ?? null };
        if (Date.now() - entry.shownAt >= 1000 / UPSERTS_PER_SECOND) {
          this.show(entry, { progress });
        }
      },
      step: async name => {
        signal.throwIfAborted();
        await this.faults.step(name, signal);
        signal.throwIfAborted();
      },
      pointOfNoReturn: reason => {
        if (signal.aborted) {
          return Promise.reject(signal.reason instanceof Error ? signal.reason : new Error('aborted'));
        }
        this.show(entry, { cancel: { available: false, reason, fix: 'Wait until it is done.' } });
        return Promise.resolve();
      }
    };
  }

  private show(entry: Entry, change: Partial<Operation>): void {
    entry.operation = { ...entry.operation, ...change };
    entry.shownAt = Date.now();
    this.index.upsert(entry.operation);
  }

  private finish(entry: Entry, state: 'succeeded' | 'failed' | 'cancelled', problem: Problem | null): void {
    const over = { available: false, reason: 'It is over.', fix: 'Look at its result.' } as const;
    const progress = { ...entry.operation.progress, text: OVER_WORDS[state] };
    this.show(entry, { state, problem, progress, cancel: over, finishedAt: new Date().toISOString() });
    this.live.delete(entry.operation.id);
    const { id } = entry.operation;
    if (state === 'succeeded') {
      this.forgetFailuresOf(entry.work.object.name, id);
    }
    if (state !== 'failed' && this.stopping === null) {
      const timer = setTimeout(() => {
        this.timers.delete(timer);
        this.index.remove('operation', id);
      }, SHOWN_MS);
      timer.unref();
      this.timers.add(timer);
    }
  }

  private forgetFailuresOf(object: string, except: string): void {
    for (const operation of this.index.all('operation')) {
      if (operation.state === 'failed' && operation.object.name === object && operation.id !== except) {
        this.index.remove('operation', operation.id);
      }
    }
  }
}
