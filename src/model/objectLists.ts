/** Volumes, clones, restores and operations: read all at once, then kept by events. Each list has its own state. */
import type { Clone, IndexedObject, Operation, Restore, ServerEvent, Volume } from '../../contract';
import { ApiProblem } from '../api/apiProblem';
import type { IDatamarkApi, ListState } from '../tokens';
import { afterEvent, afterFailure, afterResume, itemsOf } from './listState';

const isVolume = (object: IndexedObject): object is Volume => object.kind === 'volume';
const isClone = (object: IndexedObject): object is Clone => object.kind === 'clone';
const isRestore = (object: IndexedObject): object is Restore => object.kind === 'restore';
const isOperation = (object: IndexedObject): object is Operation => object.kind === 'operation';
/** The order in which the server lists them: newest first, of one moment the last id first. */
const newer = (one: Clone | Restore, other: Clone | Restore) =>
  one.createdAt === other.createdAt ? one.id > other.id : one.createdAt > other.createdAt;

/** The lists as they are now. */
export interface Lists {
  readonly volumes: ListState<Volume>;
  readonly clones: ListState<Clone>;
  readonly restores: ListState<Restore>;
  readonly operations: ListState<Operation>;
}
type Items<K extends keyof Lists> = Extract<Lists[K], { state: 'ready' }>['items'][number];

/** One reading of lists, and what the stream told meanwhile. */
interface Listing {
  readonly missed: ServerEvent[];
  hasVolumes: boolean;
  done: Promise<void>;
}

export interface ObjectListsOptions {
  readonly api: Pick<IDatamarkApi, 'volumes' | 'clones' | 'restores' | 'operations'>;
  readonly onChange: () => void;
}

/** The lists and their transitions. */
export class ObjectLists {
  current: Lists = {
    volumes: { state: 'loading' },
    clones: { state: 'loading' },
    restores: { state: 'loading' },
    operations: { state: 'loading' }
  };
  private readonly options: ObjectListsOptions;
  private reading: Listing | null = null;
  /** Readings whose answers are still of use. */
  private readonly underWay = new Set<Listing>();

  constructor(options: ObjectListsOptions) {
    this.options = options;
  }

  /** Whether volumes are being read, and `afterVolumes` has not run yet. */
  get isReadingVolumes(): boolean {
    return this.reading?.hasVolumes === false;
  }

  /** Reads all lists; while that runs, a second call waits for the same answers. `afterVolumes` runs as part of it. */
  read(afterVolumes: () => Promise<void>): Promise<void> {
    if (this.reading !== null) {
      return this.reading.done;
    }
    const { api } = this.options;
    const listing = this.begin();
    this.reading = listing;
    listing.done = Promise.all([
      this.readOne(listing, 'volumes', () => api.volumes(), isVolume).then(() => {
        listing.hasVolumes = true;
        return afterVolumes();
      }),
      this.readOne(listing, 'clones', () => api.clones(), isClone),
      this.readOne(listing, 'restores', () => api.restores(), isRestore),
      this.readOne(listing, 'operations', () => api.operations(), isOperation)
    ]).then(() => {
      this.underWay.delete(listing);
      if (this.reading === listing) {
        this.reading = null;
      }
    });
    return listing.done;
  }

  /** Answers that are still under way are too old to be used. */
  forgetReading(): void {
    this.reading = null;
    this.underWay.clear();
  }

  /** Reads the clones alone; rejects where that fails and leaves the list as it is. */
  async readClones(signal: AbortSignal): Promise<void> {
    const listing = this.begin();
    try {
      const read = await this.options.api.clones(signal);
      if (this.underWay.has(listing)) {
        this.set({ ...this.current, clones: { state: 'ready', items: caughtUp(read, listing, isClone) } });
      }
    } finally {
      this.underWay.delete(listing);
    }
  }

  apply(event: ServerEvent): void {
    for (const { missed } of this.underWay) {
      missed.push(event);
    }
    const { volumes, clones, restores, operations } = this.current;
    this.set({
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
    });
  }

  /** The stream that keeps the lists broke at `asOf`. */
  broken(error: ApiProblem, asOf: Date): void {
    const { volumes, clones, restores, operations } = this.current;
    this.set({
      volumes: afterFailure(volumes, error, asOf),
      clones: afterFailure(clones, error, asOf),
      restores: afterFailure(restores, error, asOf),
      operations: afterFailure(operations, error, asOf)
    });
  }

  /** The stream is back and nothing was missed. */
  resumed(): void {
    const { volumes, clones, restores, operations } = this.current;
    this.set({
      volumes: afterResume(volumes),
      clones: afterResume(clones),
      restores: afterResume(restores),
      operations: afterResume(operations)
    });
  }

  private async readOne<K extends keyof Lists, T extends Items<K>>(
    listing: Listing,
    name: K,
    ask: () => Promise<readonly T[]>,
    isOurs: (object: IndexedObject) => object is T
  ): Promise<void> {
    let list: ListState<IndexedObject>;
    try {
      list = { state: 'ready', items: caughtUp(await ask(), listing, isOurs) };
    } catch (error) {
      if (!(error instanceof ApiProblem)) {
        throw error;
      }
      list = afterFailure<IndexedObject>(this.current[name], error, new Date());
    }
    if (this.underWay.has(listing)) {
      this.set({ ...this.current, [name]: list });
    }
  }

  private begin(): Listing {
    const listing: Listing = { missed: [], hasVolumes: false, done: Promise.resolve() };
    this.underWay.add(listing);
    return listing;
  }

  private set(lists: Lists): void {
    this.current = lists;
    this.options.onChange();
  }
}

function withItems<T>(list: ListState<T>, items: readonly T[]): ListState<T> {
  return (list.state === 'ready' || list.state === 'unreachable') && list.items !== items ? { ...list, items } : list;
}

/** Events told while the answer was under way may be newer than it; told again they do no harm. */
function caughtUp<T extends IndexedObject>(
  read: readonly T[],
  { missed }: Listing,
  isOurs: (object: IndexedObject) => object is T
): readonly T[] {
  return missed.reduce((now, event) => afterEvent(now, event, isOurs, () => true), read);
}
