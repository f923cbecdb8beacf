/**
 * Everything the page knows of volumes, clones, restores and operations, kept by one event stream while somebody holds
 * the model and the page is visible. Hidden or unheld, nothing is asked. Timeline rows live in TimelineModel.
 */
import { DisposableDelegate, type IDisposable } from '@lumino/disposable';
import { Signal, type ISignal } from '@lumino/signaling';
import {
  type Clone,
  type IndexedObject,
  type Operation,
  type Restore,
  type ServerEvent,
  type Snapshot,
  type Volume
} from '../../contract';
import { ApiProblem } from '../api/apiProblem';
import type { Connection, IDatamarkApi, IDatamarkModel, ListState } from '../tokens';
import { ConnectionLoop } from './connectionLoop';
import { afterEvent, afterFailure, afterResume, itemsOf } from './listState';
import { TimelineModel } from './timelineModel';
import { waitFor } from './waitFor';

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

/** A refresh waits this long for the first answer, in ms. */
const SETTLE_DEADLINE = 30_000;

const isVolume = (object: IndexedObject): object is Volume => object.kind === 'volume';
const isClone = (object: IndexedObject): object is Clone => object.kind === 'clone';
const isRestore = (object: IndexedObject): object is Restore => object.kind === 'restore';
const isOperation = (object: IndexedObject): object is Operation => object.kind === 'operation';
const newer = (one: { createdAt: string }, other: { createdAt: string }) => one.createdAt > other.createdAt;
const SHOWN_OPERATIONS: readonly Operation['state'][] = ['queued', 'running', 'cancelling', 'failed'];

interface Lists {
  readonly volumes: ListState<Volume>;
  readonly clones: ListState<Clone>;
  readonly restores: ListState<Restore>;
  readonly operations: ListState<Operation>;
}
type Items<K extends keyof Lists> = Extract<Lists[K], { state: 'ready' }>['items'][number];

/** One reading of all lists, and what the stream told meanwhile. */
interface Listing {
  readonly missed: ServerEvent[];
  done: Promise<void>;
}

/** The state of the page, as `IDatamarkModel` promises it. */
export class DatamarkModel implements IDatamarkModel, IDisposable {
  readonly timeline: TimelineModel;
  private readonly api: IDatamarkApi;
  private readonly page: PageVisibility;
  private readonly loop: ConnectionLoop;
  private readonly changedSignal = new Signal<this, void>(this);
  private readonly observedSignal = new Signal<this, ServerEvent>(this);
  private readonly stopWatchingPage: () => void;
  private lists: Lists = {
    volumes: { state: 'loading' },
    clones: { state: 'loading' },
    restores: { state: 'loading' },
    operations: { state: 'loading' }
  };
  private current: Connection = { state: 'idle' };
  private wanted: string | null = null;
  private readonly snapshots = new Map<string, Snapshot>();
  private readonly dismissed = new Set<string>();
  private holders = 0;
  private listing: Listing | null = null;
  private disposed = false;

  constructor(options: DatamarkModelOptions) {
    this.api = options.api;
    this.page = options.page;
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
    return this.lists.volumes;
  }

  get clones(): ListState<Clone> {
    return this.lists.clones;
  }

  get restores(): ListState<Restore> {
    return this.lists.restores;
  }

  get operations(): readonly Operation[] {
    return itemsOf(this.lists.operations).filter(
      ({ id, state }) => SHOWN_OPERATIONS.includes(state) && !this.dismissed.has(id)
    );
  }

