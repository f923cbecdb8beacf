/** A time limit and the caller's own signal as one signal that can be told apart and is always taken down. */

/** Aborts when the time is over or the caller aborts. Dispose it when the work has ended. */
export class Deadline implements Disposable {
  readonly #controller = new AbortController();
  #endsAt = 0;
  #timer: NodeJS.Timeout | undefined;
  readonly #caller: AbortSignal | undefined;
  #over = false;

  constructor(timeoutMs: number, caller: AbortSignal | undefined) {
    this.#caller = caller;
    this.restart(timeoutMs);
    if (caller?.aborted) {
      this.#controller.abort();
    } else {
      caller?.addEventListener('abort', this.#abort, { once: true });
    }
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Whether it was the time that ended it, not the caller. */
  get over(): boolean {
    return this.#over;
  }

  get remainingMs(): number {
    return Math.max(0, this.#endsAt - performance.now());
  }

  /** Counts anew from now. */
  restart(timeoutMs: number): void {
    clearTimeout(this.#timer);
    this.#endsAt = performance.now() + timeoutMs;
    this.#timer = setTimeout(() => {
      this.#over = true;
      this.#controller.abort();
    }, timeoutMs);
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
    this.#caller?.removeEventListener('abort', this.#abort);
  }

  readonly #abort = (): void => {
    this.#controller.abort();
  };
}
