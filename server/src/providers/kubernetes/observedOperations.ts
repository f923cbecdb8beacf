/**
 * Operations, derived from objects: one that is pending is a running operation, one with a deletion time is being
 * deleted. Nothing is remembered that matters: only what ended lately is, to be shown for a while.
 */
import type { Capability, Clone, Operation, Snapshot } from '../../../../contract';
import type { ObservedIndex } from '../../observed/observedIndex';
import { ProblemError } from '../../problemError';

/** A finished operation is shown so long, ms; a failed one as long as its object is. */
const SHOWN_MS = 10 * 60_000;

const OVER: Capability = { available: false, reason: 'It is over.', fix: 'Look at its result.' };
const DELETING: Capability = { available: false, reason: 'A deletion can’t be taken back.', fix: 'Wait.' };
const WORDS = { succeeded: 'Done', failed: 'Failed', cancelled: 'Cancelled' } as const;

type Made = Snapshot | Clone;

/** Ids of the operations on an object. */
const operationIds = ({ kind, uid }: Made): { making: string; deleting: string } => ({
  making: `${kind}-${uid}`.toLowerCase(),
  deleting: `delete-${uid}`.toLowerCase()
});

/** What runs and what ended lately. */
export class ObservedOperations {
  private readonly timers = new Map<string, NodeJS.Timeout>();

  constructor(
    private readonly index: ObservedIndex,
    /** Whether an object that is being made can be given up. */
    private readonly cancel: (object: Made) => Capability
  ) {}

  /** An object as it is now. */
  observe(object: Made): void {
    const ids = operationIds(object);
    const { state } = object;
    switch (state.phase) {
      case 'pending':
        if (state.awaitsUse === true) {
          this.end(ids.making, 'succeeded', null, state.message);
        } else {
          this.run(object, object.kind, ids.making, state.since, state.message, this.cancel(object));
        }
        break;
      case 'ready':
        this.end(ids.making, 'succeeded');
        break;
      case 'failed':
        this.end(ids.making, 'failed', state.problem);
        break;
      case 'deleting':
        if (!this.cancelling(ids.making)) {
          this.run(object, 'delete', ids.deleting, state.since, state.message, DELETING);
        }
        break;
    }
  }

  /** An object is gone. */
  gone(object: Made): void {
    const ids = operationIds(object);
    const making = this.index.get('operation', ids.making);
    if (making?.state === 'failed') {
      this.remove(ids.making);
    }
    this.end(ids.making, 'cancelled');
    this.end(ids.deleting, 'succeeded');
  }

  /** An operation as its object tells it; one that was over before it was seen here is not shown. */
  tell(operation: Operation): void {
    const before = this.index.get('operation', operation.id);
    if (operation.finishedAt === null) {
      clearTimeout(this.timers.get(operation.id));
      this.index.upsert(operation);
    } else if (before !== undefined && before.finishedAt === null) {
      this.index.upsert(operation);
      this.removeLater(operation.id);
    }
  }

  /** It is no operation any more. */
  remove(id: string): void {
    clearTimeout(this.timers.get(id));
    this.timers.delete(id);
    this.index.remove('operation', id);
  }

  /** One that can be given up; else it throws. */
  toCancel(id: string): Operation {
    const operation = this.index.get('operation', id);
    if (operation === undefined) {
      throw new ProblemError('operation-not-found', {
        detail: `There is no operation ${id}.`,
        next: 'Look at the list again; it may be over.',
        object: id
      });
    }
    const { cancel, object } = operation;
    if (!cancel.available) {
      throw new ProblemError('not-cancellable', {
        detail: `${object.label} can’t be cancelled. ${cancel.reason}`,
        next: cancel.fix,
        object: id
      });
    }
    return operation;
  }

  dispose(): void {
    for (const timer of this.timers.values()) {
      clearTimeout(timer);
    }
    this.timers.clear();
  }

  private run(
    object: Made,
    verb: Operation['verb'],
    id: string,
    startedAt: string,
    text: string,
    cancel: Capability
  ): void {
    const before = this.index.get('operation', id);
    const [volume, volumeName, name, label] =
      object.kind === 'snapshot'
        ? [object.volume, object.volumeName, object.name, object.title ?? object.name]
        : [object.source.volume, object.source.volumeName, object.id, object.name];
    this.index.upsert({
      kind: 'operation',
      id,
      verb,
      volume,
      volumeName,
      object: { kind: object.kind, name, label },
      state: before?.state === 'cancelling' ? 'cancelling' : 'running',
      progress: { text, done: null, total: null, unit: null },
      cancel,
      startedAt: before?.startedAt ?? startedAt,
      finishedAt: null,
      problem: null
    });
  }

  /** Whether it was still being made. */
  private cancelling(id: string): boolean {
    const operation = this.index.get('operation', id);
    if (operation === undefined || operation.finishedAt !== null) {
      return false;
    }
    const cancel = { available: false, reason: 'It is being cancelled.', fix: 'Wait.' } as const;
    this.index.upsert({ ...operation, state: 'cancelling', cancel });
    return true;
  }

  private end(
    id: string,
    state: 'succeeded' | 'failed' | 'cancelled',
    problem: Operation['problem'] = null,
    text: string = WORDS[state]
  ): void {
    const operation = this.index.get('operation', id);
    // A failed one may still succeed: the cluster goes on trying.
    const mended = operation?.state === 'failed' && state === 'succeeded';
    if (operation === undefined || (operation.finishedAt !== null && !mended)) {
      return;
    }
    const now = new Date().toISOString();
    const finishedAt = now > operation.startedAt ? now : operation.startedAt;
    const progress = { ...operation.progress, text };
    this.index.upsert({ ...operation, state, problem, progress, cancel: OVER, finishedAt });
    if (state !== 'failed') {
      this.removeLater(id);
    }
  }

  private removeLater(id: string): void {
    const timer = setTimeout(() => this.remove(id), SHOWN_MS);
    timer.unref();
    this.timers.set(id, timer);
  }
}