  get selectedVolume(): Volume | null {
    const volumes = itemsOf(this.lists.volumes);
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
    const segments = (text: string) => text.split('/').filter(part => part !== '' && part !== '.');
    const wanted = segments(path);
    let best: { volume: Volume; depth: number } | null = null;
    for (const volume of itemsOf(this.lists.volumes)) {
      if (volume.browsePath === null) {
        continue;
      }
      const own = segments(volume.browsePath);
      if (own.every((part, at) => part === wanted[at]) && (best === null || own.length > best.depth)) {
        best = { volume, depth: own.length };
      }
    }
    return best?.volume ?? null;
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
      await this.settled();
      if (this.current.state === 'online') {
        await this.listAll();
      }
    } finally {
      held.dispose();
    }
  }

  whenSnapshot(name: string, done: (snapshot: Snapshot) => boolean, signal: AbortSignal): Promise<Snapshot> {
    const read = async () => this.remember(await this.api.snapshot(name, signal));
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
    const known = () => itemsOf(this.lists.clones).find(clone => clone.id === id) ?? null;
    const read = async () => {
      const items = await this.api.clones(signal);
      this.lists = { ...this.lists, clones: { state: 'ready', items } };
      this.changedSignal.emit();
    };
    return waitFor({ model: this, kind: 'clone', id, known, read, done, signal });
  }

  whenRestore(id: string, done: (restore: Restore) => boolean, signal: AbortSignal): Promise<Restore> {
    const known = () => itemsOf(this.lists.restores).find(restore => restore.id === id) ?? null;
    const read = async () => this.remember(await this.api.restore(id, signal));
    return waitFor({ model: this, kind: 'restore', id, known, read, done, signal });
  }

  /** Resolves once it is known how the page stands towards the server, or nobody is asking. */
  private settled(): Promise<void> {
    return new Promise(resolve => {
      const deadline = setTimeout(() => end(), SETTLE_DEADLINE);
      const check = () => {
        if (this.current.state !== 'connecting') {
          end();
        }
      };
      const end = () => {
        clearTimeout(deadline);
        this.changedSignal.disconnect(check);
        resolve();
      };
      this.changedSignal.connect(check);
      check();
    });
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
      this.listing = null;
      void this.listAll();
    } else if (event.type === 'hello') {
      this.resumed();
    } else if (event.type === 'upsert') {
      this.remember(event.object, event.revision);
    } else {
      this.forget(event);
    }
    this.observedSignal.emit(event);
  }

  /** Takes over an object as it is now, from an event or an answer. */
  private remember(object: IndexedObject, revision = 0): void {
    const known = object.kind === 'snapshot' ? this.snapshots.get(object.name) : undefined;
    if (object.kind === 'snapshot') {
      this.snapshots.set(object.name, object);
    }
    const event: ServerEvent = { type: 'upsert', revision, object };
    this.change(event);
    // An answer that says nothing new is no reason to count the timeline again.
    if (known === undefined || JSON.stringify(known) !== JSON.stringify(object)) {
      this.timeline.apply(event);
    }
  }

  private forget(event: Extract<ServerEvent, { type: 'remove' }>): void {
    if (event.kind === 'snapshot') {
      this.snapshots.delete(event.id);
    }
    this.change(event);
    this.timeline.apply(event);
  }

  private change(event: ServerEvent): void {
    this.listing?.missed.push(event);
    const { volumes, clones, restores, operations } = this.lists;
    this.lists = {
      volumes: withItems(
        volumes,
        afterEvent(itemsOf(volumes), event, isVolume, () => false)
      ),
      clones: withItems(clones, afterEvent(itemsOf(clones), event, isClone, newer)),
      restores: withItems(restores, afterEvent(itemsOf(restores), event, isRestore, newer)),
      operations: withItems(
        operations,
        afterEvent(itemsOf(operations), event, isOperation, () => false)
      )
    };
    this.followSelection();
    this.changedSignal.emit();
  }

  private broken(error: ApiProblem, asOf: Date): void {
    const { volumes, clones, restores, operations } = this.lists;
    this.lists = {
      volumes: afterFailure(volumes, error, asOf),
      clones: afterFailure(clones, error, asOf),
      restores: afterFailure(restores, error, asOf),
      operations: afterFailure(operations, error, asOf)
    };
    this.timeline.broken(error, asOf);
    this.changedSignal.emit();
  }

  /** Nothing was missed: old rows are true again. What was never read is read now. */
  private resumed(): void {
    const { volumes, clones, restores, operations } = this.lists;
    this.lists = {
      volumes: afterResume(volumes),
      clones: afterResume(clones),
      restores: afterResume(restores),
      operations: afterResume(operations)
    };
    this.timeline.resumed();
    const all = [...Object.values(this.lists), this.timeline.list];
    if (all.some(list => list.state !== 'ready')) {
      void this.listAll();
    }
    this.changedSignal.emit();
  }

  private listAll(): Promise<void> {
    if (this.listing !== null) {
      return this.listing.done;
    }
    const listing: Listing = { missed: [], done: Promise.resolve() };
    this.listing = listing;
    listing.done = Promise.all([
      this.read(listing, 'volumes', () => this.api.volumes(), isVolume).then(() => this.timeline.load()),
      this.read(listing, 'clones', () => this.api.clones(), isClone),
      this.read(listing, 'restores', () => this.api.restores(), isRestore),
      this.read(listing, 'operations', () => this.api.operations(), isOperation)
    ]).then(() => {
      if (this.listing === listing) {
        this.listing = null;
      }
    });
    return listing.done;
  }

  private async read<K extends keyof Lists, T extends Items<K>>(
    listing: Listing,
    name: K,
    ask: () => Promise<readonly T[]>,
    isOurs: (object: IndexedObject) => object is T
  ): Promise<void> {
    let list: ListState<IndexedObject>;
    try {
      const read = await ask();
      // Events told while the answer was under way may be newer than it; told again they do no harm.
      const items = listing.missed.reduce((now, event) => afterEvent(now, event, isOurs, () => true), read);
      list = { state: 'ready', items };
    } catch (error) {
      if (!(error instanceof ApiProblem)) {
        throw error;
      }
      list = afterFailure<IndexedObject>(this.lists[name], error, new Date());
    }
    if (this.listing === listing) {
      this.lists = { ...this.lists, [name]: list };
      this.followSelection();
      this.changedSignal.emit();
    }
  }

  private followSelection(): void {
    const { volumes } = this.lists;
    if (volumes.state === 'ready' || volumes.state === 'unreachable') {
      const id = this.selectedVolume?.id ?? null;
      const before = this.timeline.volumeId;
      this.timeline.setVolume(id);
      if (id !== before && this.current.state === 'online' && this.listing === null) {
        void this.timeline.load();
      }
    }
  }
}

function withItems<T>(list: ListState<T>, items: readonly T[]): ListState<T> {
  return (list.state === 'ready' || list.state === 'unreachable') && list.items !== items ? { ...list, items } : list;
}
