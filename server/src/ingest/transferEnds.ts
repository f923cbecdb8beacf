/** The end of transfers that somebody waits for, asked of the controller one call after the other while it is wanted. */
import { setTimeout as pause } from 'node:timers/promises';

/** A controller that fails, or does not know how to wait, answers at once: least time between two calls, ms. */
const LEAST_MS = 2_000;

export interface TransferEndsOptions {
  /** Resolves when a transfer has ended, or after a few seconds. Never rejects. */
  readonly wait: () => Promise<void>;
  /** Something new may be known; calls `look`. */
  readonly told: () => void;
  readonly leastMs?: number;
}

export class TransferEnds {
  readonly #options: TransferEndsOptions;
  readonly #stopping = new AbortController();
  #isWanted = false;
  #following: Promise<void> | null = null;

  constructor(options: TransferEndsOptions) {
    this.#options = options;
  }

  /** Whether a transfer runs whose end somebody waits for. */
  look(isWanted: boolean): void {
    this.#isWanted = isWanted;
    if (this.#goesOn) {
      this.#following ??= this.#follow();
    }
  }

  async dispose(): Promise<void> {
    this.#stopping.abort();
    await this.#following;
  }

  get #goesOn(): boolean {
    return this.#isWanted && !this.#stopping.signal.aborted;
  }

  async #follow(): Promise<void> {
    const { wait, told, leastMs = LEAST_MS } = this.#options;
    while (this.#goesOn) {
      const began = performance.now();
      await wait();
      told();
      if (this.#goesOn) {
        const rest = Math.max(0, leastMs - (performance.now() - began));
        await pause(rest, undefined, { signal: this.#stopping.signal, ref: false }).catch(() => undefined);
      }
    }
    this.#following = null;
  }
}
