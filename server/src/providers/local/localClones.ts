/** Clones of the local provider: writes down what is wanted, shows it, and puts the work in line. */
import { randomUUID } from 'node:crypto';
import * as fs from 'node:fs';
import {
  problemSlug,
  type Blocker,
  type Clone,
  type CreateClone,
  type DeletePlan,
  type Problem
} from '../../../../contract';
import { ProblemError } from '../../problemError';
import type { CloneFrom, Intent } from '../provider';
import { abandonClone } from './cloneJob';
import { writeCloneRecord, type CloneRecord } from './cloneRecord';
import { cloneSource, isTaken, madeUpName } from './cloneRequest';
import type { JobContext } from './job';
import type { LocalServices } from './localServices';
import type { ObservedVolume } from './observedVolume';
import { openPaths } from './openFiles';
import { toTrash } from './recovery';
import { systemProblem } from './systemProblem';

/** Clones of all volumes. */
export class LocalClones {
  constructor(private readonly services: LocalServices) {}

  async create(from: CloneFrom, request: CreateClone, intent: Intent): Promise<Clone> {
    const { observed } = cloneSource(this.services, from);
    await observed.makeWritable();
    const { source } = cloneSource(this.services, from);
    const made = [...observed.contents.clones.values()].find(
      record => intent.operationKey !== null && record.operationKey === intent.operationKey
    );
    if (made !== undefined) {
      return this.shown(observed, made);
    }
    const { store } = observed.volume;
    const name = request.name ?? madeUpName(observed, source);
    if (isTaken(observed, name)) {
      throw new ProblemError('already-exists', {
        detail: `${store.clone(name)} exists already.`,
        next: 'Choose another name.',
        object: name
      });
    }
    try {
      fs.mkdirSync(store.clonesRoot, { recursive: true });
    } catch (error) {
      throw systemProblem(error, `${store.clonesRoot} can’t be made`, name);
    }
    const now = new Date().toISOString();
    const record: CloneRecord = {
      format: 1,
      name,
      uid: randomUUID(),
      createdAt: now,
      createdBy: this.services.configuration.user,
      operationKey: intent.operationKey,
      source,
      state: { phase: 'pending', since: now },
      deletingSince: null
    };
    observed.putClone(record);
    this.enqueue(observed, record);
    return this.shown(observed, record);
  }

  async planDelete(id: string): Promise<DeletePlan> {
    const { observed, record } = this.find(id);
    const path = observed.volume.store.clone(record.name);
    const blockers = this.blockers(observed, record);
    const ready = record.state.phase === 'ready';
    const loss = ready
      ? await this.services.runner.run('measureTree', { path }, this.services.quietContext())
      : { lost: { known: true, bytes: 0 } as const, files: 0 };
    return {
      object: id,
      uid: record.uid,
      allowed: blockers.length === 0,
      blockers,
      warnings: [],
      lost: loss.lost,
      lostFiles: loss.files,
      typeToConfirm: ready && (!loss.lost.known || loss.lost.bytes > 0) ? record.name : null
    };
  }

  async delete(id: string, uid: string): Promise<Clone> {
    const { observed } = this.find(id);
    await observed.makeWritable();
    const { record } = this.find(id);
    if (record.uid !== uid) {
      throw new ProblemError('object-changed', {
        detail: `${record.name} is not the clone you looked at.`,
        next: 'Look at it again, then decide.',
        object: id
      });
    }
    if (record.deletingSince === null) {
      const blockers = this.blockers(observed, record);
      const [first] = blockers;
      if (first !== undefined) {
        throw new ProblemError('in-use', {
          detail: `${record.name} can’t be deleted. ${first.message}`,
          next: first.fix,
          object: id,
          blockers
        });
      }
      const deleting = { ...record, deletingSince: new Date().toISOString() };
      observed.putClone(deleting);
      this.enqueueDelete(observed, deleting);
    }
    return this.shown(observed, record);
  }

  /** Takes up what an earlier process had begun to delete. */
  resume(observed: ObservedVolume, record: CloneRecord): void {
    if (record.deletingSince !== null) {
      this.enqueueDelete(observed, record);
    }
  }

