/** A watch that keeps what it is told, for tests on the API server stand-in and on a real one. */
import { z } from 'zod';
import type { KubernetesApi, Watch, WatchHealth } from '../providers/kubernetes/client/kubernetesApi';
import { until } from './until';

const Item = z.object({
  metadata: z.object({ name: z.string() }),
  data: z.record(z.string(), z.string()).default({})
});
type Item = z.infer<typeof Item>;

export interface MirrorOptions {
  readonly api: KubernetesApi;
  /** Path of config maps. */
  readonly path: string;
  readonly labelSelector?: string;
  readonly pageSize?: number;
  readonly signal?: AbortSignal;
}

export class WatchMirror {
  readonly watch: Watch;
  readonly health: WatchHealth[] = [];
  /** How often all was told. */
  replacements = 0;
  /** The next event is not taken. */
  refuseNext = false;
  readonly #known = new Map<string, Item>();

  constructor({ api, path, ...options }: MirrorOptions) {
    this.watch = api.watch({
      path,
      item: Item,
      ...options,
      replaced: items => {
        this.replacements++;
        this.#known.clear();
        items.forEach(item => this.#known.set(item.metadata.name, item));
      },
      upserted: item => {
        if (this.refuseNext) {
          this.refuseNext = false;
          throw new Error('not now');
        }
        this.#known.set(item.metadata.name, item);
      },
      deleted: item => this.#known.delete(item.metadata.name),
      health: state => this.health.push(state)
    });
  }

  /** Reason of each break that was told, and `current`. */
  get reasons(): string[] {
    return this.health.map(health => (health.state === 'current' ? 'current' : health.error.reason));
  }

  /** Name and data of everything known, sorted by name. */
  get content(): [string, Readonly<Record<string, string>>][] {
    return [...this.#known.values()]
      .map(({ metadata: { name }, data }): [string, Readonly<Record<string, string>>] => [name, data])
      .sort(([one], [other]) => (one < other ? -1 : 1));
  }

  has(name: string): boolean {
    return this.#known.has(name);
  }

  /** Until it has told that it is current. */
  async current(deadlineMs?: number): Promise<void> {
    await until(() => this.reasons.at(-1) === 'current', deadlineMs);
  }
}
