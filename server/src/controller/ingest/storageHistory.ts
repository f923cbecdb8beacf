/**
 * Histories of the mirrors of one storage that somebody was ever shown: each reading adds to them, and they are stored when
 * a transfer has ended, else now and then.
 */
import type { SeenTransfers } from '../../../../contract';
import type { Log } from '../../log';
import { isInFlight } from '../../ingest/ontap/ontapResources';
import type { HistoryStore } from './historyStore';
import { beginHistory, seenOf, withLook, type MirrorHistory, type MirrorLook } from './mirrorHistory';
import type { MirrorReading, StorageReading } from './storageReading';
import { lastTransferOf } from './toldMirror';

/** Least time between two writes, and the longest where nothing has happened, ms. */
const WRITE_PACE_MS = 60_000;
const HEARTBEAT_MS = 300_000;
/** How exactly it is kept when a mirror was shown last. */
const SHOWN_STEP_MS = 3_600_000;

export interface StorageHistoryOptions {
  /** null: it is kept in memory alone. */
  readonly store: HistoryStore | null;
  /** How often is looked at least, ms. */
  readonly everyMs: number;
  readonly log: Log;
  readonly clock: () => Date;
}

export class StorageHistory {
  readonly #options: StorageHistoryOptions;
  readonly #stopping = new AbortController();
  readonly #histories = new Map<string, MirrorHistory>();
  #loaded = false;
  #dirty = false;
  #writtenAt = -Infinity;
  #writing: Promise<void> = Promise.resolve();

  constructor(options: StorageHistoryOptions) {
    this.#options = options;
  }

  /** Whether there is anything to watch. */
  get isEmpty(): boolean {
    return this.#histories.size === 0;
  }

  /** Takes over what was stored; where that fails it is tried again, and joined when it is written at the latest. */
  async load(): Promise<void> {
    const { store, log } = this.#options;
    if (this.#loaded || store === null) {
      return;
    }
    try {
      for (const [uuid, history] of await store.read(this.#stopping.signal)) {
        if (!this.#histories.has(uuid)) {
          this.#histories.set(uuid, history);
        }
      }
      this.#loaded = true;
    } catch (error) {
      if (!this.#stopping.signal.aborted) {
        log.warn({ err: error, configMap: store.name }, 'what was seen of transfers can’t be read');
      }
    }
  }

  /** A mirror is shown to somebody: from now on it is watched. */
  shown(reading: StorageReading, mirror: MirrorReading): SeenTransfers {
    const { uuid } = mirror.relationship;
    const present = this.#histories.get(uuid);
    const now = this.#options.clock();
    const history = present ?? beginHistory(lookAt(reading, mirror));
    const isOld = now.getTime() - Date.parse(history.shownAt) > SHOWN_STEP_MS;
    if (present === undefined || isOld) {
      this.#histories.set(uuid, isOld ? { ...history, shownAt: now.toISOString() } : history);
      this.#dirty = true;
    }
    return seenOf(history);
  }

  look(reading: StorageReading): void {
    for (const [uuid, history] of this.#histories) {
      const mirror = reading.mirrors.get(uuid);
      if (mirror !== undefined) {
        const next = withLook(history, lookAt(reading, mirror), this.#options.everyMs);
        this.#dirty ||= next.items !== history.items || next.gaps !== history.gaps;
        this.#histories.set(uuid, next);
      }
    }
    this.#store();
  }

  /** Writes what is left. */
  async stop(): Promise<void> {
    await this.#writing;
    if (this.#dirty) {
      this.#begin();
      await this.#writing;
    }
    this.#stopping.abort();
  }

  #store(): void {
    const since = performance.now() - this.#writtenAt;
    if (!this.isEmpty && since >= (this.#dirty ? WRITE_PACE_MS : HEARTBEAT_MS)) {
      this.#begin();
    }
  }

  #begin(): void {
    this.#writtenAt = performance.now();
    this.#dirty = false;
    this.#writing = this.#writing.then(() => this.#write());
  }

  /** Never rejects: what is not written is written with the next. */
  async #write(): Promise<void> {
    const { store, log, clock } = this.#options;
    if (store === null) {
      return;
    }
    const sent = new Map(this.#histories);
    try {
      const stored = await store.write(sent, clock(), this.#stopping.signal);
      for (const uuid of sent.keys()) {
        if (!stored.has(uuid)) {
          this.#histories.delete(uuid);
        }
      }
      for (const [uuid, history] of stored) {
        // What changed meanwhile is newer.
        if (this.#histories.get(uuid) === sent.get(uuid)) {
          this.#histories.set(uuid, history);
        }
      }
    } catch (error) {
      this.#dirty = true;
      log.warn({ err: error, configMap: store.name }, 'what was seen of transfers can’t be stored');
    }
  }
}

const lookAt = (reading: StorageReading, { relationship, asOf, askedAt }: MirrorReading): MirrorLook => ({
  at: askedAt,
  end: relationship.transfer?.end_time ?? null,
  total: relationship.total_transfer_bytes ?? null,
  inFlight: isInFlight(relationship),
  asOf: asOf?.toISOString() ?? null,
  lastTransfer: lastTransferOf(reading, relationship)
});
