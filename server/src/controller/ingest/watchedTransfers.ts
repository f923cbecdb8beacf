/**
 * Transfers whose end somebody waits for. ONTAP tells no ends by itself, so each such mirror is asked for at a steady pace: once
 * for all who wait, and only while somebody does.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { whicheverIsFirst } from '../../ingest/trident/whicheverIsFirst';

export interface WatchedTransfersOptions {
  /** Asks the storage for this mirror now. */
  readonly ask: (uuid: string, signal: AbortSignal) => Promise<unknown>;
  /** As it was told last. */
  readonly isUnderWay: (uuid: string) => boolean;
  /** How long an error asks to wait, ms; null: it does not. */
  readonly waitAfter: (error: unknown) => number | null;
  /** Between two questions for one mirror, ms. */
  readonly paceMs: number;
}

interface Watch {
  readonly over: Promise<void>;
  readonly ending: AbortController;
  waiting: number;
}

export class WatchedTransfers {
  readonly #options: WatchedTransfersOptions;
  readonly #watches = new Map<string, Watch>();
  #stopped = false;

  constructor(options: WatchedTransfersOptions) {
    this.#options = options;
  }

  /** Resolves when no transfer of this mirror is under way any more, and with the signal at the latest. Never rejects. */
  async over(uuid: string, signal: AbortSignal): Promise<void> {
    if (this.#stopped || signal.aborted) {
      return;
    }
    const watch = this.#watches.get(uuid) ?? this.#begin(uuid);
    watch.waiting += 1;
    await whicheverIsFirst(watch.over, signal);
    watch.waiting -= 1;
    if (watch.waiting === 0) {
      watch.ending.abort();
      this.#watches.delete(uuid);
    }
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    const watches = [...this.#watches.values()];
    watches.forEach(({ ending }) => ending.abort());
    await Promise.all(watches.map(({ over }) => over));
  }

  #begin(uuid: string): Watch {
    const ending = new AbortController();
    const watch: Watch = { over: this.#watch(uuid, ending.signal), ending, waiting: 0 };
    this.#watches.set(uuid, watch);
    return watch;
  }

  /** Never rejects: a storage that fails is asked again, for as long as somebody waits. */
  async #watch(uuid: string, signal: AbortSignal): Promise<void> {
    const { ask, isUnderWay, waitAfter, paceMs } = this.#options;
    let waitMs = paceMs;
    while (!signal.aborted && isUnderWay(uuid)) {
      try {
        await pause(waitMs, undefined, { signal });
        await ask(uuid, signal);
        waitMs = paceMs;
      } catch (error) {
        waitMs = Math.max(paceMs, waitAfter(error) ?? 0);
      }
    }
  }
}
