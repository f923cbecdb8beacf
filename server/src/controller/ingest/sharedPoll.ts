/**
 * One question to something slow or far away, asked once for everybody: at most once in an interval, and only as long as
 * somebody has asked within the last two. What it answered last stays known when it fails.
 */

export interface PollOptions<T> {
  readonly ask: (signal: AbortSignal) => Promise<T>;
  readonly intervalMs: number;
  /** Least time between two questions where the answer is wanted anew. */
  readonly leastMs?: number;
  /** How long a caller waits for a newer answer where there is an older one, or an error. */
  readonly patienceMs?: number;
  /** How long it waits for the first. */
  readonly firstMs?: number;
  /** How long an error asks to wait, ms; null: it does not. */
  readonly waitAfter?: (error: unknown) => number | null;
  /** Told of every answer and error. */
  readonly ended?: (error: unknown) => void;
}

/** What is known: the last answer, and why there is no newer one. */
export interface Polled<T> {
  /** null: it never answered. */
  readonly value: T | null;
  /** null: nothing failed the last time. */
  readonly error: unknown;
}

/** Intervals after which nobody looks any more. */
const IDLE_INTERVALS = 2;

export class SharedPoll<T> {
  readonly #options: Required<PollOptions<T>>;
  readonly #stopping = new AbortController();
  #known: Polled<T> = { value: null, error: null };
  #beganAt = -Infinity;
  #askedAt = -Infinity;
  #notBefore = -Infinity;
  #underWay: Promise<void> | null = null;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: PollOptions<T>) {
    this.#options = {
      leastMs: 5_000,
      patienceMs: 3_000,
      firstMs: 8_000,
      waitAfter: () => null,
      ended: () => undefined,
      ...options
    };
  }

  /** What is known without asking. */
  get known(): Polled<T> {
    return this.#known;
  }

  /** Somebody looks: an answer that is at most one interval old, or with `anew` a few seconds. */
  async read({ anew = false } = {}): Promise<Polled<T>> {
    this.#askedAt = performance.now();
    return this.#read(anew ? this.#options.leastMs : this.#options.intervalMs);
  }

  /** An answer at most so old, ms, without anybody looking. */
  async look(mostAgeMs: number): Promise<Polled<T>> {
    return this.#read(mostAgeMs);
  }

  /** Puts what was learned otherwise in the place of what is known. */
  change(by: (value: T) => T): void {
    if (this.#known.value !== null) {
      this.#known = { ...this.#known, value: by(this.#known.value) };
    }
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    clearTimeout(this.#timer);
    await this.#underWay;
  }

  async #read(mostAgeMs: number): Promise<Polled<T>> {
    const now = performance.now();
    if (now - this.#beganAt >= mostAgeMs && now >= this.#notBefore) {
      this.#begin();
    }
    const underWay = this.#underWay;
    if (underWay !== null) {
      const { patienceMs, firstMs } = this.#options;
      const isFirst = this.#known.value === null && this.#known.error === null;
      await withPatience(underWay, isFirst ? firstMs : patienceMs);
    }
    return this.#known;
  }

  #begin(): void {
    if (this.#underWay !== null || this.#stopping.signal.aborted) {
      return;
    }
    this.#beganAt = performance.now();
    this.#underWay = this.#ask().finally(() => {
      this.#underWay = null;
      this.#plan();
    });
  }

  /** Never rejects. */
  async #ask(): Promise<void> {
    const { ask, waitAfter, ended } = this.#options;
    try {
      this.#known = { value: await ask(this.#stopping.signal), error: null };
    } catch (error) {
      this.#known = { value: this.#known.value, error: error ?? new Error('It failed without a reason.') };
      const waitMs = waitAfter(error);
      this.#notBefore = waitMs === null ? -Infinity : performance.now() + waitMs;
    }
    if (!this.#stopping.signal.aborted) {
      ended(this.#known.error);
    }
  }

  /** The next time, as long as somebody looks. */
  #plan(): void {
    clearTimeout(this.#timer);
    const { intervalMs } = this.#options;
    const now = performance.now();
    const at = Math.max(this.#beganAt + intervalMs, this.#notBefore);
    if (!this.#stopping.signal.aborted && at - this.#askedAt <= IDLE_INTERVALS * intervalMs) {
      this.#timer = setTimeout(() => this.#begin(), Math.max(0, at - now));
      this.#timer.unref();
    }
  }
}

async function withPatience(work: Promise<void>, ms: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>(resolve => (timer = setTimeout(resolve, ms)));
  try {
    await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
