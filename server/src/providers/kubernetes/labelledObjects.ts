/**
 * Objects of one kind around the own volumes: those with Datamark's label are followed; those without it are followed
 * too as long as the namespace holds few, and else only looked through when somebody asks.
 */
import { z } from 'zod';
import type { Elsewhere } from '../../../../contract';
import type { AccountRights } from './accountRights';
import { KubernetesError, type KubernetesApi } from './client/kubernetesApi';
import { FeedStore, type StoredObject } from './feedStore';
import { ObjectFeed, type FeedHealth } from './objectFeed';

/** In a namespace with more objects than this, those without the label are not followed. */
const FOLLOWED_MAX = 2_000;

export interface LabelledObjectsOptions<T extends StoredObject> {
  readonly api: KubernetesApi;
  readonly rights: AccountRights;
  readonly group: string;
  readonly resource: string;
  readonly path: string;
  readonly item: z.ZodType<T>;
  /** The label whose values are the own volumes' ids. */
  readonly label: string;
  /** Whether an object without the label is of interest; the rest is dropped unread. */
  readonly concerns: (item: T) => boolean;
  /** An object came, changed or went. */
  readonly changed: (name: string) => void;
  /** After all that was told at once; `inBulk` until then. */
  readonly bulkChanged: () => void;
  /** Health or `elsewhere` changed. */
  readonly healthChanged: () => void;
  readonly followedMax?: number;
}

/** What a list of one object tells of all. */
const Probe = z.object({
  items: z
    .array(z.unknown())
    .nullish()
    .transform(items => items?.length ?? 0),
  metadata: z.object({ remainingItemCount: z.number().optional() })
});

/** Labelled objects and, where there are few enough, the others. */
export class LabelledObjects<T extends StoredObject> {
  private readonly own: ObjectFeed<T>;
  private readonly other: ObjectFeed<T>;
  private readonly looked: FeedStore<T>;
  private told: Elsewhere | null = null;
  private probing: Promise<void> | null = null;
  private readonly stopping = new AbortController();

  constructor(private readonly options: LabelledObjectsOptions<T>) {
    const { api, rights, group, resource, path, item, changed, bulkChanged } = options;
    const feed = (): ObjectFeed<T> =>
      new ObjectFeed({
        api,
        path,
        item,
        mayWatch: () => rights.may('watch', group, resource) !== false,
        changed,
        bulkChanged,
        healthChanged: () => this.healthChanged()
      });
    this.own = feed();
    this.other = feed();
    this.looked = new FeedStore(changed);
  }

  get health(): FeedHealth {
    return this.own.health;
  }

  /** Whether changes come by themselves; else somebody has to ask for them. */
  get watched(): boolean {
    return this.own.watched;
  }

  /** Many changes are being told in a row. */
  get inBulk(): boolean {
    return this.own.inBulk || this.other.inBulk || this.looked.inBulk;
  }

  /** Whether an object that was only looked up is on its way out: nothing but another look tells when it is gone. */
  get hasLeaving(): boolean {
    return this.leaving().length > 0;
  }

  /** Whether the objects without the label are told; null: not known yet. */
  get elsewhere(): Elsewhere | null {
    return this.told;
  }

  get(name: string): T | undefined {
    return this.own.get(name) ?? this.other.get(name) ?? this.looked.get(name);
  }

  /** Every object once. */
  *all(): Generator<T> {
    yield* this.own.all();
    for (const source of [this.other, this.looked]) {
      for (const item of source.all()) {
        if (this.get(item.metadata.name) === item) {
          yield item;
        }
      }
    }
  }

  /** Follows the objects of these volume ids. Never rejects. */
  async follow(volumeIds: readonly string[]): Promise<void> {
    const ids = [...volumeIds].sort().join(',');
    await Promise.all([
      // An id that no volume has: what is followed is nothing, but whether the cluster answers is known.
      this.own.follow({ labelSelector: `${this.options.label} in (${ids === '' ? 'none' : ids})` }),
      this.probe()
    ]);
  }

