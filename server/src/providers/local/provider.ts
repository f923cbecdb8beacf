/**
 * The local provider: snapshots, clones and restores of plain directories. This file only puts its parts together;
 * each part says what it does in its own file.
 */
import * as fs from 'node:fs';
import type {
  Capabilities,
  Capability,
  CheckFinding,
  Clone,
  CreateClone,
  CreateSnapshot,
  DeletePlan,
  Freshness,
  Notice,
  Operation,
  Restore,
  Snapshot,
  UpdateSnapshot
} from '../../../../contract';
import type { LocalConfiguration } from '../../configuration';
import { ObservedIndex } from '../../observed/observedIndex';
import { ProblemError } from '../../problemError';
import type { CloneFrom, Intent, Provider, RestoreWay, RunNoteChange } from '../provider';
import { FaultSwitch } from './faultSwitch';
import type { JobContext } from './job';
import type { JobRunner } from './jobRunner';
import { LocalClones } from './localClones';
import type { LocalLog, LocalServices, Restoring } from './localServices';
import { LocalSnapshots } from './localSnapshots';
import { localVolumes } from './localVolume';
import { ObservedVolume } from './observedVolume';
import { OperationQueue } from './operationQueue';
import { openPaths, type OpenPaths } from './openFiles';
import { recoverStore } from './recovery';
import { LocalRestores } from './restore/localRestores';
import { WorkerRunner } from './workerRunner';

/** What the provider is made from. */
export interface LocalProviderOptions {
  readonly configuration: LocalConfiguration;
  readonly log: LocalLog;
  readonly version: string;
  /** Socket this server answers on; written into the locks, for clients that look for it. */
  readonly socket?: string | null;
  /** How jobs run; left out: in a worker thread of this program. */
  readonly runner?: JobRunner;
  /** A store's lock is given back when nothing needed it for so long, ms. */
  readonly releaseAfterMs?: number;
}

/** Long enough for a few changes in a row to need the lock once, short enough to wait for. */
const RELEASE_AFTER_MS = 5000;
/** A look at all processes serves so long, ms. */
const PROCESSES_MS = 1000;

/** Plain directories on this computer. */
export class LocalProvider implements Provider {
  readonly kind = 'local';
  readonly label = 'plain directories on this computer';
  readonly user: string | null;
  readonly index = new ObservedIndex();

  private readonly services: LocalServices;
  private readonly snapshots: LocalSnapshots;
  private readonly clones: LocalClones;
  private readonly restores: Restoring;
  private readonly stopping = new AbortController();
  private readonly backgrounds = new Set<Promise<void>>();
  private processes: { readonly seenAt: number; readonly open: OpenPaths } | null = null;

  constructor(private readonly options: LocalProviderOptions) {
    const { configuration, log, socket = null } = options;
    this.user = configuration.user;
    const faults = new FaultSwitch(configuration.faults);
    const volumes = new Map<string, ObservedVolume>();
    this.services = {
      configuration,
      log,
      index: this.index,
      queue: new OperationQueue(this.index, faults),
      runner: options.runner ?? new WorkerRunner(process.argv[1] ?? ''),
      faults,
      volumes,
      volume: id => volumes.get(id) ?? notFound(id),
      background: (what, run) => this.background(what, run),
      quietContext: () => this.quietContext()
    };
    for (const volume of localVolumes(configuration, socket)) {
      volumes.set(
        volume.id,
        new ObservedVolume({
          volume,
          index: this.index,
          serverRoot: configuration.serverRoot,
          method: faults.method,
          releaseAfterMs: options.releaseAfterMs ?? RELEASE_AFTER_MS,
          isBusy: id => this.services.queue.isBusy(id),
          usedBy: path => this.lookAtProcesses().usedBy(path),
          recover: observed => this.recover(observed),
          onLook: observed => this.restores.show(observed),
          log
        })
      );
    }
    this.snapshots = new LocalSnapshots(this.services);
    this.clones = new LocalClones(this.services);
    this.restores = new LocalRestores(this.services);
  }

  async start(): Promise<void> {
    await this.eachVolume('start', observed => observed.observe());
    await this.eachVolume('recovery', observed => observed.claim());
    this.options.log.info({ volumes: [...this.services.volumes.keys()] }, 'local provider started');
  }

  async stop(): Promise<void> {
    const { queue, runner, volumes } = this.services;
    this.stopping.abort(new ProblemError('interrupted', { detail: 'Datamark was stopped.', next: 'Start it again.' }));
    await queue.stop();
    await Promise.all(this.backgrounds);
    await runner.stop();
    await Promise.all([...volumes.values()].map(observed => observed.stop()));
  }

  capabilities(): Capabilities {
    const can = this.index.all('volume').map(volume => volume.can);
    const any = (pick: (one: (typeof can)[number]) => Capability): Capability =>
      can.map(pick).find(one => one.available) ??
      can.map(pick)[0] ?? { available: false, reason: 'No volume is configured.', fix: 'Configure a directory.' };
    const change = any(one => one.snapshot);
    return {
      snapshot: change,
      clone: any(one => one.clone),
      restore: any(one => one.restore),
      files: any(one => one.files),
      delete: change,
      hold: change
    };
  }

