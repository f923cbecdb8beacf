/**
 * Histories of the mirrors of one storage, in a ConfigMap of the controller’s namespace. Written for the version that was
 * read; where another controller was faster both are joined.
 */
import { z } from 'zod';
import { joinedHistory, MirrorHistory } from './mirrorHistory';
import type { StorageConfigMap } from './storageConfigMap';

/** A ConfigMap holds 1 MiB in all, and updates that were asked for stand there too. */
const MOST_BYTES = 900_000;
const MOST_MIRRORS = 400;
const KEY = 'mirrors.json';
/** What nobody was shown for so long is not watched any more, ms. */
const UNSHOWN_MS = 30 * 86_400_000;

const Stored = z.record(z.string(), MirrorHistory);

export type Histories = ReadonlyMap<string, MirrorHistory>;

export class HistoryStore {
  readonly #map: StorageConfigMap;

  constructor(map: StorageConfigMap) {
    this.#map = map;
  }

  get name(): string {
    return this.#map.name;
  }

  /** What is stored; nothing where nothing is, or where it can’t be read. */
  async read(signal?: AbortSignal): Promise<Histories> {
    return historiesIn(await this.#map.read(KEY, signal));
  }

  /** Stores them with what others have stored meanwhile, and gives what is stored now. */
  async write(histories: Histories, now: Date, signal?: AbortSignal): Promise<Histories> {
    let joined: Histories = new Map();
    const join = (stored: string | undefined): string => {
      joined = bounded(joinedAll(histories, historiesIn(stored)), now);
      return textOf(joined);
    };
    await this.#map.change(KEY, join, signal);
    return joined;
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
