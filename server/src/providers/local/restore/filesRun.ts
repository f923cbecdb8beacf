/**
 * One approved restore of chosen files, as the work of one operation: a copy in the store, then one rename to a folder
 * of the volume that did not exist. A later process finds by the record and by what is there how far it came.
 */
import * as fs from 'node:fs';
import { join } from 'node:path';
import { problemSlug, type Problem, type Restore, type RestorePhase } from '../../../../../contract';
import { ProblemError } from '../../../problemError';
import { syncDirectory } from '../atomicFile';
import { copyMethodOf } from '../copyMethod';
import type { JobContext } from '../job';
import type { LocalServices } from '../localServices';
import type { ObservedVolume } from '../observedVolume';
import { files } from './countChanges';
import { copyOf, dropCopy } from './filesBackJobs';
import {
  FILES_PHASES,
  restoreDirectory,
  stepsIn,
  toRestore,
  writeRestoreRecord,
  type RestoreRecord
} from './restoreRecord';
import { unchangedProblem } from './restoreWords';
import { isThere } from './workspace';

const NO_WAY_BACK = 'The folder is being put in place. Delete it when it is there.';

/** A restore of files that is carried out in this process. */
export class FilesRun {
  constructor(
    private readonly services: LocalServices,
    private readonly observed: ObservedVolume,
    private record: RestoreRecord
  ) {}

  /** Everything; throws the problem with which the operation ends. */
  async begin(context: JobContext): Promise<void> {
    const { snapshot, paths = [], target = '' } = this.record.restore;
    const { root, name, store } = this.observed.volume;
    const method = this.services.faults.method ?? copyMethodOf(store);
    try {
      this.enter('preparing', 'Copying the files from the snapshot');
      const copied = await this.services.runner.run(
        'copyFilesBack',
        { root, volumeName: name, snapshot, paths, folder: target, method, directory: this.directory },
        context
      );
      await context.pointOfNoReturn(NO_WAY_BACK);
      this.enter('restoring', `Putting ${files(copied.files)} beside`);
    } catch (error) {
      throw this.endUnchanged(context.signal.aborted ? context.signal.reason : error);
    }
    await this.resume(context);
  }

  /** From the rename on; also what recovery calls. Done again it only finishes. */
  async resume(context: JobContext): Promise<void> {
    await context.pointOfNoReturn(NO_WAY_BACK);
    await context.step('files:place');
    try {
      this.place();
    } catch (error) {
      throw this.endUnchanged(error);
    }
    await context.step('files:placed');
    const { target = '', snapshotLabel } = this.record.restore;
    this.finish('succeeded', { message: `The files of ${snapshotLabel} are in ${target}.` });
  }

  /** Cancelled or stopped while it waited for its turn. */
  withdraw(problem: Problem): void {
    this.endUnchanged(new ProblemError(problemSlug(problem.type) ?? 'internal', problem));
  }

  private place(): void {
    const { target = '', id } = this.record.restore;
    const copy = copyOf(this.directory);
    const place = join(this.observed.volume.root, target);
    if (isThere(copy)) {
      if (isThere(place)) {
        throw new ProblemError('already-exists', {
          detail: `${target} was made by somebody else meanwhile.`,
          next: 'Rename it, then restore again.',
          object: id
        });
      }
      fs.renameSync(copy, place);
      syncDirectory(this.observed.volume.root);
      syncDirectory(this.directory);
    } else if (!isThere(place)) {
      throw new ProblemError('interrupted', {
        detail: 'The copied files are gone from the store.',
        next: 'Restore again.',
        object: id
      });
    }
  }

  private get directory(): string {
    return restoreDirectory(this.observed.volume.store, this.record.restore.id);
  }

  private enter(phase: RestorePhase, message: string): void {
    this.update({ phase, message, steps: stepsIn(this.record.restore.steps, phase, new Date(), FILES_PHASES) });
  }

  private finish(phase: RestorePhase, change: Partial<Restore>): void {
    const now = new Date();
    const steps = stepsIn(this.record.restore.steps, phase, now, FILES_PHASES);
    this.update({ ...change, phase, steps, finishedAt: now.toISOString() });
  }

  private update(change: Partial<Restore>): void {
    this.record = { ...this.record, restore: { ...this.record.restore, ...change } };
    writeRestoreRecord(this.observed.volume.store, this.record);
    this.observed.changed();
    this.services.index.upsert(toRestore(this.record, this.observed));
  }

  private endUnchanged(error: unknown): ProblemError {
    const { id, volumeName } = this.record.restore;
    const problem = unchangedProblem(error, `Files of ${volumeName}`, id);
    const slug = problemSlug(problem.type) ?? 'internal';
    const cancelled = slug === 'cancelled';
    this.finish(cancelled ? 'cancelled' : 'failed', { message: problem.detail, problem: cancelled ? null : problem });
    dropCopy(this.observed.volume.store, id);
    return new ProblemError(slug, problem);
  }
}
