/** Reads again a moment after it is wished for, once for all wishes of that moment; called by TimelineModel. */

export interface GatheredReadingOptions {
  /** Wishes are gathered this long, in ms. */
  readonly pause: number;
  /** Whom the answer is for; taken when the pause begins. */
  readonly signal: () => AbortSignal;
  /** Reads, unless the signal is aborted by then; does not reject. */
  readonly read: (signal: AbortSignal) => Promise<void>;
}

/** One reading at a time; wishes that come while it runs are gathered into one more. */
export class GatheredReading {
  private readonly options: GatheredReadingOptions;
  private running: Promise<void> | null = null;
  private again = false;

  constructor(options: GatheredReadingOptions) {
    this.options = options;
  }

  /** Asks for a reading soon. */
  wish(): void {
    if (this.running !== null) {
      this.again = true;
      return;
    }
    const { pause, read } = this.options;
    const signal = this.options.signal();
    this.running = new Promise<void>(resolve => setTimeout(resolve, pause))
      .then(() => read(signal))
      .finally(() => {
        this.running = null;
        if (this.again) {
          this.again = false;
          this.wish();
        }
      });
  }
}