  private find(id: string): { observed: ObservedVolume; record: CloneRecord } {
    for (const observed of this.services.volumes.values()) {
      const { slug } = observed.volume;
      const record = id.startsWith(`${slug}.`) ? observed.contents.clones.get(id.slice(slug.length + 1)) : undefined;
      if (record !== undefined) {
        return { observed, record };
      }
    }
    throw new ProblemError('clone-not-found', {
      detail: `There is no clone ${id}.`,
      next: 'Look at the list again; it may have been deleted.',
      object: id
    });
  }

  private shown(observed: ObservedVolume, record: CloneRecord): Clone {
    const clone = this.services.index.get('clone', `${observed.volume.slug}.${record.name}`);
    if (clone === undefined) {
      throw new ProblemError('clone-not-found', {
        detail: `The clone ${record.name} is gone.`,
        next: 'Look at the list again.',
        object: record.name
      });
    }
    return clone;
  }

  private blockers(observed: ObservedVolume, record: CloneRecord): Blocker[] {
    const id = `${observed.volume.slug}.${record.name}`;
    const operation = this.services.queue.needing(id);
    const path = observed.volume.store.clone(record.name);
    const usedBy = openPaths([path]).usedBy(path);
    const users = usedBy.known ? usedBy.names : [];
    return [
      ...users.map(name => ({
        kind: 'process',
        object: name,
        message: `${name} works in it.`,
        fix: 'Shut that kernel, terminal or program down.',
        by: name,
        since: null
      })),
      ...(operation === undefined
        ? []
        : [
            {
              kind: 'operation',
              object: operation.id,
              message: `A running ${operation.verb} works on it.`,
              fix: 'Wait until it is done, or cancel it.',
              by: null,
              since: operation.startedAt
            }
          ])
    ];
  }

  private enqueue(observed: ObservedVolume, record: CloneRecord): void {
    const { queue, runner, configuration, faults } = this.services;
    const { volume } = observed;
    const { name, source } = record;
    queue.enqueue({
      verb: 'clone',
      volume,
      object: { kind: 'clone', name: `${volume.slug}.${name}`, label: name },
      uses: source.kind === 'snapshot' ? [source.name] : [],
      exclusive: false,
      withdraw: problem => abandonClone(volume.store, record, problem).then(() => observed.observe()),
      run: async context => {
        try {
          const input = { root: volume.root, name, exclude: configuration.exclude, method: faults.method };
          await runner.run('buildClone', input, context);
        } finally {
          observed.changed();
          await observed.observe();
        }
      }
    });
  }

  private enqueueDelete(observed: ObservedVolume, record: CloneRecord): void {
    const { volume } = observed;
    this.services.queue.enqueue({
      verb: 'delete',
      volume,
      object: { kind: 'clone', name: `${volume.slug}.${record.name}`, label: record.name },
      exclusive: false,
      withdraw: problem => this.withdrawDelete(observed, record, problem),
      run: context => this.runDelete(observed, record, context)
    });
  }

  private async withdrawDelete(observed: ObservedVolume, record: CloneRecord, problem: Problem): Promise<void> {
    if (problemSlug(problem.type) !== 'interrupted') {
      observed.putClone({ ...record, deletingSince: null });
    }
    await observed.observe();
  }

  private async runDelete(observed: ObservedVolume, record: CloneRecord, context: JobContext): Promise<void> {
    const { store, root } = observed.volume;
    try {
      await context.step('clone-delete:begin');
      await context.pointOfNoReturn('Its files are being removed.');
      if (record.state.phase === 'ready') {
        toTrash(store, store.clone(record.name), record.name);
      }
      await context.step('clone-delete:trashed');
      // The record goes last: until then a later process knows what was to be deleted.
      fs.rmSync(store.cloneRecord(record.name), { force: true });
    } catch (error) {
      if (!context.signal.aborted && fs.existsSync(store.clone(record.name))) {
        writeCloneRecord(store, { ...record, deletingSince: null });
      }
      throw error;
    } finally {
      observed.changed();
      await observed.observe();
    }
    await this.services.runner.run('emptyTrash', { root }, context);
    await context.step('clone-delete:done');
  }
}
