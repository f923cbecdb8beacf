/** Snapshots of the local provider: writes down what is wanted, shows it, and puts the work in line. */
import type { Blocker, CreateSnapshot, DeletePlan, Problem, Snapshot, UpdateSnapshot } from '../../../../contract';
import { problemSlug } from '../../../../contract';
import { ProblemError } from '../../problemError';
import type { Intent, RunNoteChange } from '../provider';
import type { JobContext } from './job';
import type { LocalServices } from './localServices';
import type { ObservedVolume } from './observedVolume';
import { toTrash } from './recovery';
import { abandonSnapshot } from './snapshotJob';
import { assertInFuture, assertSettled, assertUid } from './snapshotChecks';
import { intendSnapshot } from './snapshotIntent';
import { neighbours } from './snapshotNeighbours';
import { isHeld, labelOf, recordDirectory, toSnapshot, type SnapshotRecord } from './snapshotRecord';

/** Snapshots of all volumes. */
export class LocalSnapshots {
  constructor(private readonly services: LocalServices) {}

  async create(volumeId: string, request: CreateSnapshot, intent: Intent): Promise<Snapshot> {
    const { queue, configuration } = this.services;
    const observed = this.services.volume(volumeId);
    await observed.makeWritable();
    const made = [...observed.contents.snapshots.values()].find(
      record => intent.operationKey !== null && record.operationKey === intent.operationKey
    );
    if (made !== undefined) {
      return toSnapshot(made, observed.volume);
    }
    queue.assertFree(observed.volume);
    assertInFuture(request.heldUntil);
    const { title = null, note, notebook, heldUntil } = request;
    const record = intendSnapshot(
      observed,
      {
        title,
        note,
        notebook,
        heldUntil,
        origin: intent.origin ?? 'datamark',
        operationKey: intent.operationKey,
        restoredFrom: null
      },
      configuration.user
    );
    this.enqueue(observed, record);
    return toSnapshot(record, observed.volume);
  }

  async update(name: string, change: UpdateSnapshot): Promise<Snapshot> {
    const observed = this.find(name).observed;
    await observed.makeWritable();
    const { record } = this.find(name);
    assertUid(record, change.uid);
    assertSettled(record);
    const heldUntil = change.heldUntil === undefined ? record.heldUntil : change.heldUntil;
    if (change.heldUntil !== undefined) {
      assertInFuture(change.heldUntil);
    }
    const next: SnapshotRecord = {
      ...record,
      title: change.title === undefined ? record.title : change.title,
      note: change.note ?? record.note,
      heldUntil,
      heldBy:
        change.heldUntil === undefined ? record.heldBy : heldUntil === null ? null : this.services.configuration.user
    };
    observed.put(next);
    return toSnapshot(next, observed.volume);
  }

  runNote(name: string): string | undefined {
    return this.known(name)?.record.runNote;
  }

  async changeRunNote(name: string, uid: string, change: RunNoteChange): Promise<void> {
    const { observed } = this.find(name);
    await observed.makeWritable();
    const { record } = this.find(name);
    assertUid(record, uid);
    assertSettled(record);
    const text = change(record.runNote);
    if (text !== null) {
      observed.put({ ...record, runNote: text });
    }
  }

  async retry(name: string): Promise<Snapshot> {
    const { observed } = this.find(name);
    await observed.makeWritable();
    const { record } = this.find(name);
    if (record.state.phase !== 'failed' || record.deletingSince !== null) {
      throw new ProblemError('not-supported', {
        detail: `${labelOf(record)} has not failed, so there is nothing to retry.`,
        next: 'Make another snapshot.',
        object: name
      });
    }
    this.services.queue.assertFree(observed.volume);
    const now = new Date().toISOString();
    const next: SnapshotRecord = { ...record, createdAt: now, state: { phase: 'pending', since: now } };
    observed.put(next);
    this.enqueue(observed, next);
    return toSnapshot(next, observed.volume);
  }

  async planDelete(name: string): Promise<DeletePlan> {
    const { observed, record } = this.find(name);
    const { index, runner } = this.services;
    const blockers = this.blockers(record);
    const undone = index.all('restore').filter(one => one.safetySnapshot === name && one.undo.possible);
    const loss =
      record.state.phase === 'ready'
        ? await runner.run(
            'measureLoss',
            { root: observed.volume.root, name, neighbours: neighbours(observed, record).map(one => one.name) },
            this.services.quietContext()
          )
        : { lost: { known: true, bytes: 0 } as const, files: 0 };
    const matters = record.title !== null || isHeld(record, new Date()) || !loss.lost.known || loss.lost.bytes > 0;
    return {
      object: name,
      uid: record.uid,
      allowed: blockers.length === 0,
      blockers,
      warnings: undone.map(one => `The restore to ${one.snapshotLabel} can’t be undone any more without it.`),
      lost: loss.lost,
      lostFiles: loss.files,
      typeToConfirm: record.state.phase === 'ready' && matters ? labelOf(record) : null
    };
  }

