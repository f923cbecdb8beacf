/** Notices when the data of a guarded volume becomes too old, also while nobody is asked: age needs no answer to grow. */
import type { IDisposable } from '@lumino/disposable';
import { Signal, type ISignal } from '@lumino/signaling';
import type { Mirror } from '../../contract';
import { guardNow, untilStale } from './mirrorAge';

/** The longest that a timer of a browser can wait, in ms. */
const LONGEST_TIMER = 2 ** 31 - 1;
/** Looked at this long after the moment, in ms: timers may come a little early. */
const AFTER_MS = 10;

/** Tells each mirror once, and again only after its data was fresh. */
export class StaleWatch implements IDisposable {
  private readonly signal = new Signal<this, Mirror>(this);
  private readonly told = new Set<string>();
  private timer: ReturnType<typeof setTimeout> | null = null;
  private disposed = false;

  /** `now`: the clock that ages are computed with. */
  constructor(
    private readonly items: () => readonly Mirror[],
    private readonly now: () => Date
  ) {}

  get becameStale(): ISignal<this, Mirror> {
    return this.signal;
  }

  get isDisposed(): boolean {
    return this.disposed;
  }

  /** Looks at all, and again when the next one’s time is up. */
  look(): void {
    clearTimeout(this.timer ?? undefined);
    this.timer = null;
    if (this.disposed) {
      return;
    }
    const items = this.items();
    const now = this.now();
    for (const mirror of items) {
      const state = guardNow(mirror, now);
      if (state === 'fresh' || state === null) {
        this.told.delete(mirror.uid);
      } else if (state === 'stale' && !this.told.has(mirror.uid)) {
        this.told.add(mirror.uid);
        this.signal.emit(mirror);
      }
    }
    const left = untilStale(items, now);
    if (left !== null) {
      this.timer = setTimeout(() => this.look(), Math.min(left + AFTER_MS, LONGEST_TIMER));
    }
  }

  dispose(): void {
    this.disposed = true;
    clearTimeout(this.timer ?? undefined);
    Signal.clearData(this);
  }
}
