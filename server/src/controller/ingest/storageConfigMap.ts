/** What the controller keeps of one storage: texts by key in a ConfigMap of its namespace, of which other controllers write too. */
import { z } from 'zod';
import { KubernetesError, type KubernetesApi } from '../../providers/kubernetes/client/kubernetesApi';
import { orNull } from '../readOptional';

/** Tries of one write where others write too. */
const MOST_TRIES = 4;

const StoredMap = z.object({
  metadata: z.object({ resourceVersion: z.string() }),
  data: z.record(z.string(), z.string()).default({})
});

export interface StorageConfigMapOptions {
  readonly api: KubernetesApi;
  readonly namespace: string;
  readonly storage: string;
}

export class StorageConfigMap {
  readonly #options: StorageConfigMapOptions;

  constructor(options: StorageConfigMapOptions) {
    this.#options = options;
  }

  get name(): string {
    return `datamark-ingest-${this.#options.storage}`;
  }

  /** undefined: nothing is stored. Throws KubernetesError. */
  async read(key: string, signal?: AbortSignal): Promise<string | undefined> {
    return (await this.#get(signal))?.data[key];
  }

  /** Puts in its place what `by` makes of it, for the version that was read. Throws KubernetesError. */
  async change(key: string, by: (stored: string | undefined) => string, signal?: AbortSignal): Promise<void> {
    for (let tries = 1; ; tries++) {
      const stored = await this.#get(signal);
      try {
        await this.#put({ [key]: by(stored?.data[key]) }, stored?.metadata.resourceVersion ?? null, signal);
        return;
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

  async #put(data: Record<string, string>, resourceVersion: string | null, signal?: AbortSignal): Promise<void> {
    const { api } = this.#options;
    if (resourceVersion === null) {
      const labels = { 'app.kubernetes.io/part-of': 'datamark' };
      const body = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: this.name, labels }, data };
      await api.request({ method: 'POST', path: this.#collection, body, schema: StoredMap, signal });
      return;
    }
    const path = `${this.#collection}/${this.name}`;
    const body = { metadata: { resourceVersion }, data };
    await api.request({ method: 'PATCH', path, body, schema: StoredMap, signal });
  }
}