  async delete(name: string, uid: string): Promise<Snapshot> {
    const { observed } = this.find(name);
    await observed.makeWritable();
    const { record } = this.find(name);
    assertUid(record, uid);
    if (record.deletingSince !== null) {
      return toSnapshot(record, observed.volume);
    }
    const blockers = this.blockers(record);
    const [first] = blockers;
    if (first !== undefined) {
      throw new ProblemError(first.kind === 'held' ? 'snapshot-held' : 'in-use', {
        detail: `${labelOf(record)} can’t be deleted. ${first.message}`,
        next: first.fix,
        object: name,
        blockers
      });
    }
    const deleting = { ...record, deletingSince: new Date().toISOString() };
    observed.put(deleting);
    this.enqueueDelete(observed, deleting);
    return toSnapshot(deleting, observed.volume);
  }

  /** Takes up what an earlier process had begun to delete. */
  resume(observed: ObservedVolume, record: SnapshotRecord): void {
    if (record.deletingSince !== null) {
      this.enqueueDelete(observed, record);
    }
  }

  /** Measures in the background what complete snapshots hold alone; the numbers show when they are known. */
  measure(observed: ObservedVolume, names: readonly string[]): void {
    this.services.background('measure', context => observed.during(() => this.measureEach(observed, names, context)));
  }

  private async measureEach(observed: ObservedVolume, names: readonly string[], context: JobContext): Promise<void> {
    const { runner } = this.services;
    for (const name of names) {
      const before = observed.contents.snapshots.get(name);
      if (before?.state.phase !== 'ready') {
        continue;
      }
      const { method } = before.state.contents;
      const ownData = await runner.run('measureOwnData', { root: observed.volume.root, name, method }, context);
      const now = observed.contents.snapshots.get(name);
      if (now?.state.phase === 'ready' && now.deletingSince === null && observed.volume.lock.isHeld()) {
        observed.put({ ...now, ownData });
      }
    }
  }

  private known(name: string): { observed: ObservedVolume; record: SnapshotRecord } | null {
    for (const observed of this.services.volumes.values()) {
      const record = observed.contents.snapshots.get(name);
      if (record !== undefined) {
        return { observed, record };
      }
    }
    return null;
  }

  private find(name: string): { observed: ObservedVolume; record: SnapshotRecord } {
    const known = this.known(name);
    if (known !== null) {
      return known;
    }
    throw new ProblemError('snapshot-not-found', {
      detail: `There is no snapshot ${name}.`,
      next: 'Look at the list again; it may have been deleted.',
      object: name
    });
  }

  private blockers(record: SnapshotRecord): Blocker[] {
    const operation = this.services.queue.needing(record.name);
    const held = isHeld(record, new Date());
    const until = record.heldUntil === 'forever' ? 'until it is released' : `until ${record.heldUntil ?? ''}`;
    return [
      ...(held
        ? [
            {
              kind: 'held',
              object: record.name,
              message: `${record.heldBy ?? 'Somebody'} holds it ${until}.`,
              fix: 'Release the hold first.',
              by: record.heldBy,
              since: null
            }
          ]
        : []),
      ...(operation === undefined
        ? []
        : [
            {
              kind: 'operation',
              object: operation.id,
              message: `A running ${operation.verb} needs it.`,
              fix: 'Wait until it is done, or cancel it.',
              by: null,
              since: operation.startedAt
            }
          ])
    ];
  }

  private enqueue(observed: ObservedVolume, record: SnapshotRecord): void {
    const { queue, runner, configuration, faults } = this.services;
    const { volume } = observed;
    const { name } = record;
    queue.enqueue({
      verb: 'snapshot',
      volume,
      object: { kind: 'snapshot', name, label: labelOf(record) },
      exclusive: true,
      withdraw: problem => abandonSnapshot(volume.store, name, problem).then(() => observed.observe()),
      run: async context => {
        const input = { root: volume.root, name, exclude: configuration.exclude, method: faults.method };
        try {
          await runner.run('takeSnapshot', input, context);
        } finally {
          observed.changed();
          await observed.observe();
        }
        const made = observed.contents.snapshots.get(name);
        const base = made?.state.phase === 'ready' ? made.state.contents.base : null;
        this.measure(observed, base === null ? [name] : [name, base]);
      }
    });
  }

  private enqueueDelete(observed: ObservedVolume, record: SnapshotRecord): void {
    const { queue } = this.services;
    queue.enqueue({
      verb: 'delete',
      volume: observed.volume,
      object: { kind: 'snapshot', name: record.name, label: labelOf(record) },
      exclusive: false,
      withdraw: problem => this.withdrawDelete(observed, record, problem),
      run: context => this.runDelete(observed, record, context)
    });
  }

  /** Cancelled: it stays. Stopped: the intent stays, and the next start finishes it. */
  private async withdrawDelete(observed: ObservedVolume, record: SnapshotRecord, problem: Problem): Promise<void> {
    if (problemSlug(problem.type) !== 'interrupted') {
      observed.put({ ...record, deletingSince: null });
    }
    await observed.observe();
  }

  private async runDelete(observed: ObservedVolume, record: SnapshotRecord, context: JobContext): Promise<void> {
    const { store, root } = observed.volume;
    const affected = neighbours(observed, record).map(one => one.name);
    try {
      await context.step('delete:begin');
      await context.pointOfNoReturn('Its files are being removed.');
      toTrash(store, recordDirectory(store, record), record.name);
    } catch (error) {
      if (!context.signal.aborted) {
        observed.put({ ...record, deletingSince: null });
      }
      throw error;
    }
    observed.changed();
    await observed.observe();
    await context.step('delete:trashed');
    await this.services.runner.run('emptyTrash', { root }, context);
    await context.step('delete:done');
    this.measure(observed, affected);
  }
}
