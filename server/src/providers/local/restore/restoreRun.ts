/**
 * One approved restore from `securing` to its end, as the work of one operation. Each phase is written down before
 * it begins; only then its job runs. A later process goes on from the phase it finds.
 */
import { problemSlug, type Problem, type Restore, type RestorePhase } from '../../../../../contract';
import { ProblemError } from '../../../problemError';
import type { JobContext } from '../job';
import type { LocalServices } from '../localServices';
import { intendSnapshot } from '../snapshotIntent';
import type { ObservedVolume } from '../observedVolume';
import { copyMethodOf } from '../copyMethod';
import type { SnapshotRecord } from '../snapshotRecord';
import { systemProblem } from '../systemProblem';
import { Workspace } from './workspace';
import { removeJournal, type Progress } from './journal';
import { restoreDirectory, stepsIn, toRestore, writeRestoreRecord, type RestoreRecord } from './restoreRecord';
import { remarks, rolledBackProblem, shortTime, unchangedProblem } from './restoreWords';

/** How long a safety snapshot is held, ms. */
export const HELD_MS = 14 * 24 * 3600 * 1000;
const NO_WAY_BACK = 'The files are being put in place. Undo it when it is done.';
/** A job that is cut short by something passing is started again so often; it goes on where it was. */
const TRIES = 3;

/** A restore that is carried out in this process. */
export class RestoreRun {
  constructor(
    private readonly services: LocalServices,
    private readonly observed: ObservedVolume,
    private record: RestoreRecord
  ) {}

  /** Everything; throws the problem with which the operation ends. */
  async begin(context: JobContext): Promise<void> {
    try {
      await this.secure(context);
      await this.prepare(context);
      await context.pointOfNoReturn(NO_WAY_BACK);
    } catch (error) {
      throw this.endUnchanged(context.signal.aborted ? context.signal.reason : error);
    }
    await this.resume(context);
  }

  /** From the first change on; also what recovery calls. */
  async resume(context: JobContext): Promise<void> {
    await context.pointOfNoReturn(NO_WAY_BACK);
    this.enter('restoring', 'Putting the files in place');
    const { volume } = this.observed;
    const input = { root: volume.root, directory: this.directory };
    const watched: JobContext = {
      ...context,
      step: async name => {
        if (name === 'restore:verify') {
          this.enter('verifying', 'Checking the result');
        }
        await context.step(name);
      }
    };
    for (let attempt = 1; ; attempt += 1) {
      try {
        this.end(await this.services.runner.run('applyRestore', input, watched));
        return;
      } catch (error) {
        if (this.isOver) {
          throw error;
        }
        // Stopped: the next start goes on. A journal that can't be read: nobody can.
        const slug = error instanceof ProblemError ? problemSlug(error.problem.type) : null;
        if (slug === 'store-corrupt') {
          throw this.endUnreadable(error);
        }
        if (context.signal.aborted || attempt >= TRIES) {
          this.services.log.error({ err: error, restore: input.directory }, 'a restore is left to be finished later');
          this.update({ message: 'It was interrupted, and is finished when Datamark starts again.' });
          throw error;
        }
      }
    }
  }

  /** Cancelled or stopped while it waited for its turn. */
  withdraw(problem: Problem): void {
    this.endUnchanged(new ProblemError(problemSlug(problem.type) ?? 'internal', problem));
  }

  private async secure(context: JobContext): Promise<void> {
    const { services, observed, record } = this;
    const { configuration, faults, runner } = services;
    const { volume } = observed;
    this.enter('securing', `Keeping ${volume.name} as it is now`);
    await context.step('restore:secure');
    const safety = intendSnapshot(
      observed,
      {
        title: `Before restore to ${shortTime(record.restore.snapshotCreatedAt)}`,
        note: '',
        notebook: null,
        heldUntil: new Date(Date.now() + HELD_MS).toISOString(),
        origin: 'safety',
        operationKey: null,
        restoredFrom: record.restore.snapshot
      },
      configuration.user
    );
    this.update({ safetySnapshot: safety.name });
    await context.step('restore:intended');
    try {
      const input = { root: volume.root, name: safety.name, exclude: configuration.exclude, method: faults.method };
      // That the snapshot can't be taken back does not mean that the restore can't.
      await runner.run('takeSnapshot', input, { ...context, pointOfNoReturn: () => Promise.resolve() });
    } finally {
      observed.changed();
      await observed.observe();
    }
    await context.step('restore:secured');
  }

