/**
 * Everything the page knows of volumes, clones, restores and operations, kept by one event stream while somebody holds
 * the model and the page is visible. Hidden or unheld, nothing is asked. Timeline rows live in TimelineModel.
 */
import { DisposableDelegate, type IDisposable } from '@lumino/disposable';
import { Signal, type ISignal } from '@lumino/signaling';
import {
  objectId,
  type Clone,
  type IndexedObject,
  type Operation,
  type Restore,
  type RunningStatus,
  type ServerEvent,
  type Snapshot,
  type Volume
} from '../../contract';
import type { ApiProblem } from '../api/apiProblem';
import type { Connection, IDatamarkApi, IDatamarkModel, ListState } from '../tokens';
import { ConnectionLoop } from './connectionLoop';
import { itemsOf } from './listState';
import { ObjectLists } from './objectLists';
import { TimelineModel } from './timelineModel';
import { volumeOfPath } from './volumeOfPath';
import { waitFor } from './waitFor';
import { whenSettled } from './whenSettled';

/** What the model needs of the page: whether it is visible, and to be told when that changes. */
export interface PageVisibility {
  readonly visible: boolean;
  onChange(listener: () => void): () => void;
}

export interface DatamarkModelOptions {
  readonly api: IDatamarkApi;
  readonly page: PageVisibility;
  /** Pause before the n-th try to reconnect, in ms; left out: doubling with jitter. */
  readonly pause?: (failure: number) => number;
}

const SHOWN_OPERATIONS: readonly Operation['state'][] = ['queued', 'running', 'cancelling', 'failed'];

/** The state of the page, as `IDatamarkModel` promises it. */
export class DatamarkModel implements IDatamarkModel, IDisposable {
  readonly timeline: TimelineModel;
  private readonly api: IDatamarkApi;
  private readonly page: PageVisibility;
  private readonly loop: ConnectionLoop;
  private readonly changedSignal = new Signal<this, void>(this);
  private readonly observedSignal = new Signal<this, ServerEvent>(this);
  private readonly stopWatchingPage: () => void;
  private readonly lists: ObjectLists;
  private current: Connection = { state: 'idle' };
  private wanted: string | null = null;
  private readonly snapshots = new Map<string, Snapshot>();
  private readonly dismissed = new Set<string>();
  /** Revision of the last event of each object. */
  private readonly told = new Map<string, number>();
  private holders = 0;
  private disposed = false;

  constructor(options: DatamarkModelOptions) {
    this.api = options.api;
    this.page = options.page;
    this.lists = new ObjectLists({ api: options.api, onChange: () => this.listsChanged() });
    this.timeline = new TimelineModel({
      api: options.api,
      onSeen: snapshots => snapshots.forEach(snapshot => this.snapshots.set(snapshot.name, snapshot))
    });
    this.loop = new ConnectionLoop({
      api: options.api,
      pause: options.pause,
      onConnection: connection => {
        this.current = connection;
        this.changedSignal.emit();
      },
      onEvent: event => this.apply(event),
      onBroken: (error, asOf) => this.broken(error, asOf)
    });
    this.stopWatchingPage = this.page.onChange(() => this.startOrStop());
  }

  get changed(): ISignal<this, void> {
    return this.changedSignal;
  }

  get observed(): ISignal<this, ServerEvent> {
    return this.observedSignal;
  }

  get connection(): Connection {
    return this.current;
  }

  get volumes(): ListState<Volume> {
    return this.lists.current.volumes;
  }

  get clones(): ListState<Clone> {
    return this.lists.current.clones;
  }

  get restores(): ListState<Restore> {
    return this.lists.current.restores;
  }

  get operations(): readonly Operation[] {
    return itemsOf(this.lists.current.operations).filter(
      ({ id, state }) => SHOWN_OPERATIONS.includes(state) && !this.dismissed.has(id)
    );
  }

  serverStops(restore: Restore): void {
    const { plan } = restore;
    this.remember({ ...restore, plan: plan === null ? null : { ...plan, stopsServer: false } });
  }

  get selectedVolume(): Volume | null {
    const volumes = itemsOf(this.lists.current.volumes);
    return volumes.find(({ id }) => id === this.wanted) ?? volumes[0] ?? null;
  }

  get isDisposed(): boolean {
    return this.disposed;
  }

  dispose(): void {
    if (!this.disposed) {
      this.disposed = true;
      this.stopWatchingPage();
      this.loop.stop();
      this.timeline.dispose();
      Signal.clearData(this);
    }
  }

  selectVolume(id: string): void {
    this.wanted = id;
    this.followSelection();
    this.changedSignal.emit();
  }

  dismissOperation(id: string): void {
    this.dismissed.add(id);
    this.changedSignal.emit();
  }

  knownSnapshot(name: string): Snapshot | null {
    return this.snapshots.get(name) ?? null;
  }

  volumeOfPath(path: string): Volume | null {
    return volumeOfPath(path, itemsOf(this.lists.current.volumes));
  }

