/**
 * Restores of the local provider: makes plans, takes approvals, plans the way back, shows what the records say.
 * The work itself is in restoreRun.ts and its jobs; what an earlier process left is in recoverRestores.ts.
 */
import type { Restore } from '../../../../../contract';
import { ProblemError } from '../../../problemError';
import type { Intent } from '../../provider';
import { copyMethodOf } from '../copyMethod';
import type { LocalServices, Restoring } from '../localServices';
import type { ObservedVolume } from '../observedVolume';
import { labelOf, type SnapshotRecord } from '../snapshotRecord';
import { FilesRun } from './filesRun';
import { recoverRestores } from './recoverRestores';
import { assertApprovable, lastDuration, newRestoreRecord } from './restoreRequest';
import { readRestores, toRestore, writeRestoreRecord, type RestoreRecord } from './restoreRecord';
import { RestoreRun } from './restoreRun';
import { shortTime, unchangedProblem } from './restoreWords';

/** How long a plan may be approved, ms. */
export const PLAN_VALID_MS = 10 * 60_000;

/** A restore, its volume and its record. */
interface Found {
  readonly observed: ObservedVolume;
  readonly record: RestoreRecord;
}

const labelOfRestore = ({ snapshotLabel, snapshotCreatedAt, undoOf, strategy }: Restore): string =>
  strategy === 'files'
    ? `Files of ${snapshotLabel}`
    : undoOf === null
      ? `Restore to ${snapshotLabel}`
      : `Undo, back to ${shortTime(snapshotCreatedAt)}`;

/** Restores of all volumes. */
export class LocalRestores implements Restoring {
  /** Ids shown per volume, so that a record that is gone goes from the index too. */
  private readonly shown = new Map<string, Set<string>>();

  constructor(private readonly services: LocalServices) {}

  async plan(snapshot: string, volume: string | null, intent: Intent, paths?: readonly string[]): Promise<Restore> {
    return this.planTo(snapshot, volume, null, intent, paths);
  }

  async undo(id: string, intent: Intent): Promise<Restore> {
    const { observed, record } = this.find(id);
    const { undo, safetySnapshot } = toRestore(record, observed);
    if (!undo.possible || safetySnapshot === null) {
      throw new ProblemError('nothing-to-undo', {
        detail:
          `The restore to ${record.restore.snapshotLabel} can’t be undone. ${undo.possible ? '' : undo.reason}`.trim(),
        next: 'Restore another snapshot of the timeline.',
        object: id
      });
    }
    return this.planTo(safetySnapshot, null, id, intent);
  }

  async approve(id: string, uid: string): Promise<Restore> {
    const { observed } = this.find(id);
    await observed.makeWritable();
    const { record } = this.find(id);
    const { restore } = record;
    if (restore.uid !== uid) {
      throw new ProblemError('object-changed', {
        detail: 'This is not the plan you looked at.',
        next: 'Look at the plan again, then decide.',
        object: id
      });
    }
    if (restore.phase !== 'planned') {
      return this.approvedAlready(observed, record);
    }
    assertApprovable(restore, new Date());
    this.services.queue.assertFree(observed.volume);
    this.readySnapshot(observed, restore.snapshot);
    const approved: RestoreRecord = {
      ...record,
      restore: { ...restore, phase: 'securing', message: 'Waiting for its turn' }
    };
    this.put(observed, approved);
    this.enqueueRun(observed, approved);
    return toRestore(approved, observed);
  }

  async recover(observed: ObservedVolume): Promise<void> {
    for (const record of await recoverRestores(this.services, observed)) {
      const run = this.runOf(observed, record);
      this.services.queue.enqueue({
        verb: 'restore',
        volume: observed.volume,
        object: { kind: 'restore', name: record.restore.id, label: labelOfRestore(record.restore) },
        uses: usedBy(record.restore),
        exclusive: true,
        run: context => run.resume(context),
        // It can't be taken back: its record stays, and the next start goes on.
        withdraw: () => Promise.resolve()
      });
    }
  }

  show(observed: ObservedVolume): void {
    const { index } = this.services;
    const before = this.shown.get(observed.volume.id) ?? new Set();
    const records = readRestores(observed.volume.store);
    const now = new Set(records.map(record => record.restore.id));
    records.forEach(record => index.upsert(toRestore(record, observed)));
    for (const id of before) {
      if (!now.has(id)) {
        index.remove('restore', id);
      }
    }
    this.shown.set(observed.volume.id, now);
  }

  private async planTo(
    snapshot: string,
    volumeId: string | null,
    undoOf: string | null,
    intent: Intent,
    paths?: readonly string[]
  ): Promise<Restore> {
    const { observed } = this.findSnapshot(snapshot);
    const { volume } = observed;
    if (volumeId !== null && this.services.volume(volumeId) !== observed) {
      throw new ProblemError('not-supported', {
        detail: `The snapshot is of ${volume.name}, and a directory can be restored only from its own snapshots.`,
        next: 'Clone the snapshot and work on the copy.',
        object: snapshot
      });
    }
    await observed.makeWritable();
    const made = readRestores(volume.store).find(
      record => intent.operationKey !== null && record.operationKey === intent.operationKey
    );
    if (made !== undefined) {
      return toRestore(made, observed);
    }
    const record = newRestoreRecord(observed, this.readySnapshot(observed, snapshot), {
      undoOf,
      operationKey: intent.operationKey,
      requestedBy: this.services.configuration.user,
      ...(paths === undefined ? {} : { paths: [...paths] })
    });
    this.put(observed, record);
    this.enqueuePlan(observed, record);
    return toRestore(record, observed);
  }

