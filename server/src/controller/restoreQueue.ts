/**
 * Who is looked at when: one look at a time per object, some in parallel, and a look that is asked for during one comes
 * after it. Knows nothing of restores.
 */

/** Does one look; resolves with after how many ms at the latest to look again, or null: when something changes. */
type Look = (key: string) => Promise<number | null>;

export interface RestoreQueueOptions {
  readonly look: Look;
  readonly parallel: number;
}

/** Node's timers hold 32 bits; more than an hour is looked at hourly. */
const LONGEST_WAIT_MS = 3_600_000;

export class RestoreQueue {
  readonly #options: RestoreQueueOptions;
  /** In the order in which they were asked for. */
  readonly #ready = new Set<string>();
  readonly #running = new Map<string, Promise<void>>();
  readonly #timers = new Map<string, NodeJS.Timeout>();
  #stopped = false;

  constructor(options: RestoreQueueOptions) {
    this.#options = options;
  }

  /** Asks for a look as soon as there is room. */
  wake(key: string): void {
    if (this.#stopped) {
      return;
    }
    this.#forgetTimer(key);
    this.#ready.add(key);
    this.#fill();
  }

  /** Nothing is there any more to look at. */
  forget(key: string): void {
    this.#forgetTimer(key);
    this.#ready.delete(key);
  }

  /** Begins no more; resolves when the looks under way have ended. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#ready.clear();
    [...this.#timers.keys()].forEach(key => this.#forgetTimer(key));
    await Promise.all(this.#running.values());
  }

  #fill(): void {
    for (const key of this.#ready) {
      if (this.#running.size >= this.#options.parallel) {
        return;
      }
      if (!this.#running.has(key)) {
        this.#ready.delete(key);
        this.#running.set(key, this.#run(key));
      }
    }
  }

  async #run(key: string): Promise<void> {
    // A look begins after `wake` has returned.
    await Promise.resolve();
    const againIn = await this.#options.look(key);
    this.#running.delete(key);
    if (againIn !== null && !this.#stopped && !this.#ready.has(key)) {
      const timer = setTimeout(() => this.wake(key), Math.min(Math.max(againIn, 0), LONGEST_WAIT_MS));
      this.#timers.set(key, timer);
    }
    this.#fill();
  }

  #forgetTimer(key: string): void {
    clearTimeout(this.#timers.get(key));
    this.#timers.delete(key);
  }
}
