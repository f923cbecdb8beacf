/**
 * Gives something back when nothing has needed it for a while: the lock of a store, so that another server can work on
 * it. Whoever needs it longer than for one turn says so with `during`, or is in the line of operations.
 */

export interface IdleReleaseOptions {
  /** ms after the last need. */
  readonly afterMs: number;
  /** Whether something needs it that was not announced here. */
  readonly isBusy: () => boolean;
  readonly release: () => void;
}

/** Waits for a while without need, again and again. */
export class IdleRelease {
  private timer: NodeJS.Timeout | null = null;
  private needs = 0;

  constructor(private readonly options: IdleReleaseOptions) {}

  /** It was needed just now: the while begins anew. */
  needed(): void {
    this.cancel();
    this.timer = setTimeout(() => {
      this.timer = null;
      if (this.needs > 0 || this.options.isBusy()) {
        this.needed();
      } else {
        this.options.release();
      }
    }, this.options.afterMs);
    this.timer.unref();
  }

  /** Needs it until the work is over. */
  async during<T>(work: () => Promise<T>): Promise<T> {
    this.needs += 1;
    try {
      return await work();
    } finally {
      this.needs -= 1;
    }
  }

  /** Releases nothing from now on. */
  cancel(): void {
    if (this.timer !== null) {
      clearTimeout(this.timer);
      this.timer = null;
    }
  }
}
