/** Updates that were asked for in the last day, in the storage’s ConfigMap: what a controller that starts anew has to know of them. */
import { z } from 'zod';
import type { StorageConfigMap } from './storageConfigMap';

const KEY = 'updates.json';
const MOST = 200;
const KEPT_MS = 86_400_000;

export const AskedRecord = z.object({
  mirror: z.string(),
  /** Of the request, as the server sends it; null: it had none. */
  key: z.string().nullable(),
  /** See AskedUpdate. */
  id: z.string(),
  askedAt: z.iso.datetime(),
  alreadyRunning: z.boolean(),
  endBefore: z.string().nullable()
});
export type AskedRecord = z.infer<typeof AskedRecord>;
const Stored = z.array(AskedRecord);

export class AskedUpdateStore {
  readonly #map: StorageConfigMap;

  constructor(map: StorageConfigMap) {
    this.#map = map;
  }

  get name(): string {
    return this.#map.name;
  }

  /** Oldest first; none where what is stored can’t be read. Throws KubernetesError. */
  async read(signal?: AbortSignal): Promise<AskedRecord[]> {
    return recordsIn(await this.#map.read(KEY, signal));
  }

  /** Throws KubernetesError. */
  async add(record: AskedRecord, signal?: AbortSignal): Promise<void> {
    const since = Date.parse(record.askedAt) - KEPT_MS;
    const withThis = (stored: string | undefined): string => {
      const others = recordsIn(stored).filter(one => Date.parse(one.askedAt) > since);
      return JSON.stringify([...others, record].slice(-MOST));
    };
    await this.#map.change(KEY, withThis, signal);
  }
}

function recordsIn(text: string | undefined): AskedRecord[] {
  let document: unknown;
  try {
    document = JSON.parse(text ?? '[]');
  } catch {
    document = [];
  }
  const read = Stored.safeParse(document);
  return read.success ? read.data : [];
}
