/**
 * Histories of the mirrors of one storage, in a ConfigMap of the controller’s namespace. Written for the version that was
 * read; where another controller was faster both are joined.
 */
import { z } from 'zod';
import { KubernetesError, type KubernetesApi } from '../../providers/kubernetes/client/kubernetesApi';
import { orNull } from '../readOptional';
import { joinedHistory, MirrorHistory } from './mirrorHistory';

/** A ConfigMap holds 1 MiB in all. */
const MOST_BYTES = 900_000;
const MOST_MIRRORS = 400;
const KEY = 'mirrors.json';
/** What nobody was shown for so long is not watched any more, ms. */
const UNSHOWN_MS = 30 * 86_400_000;
/** Tries of one write where others write too. */
const MOST_TRIES = 4;

const StoredMap = z.object({
  metadata: z.object({ resourceVersion: z.string() }),
  data: z.record(z.string(), z.string()).default({})
});
const Stored = z.record(z.string(), MirrorHistory);

export type Histories = ReadonlyMap<string, MirrorHistory>;

export interface HistoryStoreOptions {
  readonly api: KubernetesApi;
  readonly namespace: string;
  readonly storage: string;
}

export class HistoryStore {
  readonly #options: HistoryStoreOptions;

  constructor(options: HistoryStoreOptions) {
    this.#options = options;
  }

  get name(): string {
    return `datamark-ingest-${this.#options.storage}`;
  }

  /** What is stored; nothing where nothing is, or where it can’t be read. */
  async read(signal?: AbortSignal): Promise<Histories> {
    return historiesIn((await this.#get(signal))?.data[KEY]);
  }

  /** Stores them with what others have stored meanwhile, and gives what is stored now. */
  async write(histories: Histories, now: Date, signal?: AbortSignal): Promise<Histories> {
    for (let tries = 1; ; tries++) {
      const stored = await this.#get(signal);
      const joined = bounded(joinedAll(histories, historiesIn(stored?.data[KEY])), now);
      try {
        await this.#put(joined, stored?.metadata.resourceVersion ?? null, signal);
        return joined;
      } catch (error) {
        if (!(error instanceof KubernetesError && error.status === 409) || tries >= MOST_TRIES) {
          throw error;
        }
      }
    }
  }

  get #collection(): string {
    return `/api/v1/namespaces/${this.#options.namespace}/configmaps`;
  }

  #get(signal?: AbortSignal): Promise<z.infer<typeof StoredMap> | null> {
    const path = `${this.#collection}/${this.name}`;
    return orNull(this.#options.api.request({ path, schema: StoredMap, signal }));
  }

  async #put(histories: Histories, resourceVersion: string | null, signal?: AbortSignal): Promise<void> {
    const { api } = this.#options;
    const data = { [KEY]: textOf(histories) };
    if (resourceVersion === null) {
      const labels = { 'app.kubernetes.io/part-of': 'datamark' };
      const body = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: this.name, labels }, data };
      await api.request({ method: 'POST', path: this.#collection, body, schema: StoredMap, signal });
      return;
    }
    const path = `${this.#collection}/${this.name}`;
    await api.request({
      method: 'PATCH',
      path,
      body: { metadata: { resourceVersion }, data },
      schema: StoredMap,
      signal
    });
  }
}

const textOf = (histories: Histories): string => JSON.stringify(Object.fromEntries(histories));

function historiesIn(text: string | undefined): Map<string, MirrorHistory> {
  let document: unknown;
  try {
    document = JSON.parse(text ?? '{}');
  } catch {
    document = {};
  }
  const read = Stored.safeParse(document);
  return new Map(read.success ? Object.entries(read.data) : []);
}

function joinedAll(one: Histories, other: Histories): Map<string, MirrorHistory> {
  const joined = new Map(other);
  for (const [uuid, history] of one) {
    const stored = joined.get(uuid);
    joined.set(uuid, stored === undefined ? history : joinedHistory(history, stored));
  }
  return joined;
}

/** As many as fit: those that somebody was shown last, and not too long ago. */
function bounded(histories: Histories, now: Date): Histories {
  const current = [...histories].filter(([, { shownAt }]) => now.getTime() - Date.parse(shownAt) < UNSHOWN_MS);
  const latest = current.sort(([, a], [, b]) => (a.shownAt < b.shownAt ? 1 : -1)).slice(0, MOST_MIRRORS);
  let bytes = 0;
  return new Map(latest.filter(([uuid, one]) => (bytes += uuid.length + JSON.stringify(one).length + 4) <= MOST_BYTES));
}
