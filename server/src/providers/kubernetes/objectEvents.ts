/**
 * The Events about objects that take long or fail: what the cluster says of them in words. Only of those, only while
 * they are pending, and only where the account may read Events.
 */
import type { KubernetesServices } from './services';
import { ObjectFeed } from './objectFeed';
import { ObjectEvent, paths } from './resources';

/** Most objects are done before this, ms: of them nothing is asked. */
const ATTENTION_AFTER_MS = 3_000;
/** Of so many objects at most at a time. */
const ATTENDED_MAX = 20;

interface Attended {
  timer: NodeJS.Timeout | null;
  feed: ObjectFeed<ObjectEvent> | null;
  newest: ObjectEvent | null;
}

export interface ObjectEventsOptions {
  readonly services: Pick<KubernetesServices, 'api' | 'namespace' | 'rights'>;
  /** Called when there is another newest Event about the object with this uid. */
  readonly told: (uid: string) => void;
  readonly afterMs?: number;
}

/** Events of the objects that are attended. */
export class ObjectEvents {
  private readonly attended = new Map<string, Attended>();

  constructor(private readonly options: ObjectEventsOptions) {}

  /** The newest Event; a warning counts more than what is normal. */
  newest(uid: string): ObjectEvent | null {
    return this.attended.get(uid)?.newest ?? null;
  }

  /** From now on, after a moment. */
  attend(uid: string): void {
    const { rights } = this.options.services;
    if (this.attended.has(uid) || this.attended.size >= ATTENDED_MAX || rights.may('list', '', 'events') === false) {
      return;
    }
    const entry: Attended = { timer: null, feed: null, newest: null };
    entry.timer = setTimeout(() => this.begin(uid, entry), this.options.afterMs ?? ATTENTION_AFTER_MS);
    entry.timer.unref();
    this.attended.set(uid, entry);
  }

  async dismiss(uid: string): Promise<void> {
    const entry = this.attended.get(uid);
    this.attended.delete(uid);
    clearTimeout(entry?.timer ?? undefined);
    await entry?.feed?.stop();
  }

  /** Where Events are not watched, looks again. */
  async refresh(): Promise<void> {
    await Promise.all([...this.attended.values()].map(entry => entry.feed?.refresh() ?? Promise.resolve()));
  }

  async dispose(): Promise<void> {
    await Promise.all([...this.attended.keys()].map(uid => this.dismiss(uid)));
  }

  private begin(uid: string, entry: Attended): void {
    const { api, namespace, rights } = this.options.services;
    const feed: ObjectFeed<ObjectEvent> = new ObjectFeed({
      api,
      path: paths.events(namespace),
      item: ObjectEvent,
      mayWatch: () => rights.may('watch', '', 'events') !== false,
      changed: () => {
        entry.newest = [...feed.all()].sort(byWeight)[0] ?? null;
        this.options.told(uid);
      },
      bulkChanged: () => undefined,
      healthChanged: () => undefined
    });
    entry.feed = feed;
    // Whatever fails is the feed's health; an object without Events is told without them.
    void feed.follow({ fieldSelector: `involvedObject.uid=${uid}` });
  }
}

const timeOf = ({ lastTimestamp, eventTime, metadata }: ObjectEvent): number =>
  Date.parse(lastTimestamp ?? eventTime ?? metadata.creationTimestamp);

const byWeight = (one: ObjectEvent, other: ObjectEvent): number =>
  Number(other.type === 'Warning') - Number(one.type === 'Warning') || timeOf(other) - timeOf(one);