  hold(): IDisposable {
    this.holders++;
    this.startOrStop();
    return new DisposableDelegate(() => {
      this.holders--;
      this.startOrStop();
    });
  }

  async refresh(): Promise<void> {
    const held = this.hold();
    try {
      this.loop.retryNow();
      await whenSettled(this);
      if (this.current.state === 'online') {
        await this.listAll();
      }
    } finally {
      held.dispose();
    }
  }

  whenSnapshot(name: string, done: (snapshot: Snapshot) => boolean, signal: AbortSignal): Promise<Snapshot> {
    const read = () => this.readAlone(`snapshot ${name}`, () => this.api.snapshot(name, signal));
    return waitFor({
      model: this,
      kind: 'snapshot',
      id: name,
      known: () => this.knownSnapshot(name),
      read,
      done,
      signal
    });
  }

  whenClone(id: string, done: (clone: Clone) => boolean, signal: AbortSignal): Promise<Clone> {
    const known = () => itemsOf(this.lists.current.clones).find(clone => clone.id === id) ?? null;
    const read = () => this.lists.readClones(signal);
    return waitFor({ model: this, kind: 'clone', id, known, read, done, signal });
  }

  whenRestore(id: string, done: (restore: Restore) => boolean, signal: AbortSignal): Promise<Restore> {
    const known = () => itemsOf(this.lists.current.restores).find(restore => restore.id === id) ?? null;
    const read = () => this.readAlone(`restore ${id}`, () => this.api.restore(id, signal));
    return waitFor({ model: this, kind: 'restore', id, known, read, done, signal });
  }

  private startOrStop(): void {
    if (this.holders > 0 && this.page.visible && !this.disposed) {
      this.loop.start();
    } else {
      this.loop.stop();
    }
  }

  private apply(event: ServerEvent): void {
    if (event.type === 'reset') {
      this.snapshots.clear();
      this.told.clear();
      this.lists.forgetReading();
      void this.listAll();
    } else if (event.type === 'hello') {
      this.resumed();
    } else if (event.type === 'status') {
      this.listRefused(event.status);
    } else if (event.type === 'upsert') {
      this.told.set(`${event.object.kind} ${objectId(event.object)}`, event.revision);
      this.remember(event.object, event.revision);
    } else {
      this.forget(event);
    }
    this.observedSignal.emit(event);
  }

  /** Reads one object, unless the stream tells of it meanwhile: the answer may be older than that. */
  private async readAlone(key: string, ask: () => Promise<IndexedObject>): Promise<void> {
    const before = this.told.get(key);
    const object = await ask();
    if (this.told.get(key) === before) {
      this.remember(object);
    }
  }

  /** Takes over an object as it is now, from an event or an answer. */
  private remember(object: IndexedObject, revision = 0): void {
    const known = object.kind === 'snapshot' ? this.snapshots.get(object.name) : undefined;
    if (object.kind === 'snapshot') {
      this.snapshots.set(object.name, object);
    }
    const event: ServerEvent = { type: 'upsert', revision, object };
    this.lists.apply(event);
    // An answer that says nothing new is no reason to count the timeline again.
    if (known === undefined || JSON.stringify(known) !== JSON.stringify(object)) {
      this.timeline.apply(event);
    }
  }

  private forget(event: Extract<ServerEvent, { type: 'remove' }>): void {
    this.told.set(`${event.kind} ${event.id}`, event.revision);
    if (event.kind === 'snapshot') {
      this.snapshots.delete(event.id);
    }
    this.lists.apply(event);
    this.timeline.apply(event);
  }

  private broken(error: ApiProblem, asOf: Date): void {
    this.timeline.broken(error, asOf);
    this.lists.broken(error, asOf);
  }

  /** Nothing was missed: old rows are true again. What was never read is read now. */
  private resumed(): void {
    this.timeline.resumed();
    this.lists.resumed();
    if (!this.allRead) {
      void this.listAll();
    }
  }

  /** Lists that were refused are asked for again when the status says that storage could be read since. */
  private listRefused({ freshness }: RunningStatus): void {
    if ((freshness.current || freshness.asOf !== null) && !this.allRead) {
      void this.listAll();
    }
  }

  private get allRead(): boolean {
    return [...Object.values(this.lists.current), this.timeline.list].every(list => list.state === 'ready');
  }

  private listAll(): Promise<void> {
    return this.lists.read(() => this.timeline.load());
  }

  private listsChanged(): void {
    this.followSelection();
    this.timeline.setRestores(itemsOf(this.lists.current.restores));
    this.changedSignal.emit();
  }

  private followSelection(): void {
    const { volumes } = this.lists.current;
    if (volumes.state === 'ready' || volumes.state === 'unreachable') {
      const id = this.selectedVolume?.id ?? null;
      const before = this.timeline.volumeId;
      this.timeline.setVolume(id);
      if (id !== before && this.current.state === 'online' && !this.lists.isReadingVolumes) {
        void this.timeline.load();
      }
    }
  }
}
