/**
 * Whether the provider has filled the index yet. Status answers before that; lists and changes wait for it here,
 * so that an index that is still empty is never told as "there is nothing".
 */
import type { Log } from '../log';
import { ProblemError } from '../problemError';
import type { Provider } from '../providers/provider';

type Outcome = { readonly ok: true } | { readonly ok: false; readonly error: unknown };

/** The provider's first look at storage, made once. */
export class FirstObservation {
  private outcome: Outcome | null = null;
  private ended = Number.NEGATIVE_INFINITY;
  private settle: () => void = () => undefined;
  /** Resolves when the first look is over, well or not. */
  readonly over = new Promise<void>(resolve => {
    this.settle = resolve;
  });

  /** `deadlineMs`: how long a request waits for it. */
  constructor(private readonly deadlineMs: number) {}

  /** Starts the provider; a failure is logged and kept for those who ask. */
  begin(provider: Provider, log: Log): void {
    const end = (outcome: Outcome): void => {
      this.outcome = outcome;
      this.ended = performance.now();
      this.settle();
    };
    provider.start().then(
      () => end({ ok: true }),
      (error: unknown) => {
        log.error({ err: error }, 'the provider did not start');
        end({ ok: false, error });
      }
    );
  }

  /** When the first look was over, by performance.now(); before: minus infinity. */
  get endedAt(): number {
    return this.ended;
  }

  /** Why the index can't be told: the provider still starts, or could not. null: it can. */
  get obstacle(): ProblemError | null {
    if (this.outcome === null) {
      return new ProblemError('starting', {
        detail: 'Datamark still looks at the storage, or finishes what an earlier process left.',
        next: 'Try again in a few seconds.'
      });
    }
    if (this.outcome.ok) {
      return null;
    }
    const { error } = this.outcome;
    return error instanceof ProblemError
      ? error
      : new ProblemError(
          'internal',
          {
            detail: 'The storage could not be opened.',
            next: 'Look into the log of the Jupyter server for the cause.'
          },
          { cause: error }
        );
  }

  /** Resolves when the first look is over, well or not, or when the deadline has passed. */
  async waitOver(deadlineMs = this.deadlineMs): Promise<void> {
    if (this.outcome !== null) {
      return;
    }
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>(resolve => {
      timer = setTimeout(resolve, deadlineMs);
    });
    await Promise.race([this.over, late]);
    clearTimeout(timer);
  }

  /** Resolves when the index can be told; throws the obstacle when it can't, at the latest at the deadline. */
  async wait(): Promise<void> {
    await this.waitOver();
    const { obstacle } = this;
    if (obstacle !== null) {
      throw obstacle;
    }
  }
}
