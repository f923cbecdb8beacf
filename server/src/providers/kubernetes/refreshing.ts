/**
 * Looks at the cluster again and again where the account may not watch: only while somebody follows the event stream,
 * often while something is being made, else ever more rarely.
 */

export interface RefreshingOptions {
  /** Whether looking is the only way to learn of changes. */
  readonly needed: () => boolean;
  /** Whether something is being made. */
  readonly busy: () => boolean;
  /** Never rejects. */
  readonly refresh: () => Promise<void>;
  readonly busyMs?: number;
  readonly idleMs?: readonly number[];
}

const BUSY_MS = 2_000;
const IDLE_MS = [15_000, 20_000, 30_000];

/** The looks of one provider. */
export class Refreshing {
  private followers = 0;
  private looks = 0;
  private wasBusy = false;
  private timer: NodeJS.Timeout | null = null;
  private looking = false;
  private stopped = false;

  constructor(private readonly options: RefreshingOptions) {}

  /** So many clients follow the event stream now. */
  follow(count: number): void {
    const first = this.followers === 0 && count > 0;
    this.followers = count;
    if (first) {
      this.looks = 0;
    }
    this.plan(first);
  }

  /** Something may have begun or ended: the next look may be due sooner. */
  hurry(): void {
    const busy = this.options.busy();
    if (busy !== this.wasBusy) {
      this.wasBusy = busy;
      this.looks = 0;
      this.plan(false);
    }
  }

  stop(): void {
    this.stopped = true;
    clearTimeout(this.timer ?? undefined);
  }

  private plan(now: boolean): void {
    clearTimeout(this.timer ?? undefined);
    this.timer = null;
    const { needed, busy, busyMs = BUSY_MS, idleMs = IDLE_MS } = this.options;
    if (this.stopped || this.followers === 0 || this.looking || !needed()) {
      return;
    }
    const idle = idleMs[Math.min(this.looks, idleMs.length - 1)] ?? BUSY_MS;
    this.timer = setTimeout(() => void this.look(), now ? 0 : busy() ? busyMs : idle);
    this.timer.unref();
  }

  private async look(): Promise<void> {
    this.looking = true;
    this.looks += 1;
    try {
      await this.options.refresh();
    } finally {
      this.looking = false;
      this.plan(false);
    }
  }
}
