/** Limits how often each caller may do something: a number at once, and so many in a minute. */

/** Callers that are remembered; the one that was silent longest is forgotten. */
const MOST = 10_000;

export class CallerLimits {
  readonly #buckets = new Map<string, { left: number; at: number }>();

  constructor(
    private readonly limits: { readonly atOnce: number; readonly perMinute: number },
    private readonly clock: () => number = () => performance.now()
  ) {}

  /** Takes one; gives how long to wait where there is none, ms, else 0. */
  take(caller: string): number {
    const { atOnce, perMinute } = this.limits;
    const now = this.clock();
    const { left, at } = this.#buckets.get(caller) ?? { left: atOnce, at: now };
    const present = Math.min(atOnce, left + ((now - at) / 60_000) * perMinute);
    this.#buckets.delete(caller);
    this.#buckets.set(caller, { left: present < 1 ? present : present - 1, at: now });
    const [oldest] = this.#buckets.size > MOST ? this.#buckets.keys() : [];
    if (oldest !== undefined) {
      this.#buckets.delete(oldest);
    }
    return present < 1 ? Math.ceil(((1 - present) / perMinute) * 60_000) : 0;
  }
}
