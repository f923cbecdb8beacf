/**
 * When plans with blockers were looked at last: what happens in the cluster wakes them, but no storm of it makes more than
 * a look a second, and what tells nothing is looked at again once in a while.
 */

/** Between two looks, ms. */
const GAP_MS = 1_000;
/** Longest time between two looks, ms; by chance up to twice as long, so that they don’t come all at once. */
const AGAIN_MS = 30_000;

export class PlanLooks {
  readonly #last = new Map<string, { readonly look: number; readonly at: number }>();

  constructor(
    private readonly clock: () => number = () => performance.now(),
    private readonly random: () => number = Math.random
  ) {}

  /** 0: it is to be looked at now, which counts as done. Else after how many ms. `look` tells one waking from another. */
  take(uid: string, look: number): number {
    const now = this.clock();
    const last = this.#last.get(uid);
    if (last?.look === look) {
      return AGAIN_MS * (1 + this.random());
    }
    if (last !== undefined && now - last.at < GAP_MS) {
      return GAP_MS - (now - last.at);
    }
    this.#last.set(uid, { look, at: now });
    return 0;
  }

  forget(uid: string): void {
    this.#last.delete(uid);
  }
}