  /** An object as an own write was answered. */
  written(item: T): void {
    const { name } = item.metadata;
    const holders = [this.own, this.other, this.looked];
    (holders.find(one => one.get(name) !== undefined) ?? this.own).written(item);
  }

  /** An own deletion was answered as done. */
  removed(item: T): void {
    this.looked.delete(item);
  }

  /** Looks again where nothing tells of changes. Never rejects. */
  async refresh(): Promise<void> {
    const looked = this.leaving().map(one => this.lookAgain(one));
    await Promise.all([this.own.refresh(), this.other.refresh(), this.told === null ? this.probe() : null, ...looked]);
  }

  /** Other rights may allow a watch. */
  rightsChanged(): void {
    this.own.rightsChanged();
    this.other.rightsChanged();
  }

  /** Reads all objects without the label once, page by page. `failed` says why it can't. Never rejects. */
  async lookElsewhere(failed: (error: unknown) => Elsewhere, progress: () => void): Promise<void> {
    if (this.told?.state !== 'not-looked' && this.told?.state !== 'looked' && this.told?.state !== 'failed') {
      return;
    }
    const { api, path, item, label, concerns } = this.options;
    const tell = (told: Elsewhere): void => {
      this.told = told;
      progress();
    };
    tell({ state: 'looking', read: 0, remaining: null });
    try {
      const found = await api.list({
        path,
        labelSelector: `!${label}`,
        item: item.transform(one => (concerns(one) ? one : null)),
        progress: (read, remaining) => tell({ state: 'looking', read, remaining }),
        signal: this.stopping.signal
      });
      const items = found.items.filter(one => one !== null);
      this.looked.replace(items, found.resourceVersion);
      this.options.bulkChanged();
      tell({ state: 'looked', at: new Date().toISOString(), found: items.length });
    } catch (error) {
      tell(failed(error));
    }
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await Promise.all([this.own.stop(), this.other.stop(), this.probing]);
  }

  private leaving(): T[] {
    return [...this.looked.all()].filter(({ metadata }) => metadata.deletionTimestamp !== undefined);
  }

  private async lookAgain(item: T): Promise<void> {
    const { api, path, item: schema } = this.options;
    try {
      const { signal } = this.stopping;
      this.looked.upsert(await api.request({ path: `${path}/${item.metadata.name}`, schema, signal }));
    } catch (error) {
      // Without an answer it is asked again at the next look.
      if (error instanceof KubernetesError && error.status === 404) {
        this.looked.delete(item);
      }
    }
  }

  private healthChanged(): void {
    if (this.own.health.state === 'current' && this.told === null) {
      // Its end shows in `elsewhere`; a failure leaves that unknown until the next look.
      void this.probe();
    }
    this.options.healthChanged();
  }

  /** Asks for one object to learn how many there are, then follows those without the label or not. */
  private probe(): Promise<void> {
    if (this.told !== null || this.stopping.signal.aborted) {
      return Promise.resolve();
    }
    this.probing ??= this.askHowMany().finally(() => {
      this.probing = null;
    });
    return this.probing;
  }

  private async askHowMany(): Promise<void> {
    const { api, path, label, followedMax = FOLLOWED_MAX } = this.options;
    try {
      const { signal } = this.stopping;
      const { items, metadata } = await api.request({ path, query: { limit: 1 }, schema: Probe, signal });
      const count = items + (metadata.remainingItemCount ?? 0);
      if (count > followedMax) {
        const message = 'Which of them are of this volume is only known after reading all of them.';
        this.told = { state: 'not-looked', count, message };
      } else {
        this.told = { state: 'shown' };
        await this.other.follow({ labelSelector: `!${label}` });
      }
      this.options.healthChanged();
    } catch {
      // Unreachable or forbidden: the health of the own objects says so.
    }
  }
}
