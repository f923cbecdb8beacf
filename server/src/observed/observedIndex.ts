/**
 * What the sidecar knows of the world: a versioned index of objects, filled by a provider that observes storage,
 * read by the routes, followed by the event stream. It decides nothing and remembers nothing beyond this process.
 */
import { randomBytes } from 'node:crypto';
import { objectId, type IndexedKind, type IndexedObject, type ServerEvent } from '../../../contract';

/** An upsert or a removal, as it goes out on the event stream. */
export type Change = Extract<ServerEvent, { type: 'upsert' | 'remove' }>;

type OfKind<K extends IndexedKind> = Extract<IndexedObject, { kind: K }>;

/** How many changes are kept for clients that come back with a `Last-Event-ID`. */
const CHANGES_KEPT = 4096;

/** A versioned set of objects with upserts and removals. */
export class ObservedIndex {
  /** Another epoch means another process: revisions of two epochs can't be compared. */
  readonly epoch = randomBytes(8).toString('hex');
  private current = 0;
  private readonly objects: { [K in IndexedKind]: Map<string, OfKind<K>> } = {
    volume: new Map(),
    snapshot: new Map(),
    clone: new Map(),
    restore: new Map(),
    operation: new Map(),
    mirror: new Map()
  };
  private readonly changes: Change[] = [];
  private readonly listeners = new Set<(change: Change) => void>();

  /** Number of the newest change. */
  get revision(): number {
    return this.current;
  }

  /** `<epoch>:<revision>`, the id of an event and the revision of a list. */
  get position(): string {
    return `${this.epoch}:${this.current}`;
  }

  get<K extends IndexedKind>(kind: K, id: string): OfKind<K> | undefined {
    return this.objects[kind].get(id);
  }

  /** All objects of a kind, in no order. */
  all<K extends IndexedKind>(kind: K): OfKind<K>[] {
    return [...this.objects[kind].values()];
  }

  /** Puts an object as it is now; an equal one makes no change. */
  upsert(object: IndexedObject): void {
    const held = this.objects[object.kind] as Map<string, IndexedObject>;
    const id = objectId(object);
    const before = held.get(id);
    if (before !== undefined && JSON.stringify(before) === JSON.stringify(object)) {
      return;
    }
    held.set(id, object);
    this.record({ type: 'upsert', revision: this.current + 1, object });
  }

  /** Takes an object out; one that is not there makes no change. */
  remove(kind: IndexedKind, id: string): void {
    const object: IndexedObject | undefined = this.objects[kind].get(id);
    if (object === undefined) {
      return;
    }
    this.objects[kind].delete(id);
    this.record({
      type: 'remove',
      revision: this.current + 1,
      kind,
      id,
      volume: 'volume' in object ? object.volume : null
    });
  }

  /**
   * Changes after a position, or null where they are not known any more (another epoch, or too long ago):
   * the client must list again.
   */
  since(position: string): Change[] | null {
    const [, epoch, revision] = /^([^:]*):(\d{1,15})$/.exec(position) ?? [];
    const from = Number(revision ?? Number.NaN);
    const known = Math.min(this.changes.length, CHANGES_KEPT);
    if (epoch !== this.epoch || !Number.isInteger(from) || from > this.current || from < this.current - known) {
      return null;
    }
    // Revisions have no gaps.
    return this.changes.slice(this.changes.length - (this.current - from));
  }

  /** Calls back on every later change, until the returned function is called. */
  subscribe(listener: (change: Change) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  private record(change: Change): void {
    this.current = change.revision;
    this.changes.push(change);
    // In large steps: moving all that is kept for each change would cost seconds where 50,000 objects come at once.
    if (this.changes.length >= 2 * CHANGES_KEPT) {
      this.changes.splice(0, this.changes.length - CHANGES_KEPT);
    }
    for (const listener of [...this.listeners]) {
      listener(change);
    }
  }
}