  private async prepare(context: JobContext): Promise<void> {
    const { id, snapshot, safetySnapshot } = this.record.restore;
    const { root, store } = this.observed.volume;
    this.enter('preparing', 'Making the restored files');
    await this.services.runner.run(
      'prepareRestore',
      {
        root,
        id,
        directory: this.directory,
        snapshot,
        safetySnapshot: safetySnapshot ?? '',
        keptFolder: this.record.keptFolder,
        method: this.services.faults.method ?? copyMethodOf(store)
      },
      context
    );
  }

  private get isOver(): boolean {
    return this.record.restore.finishedAt !== null;
  }

  private get directory(): string {
    return restoreDirectory(this.observed.volume.store, this.record.restore.id);
  }

  private get safety(): SnapshotRecord | undefined {
    return this.observed.contents.snapshots.get(this.record.restore.safetySnapshot ?? '');
  }

  private enter(phase: RestorePhase, message: string): void {
    const { steps } = this.record.restore;
    this.update({ phase, message, steps: stepsIn(steps, phase, new Date()) });
  }

  private finish(phase: RestorePhase, change: Partial<Restore>): void {
    const now = new Date();
    const steps = stepsIn(this.record.restore.steps, phase, now);
    this.update({ ...change, phase, steps, finishedAt: now.toISOString() });
  }

  private update(change: Partial<Restore>, undoable = this.record.undoable): void {
    this.record = { ...this.record, undoable, restore: { ...this.record.restore, ...change } };
    writeRestoreRecord(this.observed.volume.store, this.record);
    this.observed.changed();
    this.services.index.upsert(toRestore(this.record, this.observed));
  }

  /** Writes down what came of it; throws where it went back. */
  private end(progress: Progress): void {
    const { record, observed } = this;
    const { restore, keptFolder } = record;
    const kept = progress.kept.length > 0 ? keptFolder : null;
    const said = remarks(progress, keptFolder);
    if (progress.failure === null) {
      this.record = { ...record, undoable: true };
      const message = [`${restore.volumeName} is restored to ${shortTime(restore.snapshotCreatedAt)}.`, ...said].join(
        ' '
      );
      this.finish('succeeded', { message, kept, problem: null });
      removeJournal(this.directory);
      return;
    }
    const title = this.safety?.title ?? restore.safetySnapshot ?? '';
    const failure = rolledBackProblem(progress, observed.volume.name, title, restore.id);
    this.record = { ...record, undoable: !progress.asBefore };
    this.finish('rolled-back', {
      message: [failure.problem.detail, ...said].join(' '),
      kept,
      problem: failure.problem
    });
    removeJournal(this.directory);
    if (progress.asBefore) {
      this.releaseSafety();
    }
    throw failure;
  }

  private endUnreadable(error: unknown): ProblemError {
    const failure = systemProblem(error, 'The restore can’t go on', this.record.restore.id);
    this.record = { ...this.record, undoable: true };
    this.finish('failed', {
      message: `${failure.problem.detail} Some files may be restored and others not.`,
      problem: failure.problem
    });
    return failure;
  }

  private endUnchanged(error: unknown): ProblemError {
    const { id, volumeName } = this.record.restore;
    const problem = unchangedProblem(error, volumeName, id);
    const slug = problemSlug(problem.type) ?? 'internal';
    this.finish(slug === 'cancelled' ? 'cancelled' : 'failed', {
      message: problem.detail,
      problem: slug === 'cancelled' ? null : problem
    });
    new Workspace(this.directory).clear();
    removeJournal(this.directory);
    this.releaseSafety();
    return new ProblemError(slug, problem);
  }

  /** A safety snapshot of a restore that changed nothing needs no hold; it stays until somebody deletes it. */
  private releaseSafety(): void {
    const { safety, observed } = this;
    if (safety?.state.phase === 'ready' && safety.deletingSince === null) {
      observed.put({ ...safety, heldUntil: null, heldBy: null });
    }
  }
}