  notices(): Notice[] {
    return [...this.services.volumes.values()].flatMap(observed => observed.notices);
  }

  async check(): Promise<CheckFinding[]> {
    return this.lastFindings();
  }

  lastFindings(): CheckFinding[] {
    return [...this.services.volumes.values()].flatMap(observed => observed.check());
  }

  /** The file system is asked each time, and always answers. */
  freshness(): Freshness {
    return { current: true };
  }

  onStatusChange(): () => void {
    return () => undefined;
  }

  async refresh(): Promise<void> {
    this.processes = null;
    await this.eachVolume('refresh', async observed => {
      await observed.claimIfLeft();
      await observed.observe();
    });
  }

  createSnapshot(volume: string, request: CreateSnapshot, intent: Intent): Promise<Snapshot> {
    return this.snapshots.create(volume, request, intent);
  }

  updateSnapshot(name: string, change: UpdateSnapshot): Promise<Snapshot> {
    return this.snapshots.update(name, change);
  }

  retrySnapshot(name: string): Promise<Snapshot> {
    return this.snapshots.retry(name);
  }

  planSnapshotDelete(name: string): Promise<DeletePlan> {
    return this.snapshots.planDelete(name);
  }

  runNote(name: string): string | undefined {
    return this.snapshots.runNote(name);
  }

  changeRunNote(name: string, uid: string, change: RunNoteChange): Promise<void> {
    return this.snapshots.changeRunNote(name, uid, change);
  }

  deleteSnapshot(name: string, uid: string): Promise<Snapshot> {
    return this.snapshots.delete(name, uid);
  }

  createClone(from: CloneFrom, request: CreateClone, intent: Intent): Promise<Clone> {
    return this.clones.create(from, request, intent);
  }

  planCloneDelete(id: string): Promise<DeletePlan> {
    return this.clones.planDelete(id);
  }

  deleteClone(id: string, uid: string): Promise<Clone> {
    return this.clones.delete(id, uid);
  }

  async planRestore(snapshot: string, volume: string | null, intent: Intent, way?: RestoreWay): Promise<Restore> {
    if (way !== undefined && way.strategy !== 'files') {
      throw new ProblemError('not-supported', {
        detail: `A directory on this computer is restored whole or by files, not by ${way.strategy}.`,
        next: 'Leave the strategy out, or choose files.',
        object: snapshot
      });
    }
    return this.restores.plan(snapshot, volume, intent, way?.paths);
  }

  approveRestore(id: string, uid: string): Promise<Restore> {
    return this.restores.approve(id, uid);
  }

  undoRestore(id: string, intent: Intent): Promise<Restore> {
    return this.restores.undo(id, intent);
  }

  cancelOperation(id: string): Promise<Operation> {
    return this.services.queue.cancel(id);
  }

  /** Runs with the lock just taken: puts the store in order, then takes up what was to be done. */
  private async recover(observed: ObservedVolume): Promise<void> {
    const { store, root } = observed.volume;
    recoverStore(store);
    observed.changed();
    await observed.observe();
    await this.restores.recover(observed);
    for (const record of observed.contents.snapshots.values()) {
      this.snapshots.resume(observed, record);
    }
    for (const record of observed.contents.clones.values()) {
      this.clones.resume(observed, record);
    }
    if (fs.readdirSync(store.trash).length > 0) {
      this.background('empty the trash', context =>
        observed.during(() => this.services.runner.run('emptyTrash', { root }, context))
      );
    }
  }

  /** Who works in which clone; a look at all processes serves for a moment. */
  private lookAtProcesses(): OpenPaths {
    const now = performance.now();
    if (this.processes === null || now - this.processes.seenAt > PROCESSES_MS) {
      const roots = [...this.services.volumes.values()].map(observed => observed.volume.store.clonesRoot);
      this.processes = { seenAt: now, open: openPaths(roots) };
    }
    return this.processes.open;
  }

  /** One volume that can't be read must not hide the others. */
  private async eachVolume(what: string, act: (observed: ObservedVolume) => Promise<void>): Promise<void> {
    for (const observed of this.services.volumes.values()) {
      try {
        await act(observed);
      } catch (error) {
        this.options.log.error({ err: error, volume: observed.volume.id }, `${what} failed`);
      }
    }
  }

  private background(what: string, run: (context: JobContext) => Promise<unknown>): void {
    const task = run(this.quietContext())
      .then(() => undefined)
      .catch((error: unknown) => {
        if (!this.stopping.signal.aborted) {
          this.options.log.error({ err: error }, `${what} failed`);
        }
      });
    this.backgrounds.add(task);
    task.finally(() => this.backgrounds.delete(task)).catch(() => undefined);
  }

  private quietContext(): JobContext {
    const { signal } = this.stopping;
    const pass = (): Promise<void> =>
      signal.aborted ? Promise.reject(new Error('The provider is being stopped.')) : Promise.resolve();
    return { signal, progress: () => undefined, step: pass, pointOfNoReturn: pass };
  }
}

function notFound(id: string): never {
  throw new ProblemError('volume-not-found', {
    detail: `There is no volume ${id}.`,
    next: 'Look at the list of volumes.',
    object: id
  });
}
