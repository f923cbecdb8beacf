/**
 * Writes links that MLflow could not take, when it takes them again. They wait on the snapshots and nowhere else, so that a
 * later process finds them; where none waits nothing is asked of MLflow, and nothing wakes up.
 */
import type { Log } from '../log';
import type { RunNotes, WaitingLink } from './runNotes';

const FIRST_DELAY_MS = 5_000;
const LONGEST_DELAY_MS = 300_000;

/** What became of one: `later`: MLflow takes none now. `not-this`: not this one; the next process tries it again. */
export type Delivery = 'written' | 'later' | 'not-this';

export interface WaitingLinksOptions {
  readonly notes: Pick<RunNotes, 'waiting' | 'settle'>;
  readonly deliver: (link: WaitingLink, signal: AbortSignal) => Promise<Delivery>;
  readonly log: Log;
  readonly firstDelayMs?: number;
}

export class WaitingLinks {
  readonly #options: WaitingLinksOptions;
  readonly #ended = new AbortController();
  #delayMs: number;
  #timer: NodeJS.Timeout | null = null;
  #round: Promise<void> | null = null;

  constructor(options: WaitingLinksOptions) {
    this.#options = options;
    this.#delayMs = this.#firstDelayMs;
  }

  /** Looks for links that wait, and tries to write them now. */
  begin(): void {
    if (!this.#ended.signal.aborted) {
      this.#round ??= this.#deliver().finally(() => (this.#round = null));
    }
  }

  /** One waits from now on: it is tried again after a while. */
  added(): void {
    this.#schedule();
  }

  /** MLflow has answered: what waits need not wait longer. */
  mlflowAnswered(): void {
    if (this.#timer !== null) {
      this.begin();
    }
  }

  /** Resolves when nothing is under way any more. */
  async dispose(): Promise<void> {
    this.#ended.abort();
    this.#unschedule();
    await this.#round;
  }

  get #firstDelayMs(): number {
    return this.#options.firstDelayMs ?? FIRST_DELAY_MS;
  }

  async #deliver(): Promise<void> {
    const { notes, deliver, log } = this.#options;
    const { signal } = this.#ended;
    this.#unschedule();
    try {
      for (const link of notes.waiting()) {
        const what = await deliver(link, signal);
        if (what === 'later') {
          this.#schedule();
          return;
        }
        for (const snapshot of what === 'written' ? link.snapshots : []) {
          await notes.settle(snapshot, link.run);
        }
        log.info({ run: link.run, what }, 'a link that waited for MLflow was taken up');
        this.#delayMs = this.#firstDelayMs;
      }
    } catch (error) {
      if (!signal.aborted) {
        log.warn({ err: error }, 'links that wait for MLflow could not be taken up');
        this.#schedule();
      }
    }
  }

  #schedule(): void {
    if (this.#timer === null && !this.#ended.signal.aborted) {
      this.#timer = setTimeout(() => {
        this.#timer = null;
        this.begin();
      }, this.#delayMs).unref();
      this.#delayMs = Math.min(this.#delayMs * 2, LONGEST_DELAY_MS);
    }
  }

  #unschedule(): void {
    clearTimeout(this.#timer ?? undefined);
    this.#timer = null;
  }
}
