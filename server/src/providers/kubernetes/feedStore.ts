/**
 * The objects of one kind as last told, by a watch or list and by the answers to own writes, which may come in any
 * order: a newer state is never replaced by an older one, and what was deleted does not come back. Pure.
 */
import { compareVersions } from './resourceVersion';

/** What every stored object has. */
export interface StoredObject {
  readonly metadata: {
    readonly name: string;
    readonly uid: string;
    readonly resourceVersion: string;
    readonly deletionTimestamp?: string | undefined;
  };
}

/** How many deleted uids are remembered for late answers. */
const DELETED_KEPT = 1000;

/** `changed` is called after each change. */
export class FeedStore<T extends StoredObject> {
  private readonly objects = new Map<string, T>();
  /** Names of objects that only the answer to an own write told of so far. */
  private readonly unconfirmed = new Set<string>();
  private readonly deletedUids = new Set<string>();
  private replacing = false;

  constructor(private readonly changed: (name: string) => void) {}

  /** Many changes are being told in a row. */
  get inBulk(): boolean {
    return this.replacing;
  }

  get(name: string): T | undefined {
    return this.objects.get(name);
  }

  all(): IterableIterator<T> {
    return this.objects.values();
  }

  /** Everything that was there at `resourceVersion`. */
  replace(items: readonly T[], resourceVersion: string): void {
    this.replacing = true;
    const names = new Set(items.map(item => item.metadata.name));
    for (const [name, held] of [...this.objects]) {
      const writtenSince =
        this.unconfirmed.has(name) && (compareVersions(held.metadata.resourceVersion, resourceVersion) ?? 1) > 0;
      if (!names.has(name) && !writtenSince) {
        this.take(held);
      }
    }
    for (const item of items) {
      this.put(item);
      this.unconfirmed.delete(item.metadata.name);
    }
    this.replacing = false;
  }

  /** A state as the watch tells it. */
  upsert(item: T): void {
    this.put(item);
    this.unconfirmed.delete(item.metadata.name);
  }

  /** The watch tells that it is gone, or no longer among what is followed. */
  delete(item: T): void {
    const held = this.objects.get(item.metadata.name);
    this.remember(item.metadata.uid);
    if (held?.metadata.uid === item.metadata.uid) {
      this.take(held);
    }
  }

  /** A state as an own write was answered; it may be late. */
  written(item: T): void {
    if (!this.deletedUids.has(item.metadata.uid) && this.put(item)) {
      this.unconfirmed.add(item.metadata.name);
    }
  }

  /** Forgets everything, for another selection. */
  clear(): void {
    this.replace([], '');
  }

  private put(item: T): boolean {
    const { name, uid, resourceVersion } = item.metadata;
    const held = this.objects.get(name);
    const order = held === undefined ? 1 : compareVersions(resourceVersion, held.metadata.resourceVersion);
    if (held !== undefined && order !== null && (order < 0 || (order === 0 && held.metadata.uid === uid))) {
      return false;
    }
    if (held !== undefined && held.metadata.uid !== uid) {
      this.remember(held.metadata.uid);
    }
    this.objects.set(name, item);
    this.changed(name);
    return true;
  }

  private take(held: T): void {
    this.objects.delete(held.metadata.name);
    this.unconfirmed.delete(held.metadata.name);
    this.changed(held.metadata.name);
  }

  private remember(uid: string): void {
    this.deletedUids.add(uid);
    const [oldest] = this.deletedUids;
    if (this.deletedUids.size > DELETED_KEPT && oldest !== undefined) {
      this.deletedUids.delete(oldest);
    }
  }
}
