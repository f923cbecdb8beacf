/**
 * Restores of chosen files straight from a snapshot that the storage shows in the volume: this process copies them, with
 * no controller and no Job. They live as long as it does; what they made is a folder, and a plan is made again in a moment.
 */
import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { access, statfs, type FileHandle } from 'node:fs/promises';
import type { Operation, Problem, Restore, Snapshot } from '../../../../../contract';
import { ProblemError } from '../../../problemError';
import { snapshotName, stampOf } from '../objectNames';
import type { ObservedOperations } from '../observedOperations';
import { assertApprovable, assertSamePlan } from '../restores/assertApprovable';
import { restoreOperationId } from '../restores/restoreOperation';
import type { KubernetesServices } from '../services';
import { copyCancelled, copyProblem } from './copyProblem';
import { newVisible, stepsAt, visibleOperation, visiblePlan, type Room } from './describeVisible';
import { measureChosen } from './measureChosen';
import { openVisibleSnapshot, pathOf } from './openVisibleSnapshot';
import { writeBeside } from './writeBeside';

export interface VisibleRestoresOptions {
  readonly services: Pick<KubernetesServices, 'index' | 'claims' | 'user' | 'log'>;
  readonly operations: () => Pick<ObservedOperations, 'tell' | 'remove'>;
  readonly find?: typeof openVisibleSnapshot;
}

interface Visible {
  restore: Restore;
  readonly snapshotUid: string;
  readonly root: string;
  readonly abort: AbortController;
  done: number;
  total: number;
  work: Promise<void>;
}

/** Told at most so often how far a copy is, ms. */
const TELL_MS = 250;
/** So many that are over stay listed. */
const KEPT = 50;

export class VisibleRestores {
  private readonly known = new Map<string, Visible>();
  private readonly asked = new Map<string, Promise<Restore | null>>();
  private readonly timers = new Set<NodeJS.Timeout>();

  constructor(private readonly options: VisibleRestoresOptions) {}

  /** The snapshot's root, open, where this server sees it; the caller closes it. */
  async open({ volume, uid }: Snapshot): Promise<{ snapshot: FileHandle; root: string } | null> {
    const { services, find = openVisibleSnapshot } = this.options;
    const root = services.claims.get(volume)?.volume.mountPath ?? null;
    const snapshot = root === null ? null : await find(root, uid);
    return root === null || snapshot === null ? null : { snapshot, root };
  }

  /** Plans it; null: the snapshot is not visible, and nothing was made. The same key gives what it gave before. */
  plan(snapshot: Snapshot, paths: readonly string[], key: string | null): Promise<Restore | null> {
    const before = key === null ? undefined : this.asked.get(key);
    const made = before ?? this.planNew(snapshot, paths);
    if (key !== null && before === undefined) {
      const drop = (): boolean => this.asked.delete(key);
      this.asked.set(key, made);
      made.then(restore => restore ?? drop(), drop);
    }
    return made.then(restore => (restore === null ? null : (this.get(restore.id) ?? restore)));
  }

  has(id: string): boolean {
    return this.known.has(id);
  }

  get(id: string): Restore | undefined {
    return this.known.get(id)?.restore;
  }

  /** The operation with this id. */
  operation(id: string): Operation | undefined {
    const found = [...this.known.values()].find(({ restore }) => restoreOperationId(restore.uid) === id);
    return found === undefined ? undefined : operationOf(found);
  }

  /** Begins to copy. Approving twice is approving once. */
  approve(id: string, uid: string): Restore {
    const visible = this.need(id);
    const { restore } = visible;
    assertSamePlan(restore, uid);
    const isOver = restore.phase === 'cancelled';
    assertApprovable(restore, { isOver, blocked: `The files of ${restore.volumeName} can’t be copied back` });
    if (restore.phase === 'planned') {
      this.enter(visible, 'preparing', 0, `Copying files to ${restore.target ?? ''}`);
      visible.work = this.copy(visible);
    }
    return visible.restore;
  }

  /** Gives up a plan, or a copy that is under way: what it made is removed. */
  cancel(id: string): void {
    const visible = this.need(id);
    const { restore } = visible;
    if (restore.finishedAt !== null || restore.phase === 'restoring') {
      throw new ProblemError('not-cancellable', {
        detail: `The restore ${id} can’t be cancelled: it is ${restore.finishedAt === null ? 'ending already' : 'over'}.`,
        next: 'Look at its result.',
        object: id
      });
    }
    visible.abort.abort();
    if (restore.phase === 'planned') {
      this.end(visible, copyCancelled(null, id));
    } else {
      this.show(visible);
    }
  }

  async stop(): Promise<void> {
    this.timers.forEach(timer => clearTimeout(timer));
    const all = [...this.known.values()];
    all.forEach(({ abort }) => abort.abort());
    await Promise.all(all.map(({ work }) => work));
  }

  private async planNew(snapshot: Snapshot, paths: readonly string[]): Promise<Restore | null> {
    const { services } = this.options;
    const opened = await this.open(snapshot);
    if (opened === null) {
      return null;
    }
    const now = new Date();
    const visible: Visible = {
      restore: newVisible({
        id: snapshotName(snapshot.volume, now),
        uid: randomUUID(),
        snapshot,
        paths,
        target: `restored-${stampOf(now)}`,
        user: services.user,
        now
      }),
      snapshotUid: snapshot.uid,
      root: opened.root,
      abort: new AbortController(),
      done: 0,
      total: 0,
      work: Promise.resolve()
    };
    this.known.set(visible.restore.id, visible);
    this.forgetOldest();
    this.show(visible);
    visible.work = this.look(visible, opened.snapshot);
    return visible.restore;
  }

