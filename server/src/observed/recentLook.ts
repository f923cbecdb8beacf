/**
 * Looks at storage before a list is told, so that it also shows what no watch told of. Rarely enough and briefly
 * enough that asking stays cheap: what comes later shows as events.
 */
import type { Log } from '../log';

export interface RecentLookOptions {
  readonly refresh: () => Promise<void>;
  readonly log: Log;
  /** When somebody else looked last, by performance.now(). */
  readonly lookedAt?: () => number;
  /** A look is good for so long, ms. */
  readonly goodForMs?: number;
  /** A list waits at most so long for a look, ms. */
  readonly patienceMs?: number;
}

/** One look for all who ask at the same time. */
export class RecentLook {
  private endedAt = Number.NEGATIVE_INFINITY;
  private running: Promise<void> | null = null;

  constructor(private readonly options: RecentLookOptions) {}

  /** Resolves when there was a look lately, or when that takes too long. Never rejects. */
  async have(): Promise<void> {
    const { refresh, log, lookedAt, goodForMs = 2000, patienceMs = 150 } = this.options;
    const last = Math.max(this.endedAt, lookedAt?.() ?? this.endedAt);
    if (this.running === null && performance.now() - last < goodForMs) {
      return;
    }
    this.running ??= refresh()
      .catch((error: unknown) => log.warn({ err: error }, 'looking at storage failed'))
      .finally(() => {
        this.running = null;
        this.endedAt = performance.now();
      });
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>(resolve => {
      timer = setTimeout(resolve, patienceMs);
    });
    await Promise.race([this.running, late]);
    clearTimeout(timer);
  }
}