  private enqueuePlan(observed: ObservedVolume, record: RestoreRecord): void {
    const { queue, runner, configuration, faults } = this.services;
    const { volume } = observed;
    const { restore } = record;
    const end = (error: unknown, phase: 'failed' | 'cancelled'): ProblemError => {
      const problem = unchangedProblem(error, volume.name, restore.id);
      const finishedAt = new Date().toISOString();
      const shown = phase === 'cancelled' ? null : problem;
      this.put(observed, {
        ...record,
        restore: { ...restore, phase, finishedAt, message: problem.detail, problem: shown }
      });
      return error instanceof ProblemError ? error : new ProblemError('internal', problem);
    };
    queue.enqueue({
      verb: 'restore',
      volume,
      object: { kind: 'restore', name: restore.id, label: `Plan: ${labelOfRestore(restore)}` },
      uses: [restore.snapshot],
      exclusive: false,
      withdraw: problem => {
        end(new ProblemError('cancelled', problem), 'cancelled');
        return Promise.resolve();
      },
      run: async context => {
        try {
          const common = {
            root: volume.root,
            volumeName: volume.name,
            snapshot: restore.snapshot,
            method: faults.method ?? copyMethodOf(volume.store)
          };
          const { paths, target = '' } = restore;
          const planned =
            paths === undefined
              ? await runner.run('planRestore', { ...common, exclude: configuration.exclude }, context)
              : await runner.run('planFilesBack', { ...common, paths, folder: target }, context);
          const validUntil = new Date(Date.now() + PLAN_VALID_MS).toISOString();
          const lastDurationMs = lastDuration(observed);
          const plan = { ...planned, validUntil, stopsServer: false, lastDurationMs };
          const message = plan.blockers.length === 0 ? 'Waiting for your approval' : 'Something is in the way';
          this.put(observed, { ...record, restore: { ...restore, phase: 'planned', message, plan } });
        } catch (error) {
          throw context.signal.aborted ? end(context.signal.reason, 'cancelled') : end(error, 'failed');
        }
      }
    });
  }

  private runOf(observed: ObservedVolume, record: RestoreRecord): RestoreRun | FilesRun {
    return record.restore.strategy === 'files'
      ? new FilesRun(this.services, observed, record)
      : new RestoreRun(this.services, observed, record);
  }

  private enqueueRun(observed: ObservedVolume, record: RestoreRecord): void {
    const run = this.runOf(observed, record);
    this.services.queue.enqueue({
      verb: 'restore',
      volume: observed.volume,
      object: { kind: 'restore', name: record.restore.id, label: labelOfRestore(record.restore) },
      uses: usedBy(record.restore),
      exclusive: true,
      run: context => run.begin(context),
      withdraw: problem => {
        run.withdraw(problem);
        return Promise.resolve();
      }
    });
  }

  /** Approving twice is approving once; anything that is over can't be approved. */
  private approvedAlready(observed: ObservedVolume, record: RestoreRecord): Restore {
    const { phase, id } = record.restore;
    if (phase === 'planning') {
      throw new ProblemError('not-ready', {
        detail: 'The plan is still being made.',
        next: 'Wait until it is there.',
        object: id
      });
    }
    if (phase === 'cancelled' || phase === 'failed') {
      throw new ProblemError('plan-expired', {
        detail: 'This plan is not good any more.',
        next: 'Make the plan again.',
        object: id
      });
    }
    return toRestore(record, observed);
  }

  private put(observed: ObservedVolume, record: RestoreRecord): void {
    writeRestoreRecord(observed.volume.store, record);
    observed.changed();
    this.services.index.upsert(toRestore(record, observed));
  }

  private find(id: string): Found {
    for (const observed of this.services.volumes.values()) {
      const record = readRestores(observed.volume.store).find(one => one.restore.id === id);
      if (record !== undefined) {
        return { observed, record };
      }
    }
    throw new ProblemError('restore-not-found', {
      detail: `There is no restore ${id}.`,
      next: 'Look at the list again.',
      object: id
    });
  }

  private findSnapshot(name: string): { observed: ObservedVolume } {
    for (const observed of this.services.volumes.values()) {
      if (observed.contents.snapshots.has(name)) {
        return { observed };
      }
    }
    throw new ProblemError('snapshot-not-found', {
      detail: `There is no snapshot ${name}.`,
      next: 'Look at the list again; it may have been deleted.',
      object: name
    });
  }

  private readySnapshot(observed: ObservedVolume, name: string): SnapshotRecord {
    const snapshot = observed.contents.snapshots.get(name);
    if (snapshot?.state.phase !== 'ready' || snapshot.deletingSince !== null) {
      throw new ProblemError('not-ready', {
        detail: `${snapshot === undefined ? name : labelOf(snapshot)} is not complete${snapshot?.deletingSince ? ', it is being deleted' : ''}.`,
        next: 'Choose a snapshot that is ready.',
        object: name
      });
    }
    return snapshot;
  }
}

const usedBy = (restore: Restore): string[] => [
  restore.snapshot,
  ...(restore.safetySnapshot === null ? [] : [restore.safetySnapshot])
];
