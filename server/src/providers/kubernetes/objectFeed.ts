/**
 * Keeps the objects of one selection as they are in the cluster: by a watch where the account may watch, else by lists
 * that somebody asks for. What is known stays when the cluster does not answer, with since when that is so.
 */
import type { z } from 'zod';
import { KubernetesError, type KubernetesApi, type Watch, type WatchHealth } from './client/kubernetesApi';
import { FeedStore, type StoredObject } from './feedStore';

/** What is followed. */
export interface Selection {
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
}

/** Whether what is held is as it is in the cluster. `asOf`: until when it was; null: it was never read. */
export type FeedHealth =
  | { readonly state: 'starting' }
  | { readonly state: 'current' }
  | {
      readonly state: 'broken';
      readonly error: KubernetesError;
      readonly since: Date;
      readonly asOf: Date | null;
      readonly retryAt: Date | null;
    };

export interface ObjectFeedOptions<T extends StoredObject> {
  readonly api: KubernetesApi;
  readonly path: string;
  readonly item: z.ZodType<T>;
  /** Whether a watch is worth a try. */
  readonly mayWatch: () => boolean;
  readonly changed: (name: string) => void;
  /** After all that was told at once; `inBulk` until then. */
  readonly bulkChanged: () => void;
  readonly healthChanged: () => void;
}

/** One followed selection of objects. */
export class ObjectFeed<T extends StoredObject> {
  private readonly store: FeedStore<T>;
  private selection: Selection | null = null;
  private watch: Watch | null = null;
  private watchRefused = false;
  /** Counts selections: what an ended watch still tells is dropped. */
  private generation = 0;
  private told: FeedHealth = { state: 'starting' };
  private currentUntil: Date | null = null;
  private listing: Promise<void> | null = null;
  private following: Promise<void> = Promise.resolve();
  private stopped = false;
  private readonly aborting = new AbortController();

  constructor(private readonly options: ObjectFeedOptions<T>) {
    this.store = new FeedStore(options.changed);
  }

  get health(): FeedHealth {
    return this.told;
  }

  /** Whether changes come by themselves. */
  get watched(): boolean {
    return this.watch !== null;
  }

  get inBulk(): boolean {
    return this.store.inBulk;
  }

  get(name: string): T | undefined {
    return this.store.get(name);
  }

  all(): IterableIterator<T> {
    return this.store.all();
  }

  /** An object as an own write was answered. */
  written(item: T): void {
    this.store.written(item);
  }

  /** Follows another selection; null: nothing. Resolves when it was told once, or could not be. Never rejects. */
  async follow(selection: Selection | null): Promise<void> {
    if (this.stopped) {
      return;
    }
    if (JSON.stringify(selection) !== JSON.stringify(this.selection)) {
      this.following = this.change(selection);
    }
    // Also whoever asks for what is followed already waits until it was told.
    await this.following;
  }

  /** Where nothing tells of changes, looks once for all who ask at the same time; else does nothing. Never rejects. */
  async refresh(): Promise<void> {
    if (this.selection === null || this.stopped) {
      return;
    }
    if (this.watch === null && this.options.mayWatch() && !this.watchRefused) {
      await this.beginWatch(this.selection);
    } else if (this.watch === null) {
      await this.list();
    }
  }

  /** The account's rights may be others now: a watch is tried again. */
  rightsChanged(): void {
    this.watchRefused = false;
  }

  async stop(): Promise<void> {
    this.stopped = true;
    this.generation += 1;
    this.aborting.abort();
    await this.endWatch();
  }

  private async change(selection: Selection | null): Promise<void> {
    this.selection = selection;
    this.generation += 1;
    const ended = this.endWatch();
    this.listing = null;
    if (selection === null) {
      this.store.clear();
      this.options.bulkChanged();
      this.tell({ state: 'current' });
      return ended;
    }
    if (this.options.mayWatch() && !this.watchRefused) {
      await Promise.all([ended, this.beginWatch(selection)]);
    } else {
      await Promise.all([ended, this.list()]);
    }
  }

  private async endWatch(): Promise<void> {
    const { watch } = this;
    this.watch = null;
    await watch?.stop();
  }

  private async beginWatch(selection: Selection): Promise<void> {
    const { api, path, item } = this.options;
    const mine = this.generation;
    const ifMine =
      <A extends unknown[]>(act: (...args: A) => void) =>
      (...args: A): void => {
        if (mine === this.generation) {
          act(...args);
        }
      };
    const watch = api.watch({
      path,
      item,
      ...selection,
      replaced: ifMine((items, resourceVersion) => {
        this.currentUntil = new Date();
        this.replace(items, resourceVersion);
      }),
      upserted: ifMine(one => this.store.upsert(one)),
      deleted: ifMine(one => this.store.delete(one)),
      health: ifMine(health => this.watchTold(health))
    });
    this.watch = watch;
    await watch.listed.catch(() => undefined);
  }

  private watchTold(health: WatchHealth): void {
    if (health.state === 'current') {
      this.currentUntil = new Date();
      this.tell({ state: 'current' });
      return;
    }
    // Listing worked and watching is what is refused: go on with lists.
    if (health.error.status === 403 && this.told.state === 'starting' && this.currentUntil !== null) {
      this.watchRefused = true;
      void this.endWatch();
      this.tell({ state: 'current' });
      return;
    }
    const asOf = this.told.state === 'current' ? health.since : this.told.state === 'broken' ? this.told.asOf : null;
    this.tell({ state: 'broken', error: health.error, since: health.since, retryAt: health.retryAt, asOf });
  }

  private list(): Promise<void> {
    const { api, path, item } = this.options;
    const { selection } = this;
    const mine = this.generation;
    if (selection === null) {
      return Promise.resolve();
    }
    this.listing ??= api
      .list({ path, item, ...selection, signal: this.aborting.signal })
      .then(({ items, resourceVersion }) => {
        if (mine === this.generation) {
          this.currentUntil = new Date();
          this.replace(items, resourceVersion);
          this.tell({ state: 'current' });
        }
      })
      .catch((error: unknown) => {
        if (mine === this.generation) {
          const since = this.told.state === 'broken' ? this.told.since : new Date();
          this.tell({
            state: 'broken',
            error: asKubernetesError(error),
            since,
            retryAt: null,
            asOf: this.currentUntil
          });
        }
      })
      .finally(() => {
        if (mine === this.generation) {
          this.listing = null;
        }
      });
    return this.listing;
  }

  private replace(items: readonly T[], resourceVersion: string): void {
    this.store.replace(items, resourceVersion);
    this.options.bulkChanged();
  }

  private tell(health: FeedHealth): void {
    const same = health.state === 'current' && this.told.state === 'current';
    this.told = health;
    if (!same) {
      this.options.healthChanged();
    }
  }
}

const asKubernetesError = (thrown: unknown): KubernetesError =>
  thrown instanceof KubernetesError
    ? thrown
    : new KubernetesError(0, 'Unknown', thrown instanceof Error ? thrown.message : String(thrown), null, {
        cause: thrown
      });