  private async look(visible: Visible, snapshot: FileHandle): Promise<void> {
    const { restore, root, abort } = visible;
    try {
      const measured = await measureChosen(pathOf(snapshot), restore.paths ?? [], abort.signal);
      visible.total = measured.bytes;
      const plan = visiblePlan(restore, measured, await roomIn(root), new Date());
      const count = plan.blockers.length;
      this.change(visible, {
        phase: 'planned',
        plan,
        message:
          count === 0 ? 'Nothing blocks this.' : `${count === 1 ? '1 thing is' : `${count} things are`} in the way.`
      });
      const timer = setTimeout(() => this.expire(visible), Date.parse(plan.validUntil) - Date.now());
      timer.unref();
      this.timers.add(timer);
    } catch (error) {
      this.fail(visible, error);
    } finally {
      await snapshot.close();
    }
  }

  private async copy(visible: Visible): Promise<void> {
    const { restore, root, abort, snapshotUid } = visible;
    let toldAt = performance.now();
    let snapshot: FileHandle | null = null;
    try {
      snapshot = await (this.options.find ?? openVisibleSnapshot)(root, snapshotUid);
      if (snapshot === null) {
        throw Object.assign(new Error('It is not visible any more.'), { code: 'ENOENT' });
      }
      const { folder, left } = await writeBeside({
        snapshot,
        root,
        paths: restore.paths ?? [],
        folder: restore.target ?? '',
        signal: abort.signal,
        onBytes: bytes => {
          visible.done += bytes;
          if (performance.now() - toldAt > TELL_MS) {
            toldAt = performance.now();
            this.options.operations().tell(operationOf(visible));
          }
        },
        onCopied: () => this.enter(visible, 'restoring', 1, 'Putting the files beside what is there')
      });
      const now = new Date();
      this.change(visible, {
        phase: 'succeeded',
        steps: stepsAt(visible.restore.steps, 2, now),
        target: folder,
        message: `The files are in ${folder}.${leftWords(left)}`,
        finishedAt: now.toISOString(),
        undo: { possible: false, reason: `Nothing was replaced. Delete ${folder} to undo.` }
      });
    } catch (error) {
      this.fail(visible, error);
    } finally {
      await snapshot?.close();
    }
  }

  private fail(visible: Visible, error: unknown): void {
    const { id, volumeName } = visible.restore;
    if (visible.abort.signal.aborted) {
      this.end(visible, copyCancelled(error, id));
      return;
    }
    this.options.services.log.warn({ restore: id, err: error }, 'files were not copied from a visible snapshot');
    this.end(visible, copyProblem(error, volumeName, id), 'rolled-back');
  }

  private end(visible: Visible, why: Problem, phase: Restore['phase'] = 'cancelled'): void {
    const { steps } = visible.restore;
    this.change(visible, {
      phase,
      message: why.detail,
      problem: why,
      steps: steps.map(step => (step.state === 'current' ? { ...step, state: 'failed' } : step)),
      finishedAt: new Date().toISOString(),
      undo: { possible: false, reason: 'It changed nothing.' }
    });
  }

  private enter(visible: Visible, phase: Restore['phase'], step: number, message: string): void {
    this.change(visible, { phase, message, steps: stepsAt(visible.restore.steps, step, new Date()) });
  }

  private expire(visible: Visible): void {
    if (visible.restore.phase === 'planned') {
      this.forget(visible.restore);
    }
  }

  private change(visible: Visible, change: Partial<Restore>): void {
    visible.restore = { ...visible.restore, ...change };
    this.show(visible);
  }

  private show(visible: Visible): void {
    const { restore } = visible;
    this.options.services.index.upsert(restore);
    if (restore.phase === 'planned') {
      // A plan that waits for its user is no line of its own.
      this.options.operations().remove(restoreOperationId(restore.uid));
    } else {
      this.options.operations().tell(operationOf(visible));
    }
  }

  private forgetOldest(): void {
    const over = [...this.known.values()].filter(({ restore }) => restore.finishedAt !== null);
    over.slice(0, Math.max(0, over.length - KEPT)).forEach(({ restore }) => this.forget(restore));
  }

  private forget({ id, uid }: Restore): void {
    this.known.delete(id);
    this.options.services.index.remove('restore', id);
    this.options.operations().remove(restoreOperationId(uid));
  }

  private need(id: string): Visible {
    const found = this.known.get(id);
    if (found === undefined) {
      throw new ProblemError('restore-not-found', {
        detail: `There is no restore ${id}.`,
        next: 'Look at the list again.',
        object: id
      });
    }
    return found;
  }
}

const operationOf = ({ restore, done, total, abort }: Visible): Operation =>
  visibleOperation(restore, { done, total, isCancelled: abort.signal.aborted });

async function roomIn(root: string): Promise<Room> {
  const [{ bavail, bsize }, refused] = await Promise.all([
    statfs(root),
    access(root, constants.W_OK).then(
      () => null,
      (error: unknown) => (error as NodeJS.ErrnoException).code ?? 'not permitted'
    )
  ]);
  return { free: bavail * bsize, refused };
}

function leftWords(left: readonly string[]): string {
  const more = left.length > 5 ? ` and ${left.length - 5} more` : '';
  return left.length === 0
    ? ''
    : ` Not copied, as it can’t be read or is no file: ${left.slice(0, 5).join(', ')}${more}.`;
}
