/**
 * Keeps one event stream open while it is started: asks for the status, checks the version, reads events (later statuses
 * are among them), and comes back with a growing pause when that breaks. It holds no data; the model behind the
 * callbacks does.
 */
import { API_MAJOR, problem, type ServerEvent } from '../../contract';
import { ApiProblem } from '../api/apiProblem';
import type { Connection, IDatamarkApi } from '../tokens';

/** First and longest pause between two tries, in ms. */
const FIRST_PAUSE = 1_000;
const LONGEST_PAUSE = 60_000;

/** Pause before the n-th try after a failure (n from 1), in ms: doubling, capped, 50 to 100 % of it by chance. */
export function pauseBefore(failure: number, random: () => number): number {
  return Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** (failure - 1)) * (0.5 + random() / 2);
}

export interface ConnectionLoopOptions {
  readonly api: Pick<IDatamarkApi, 'status' | 'events'>;
  readonly onConnection: (connection: Connection) => void;
  readonly onEvent: (event: ServerEvent) => void;
  /** The stream broke or could not be opened; `asOf`: until when all was known. */
  readonly onBroken: (error: ApiProblem, asOf: Date) => void;
  readonly random?: () => number;
  readonly pause?: (failure: number) => number;
}

/** The loop; `start` and `stop` may be called in any order and as often as wanted. */
export class ConnectionLoop {
  private readonly options: ConnectionLoopOptions;
  private running: AbortController | null = null;
  private wake: (() => void) | null = null;
  private lastEventId: string | null = null;
  private failures = 0;
  private brokenSince: Date | null = null;

  constructor(options: ConnectionLoopOptions) {
    this.options = options;
  }

  start(): void {
    if (this.running !== null) {
      return;
    }
    const running = new AbortController();
    this.running = running;
    this.failures = 0;
    this.options.onConnection({ state: 'connecting' });
    void this.run(running.signal);
  }

  stop(): void {
    if (this.running !== null) {
      this.running.abort();
      this.running = null;
      this.options.onConnection({ state: 'idle' });
    }
  }

  /** Ends a pause, so that the next try is now. */
  retryNow(): void {
    if (this.wake !== null) {
      this.options.onConnection({ state: 'connecting' });
      this.wake();
    }
  }

  private async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        await this.once(signal);
      } catch (error) {
        if (signal.aborted) {
          return;
        }
        await this.broken(error, signal);
      }
    }
  }

  /** One try: ends when the stream ends, or after the pause that a status asks for. */
  private async once(signal: AbortSignal): Promise<void> {
    const { api, onConnection } = this.options;
    const status = await api.status(signal);
    if (signal.aborted) {
      return;
    }
    if (status.state === 'unavailable') {
      onConnection({ state: 'unavailable', status });
      await this.pause(this.nextPause(), signal);
      return;
    }
    if (status.api.major !== API_MAJOR) {
      onConnection({ state: 'incompatible', serverMajor: status.api.major });
      await this.pause(null, signal);
      return;
    }
    for await (const { id, event } of api.events(this.lastEventId, signal)) {
      if (signal.aborted) {
        return;
      }
      this.lastEventId = id ?? this.lastEventId;
      if (event.type === 'hello' || event.type === 'reset') {
        this.failures = 0;
        this.brokenSince = null;
        onConnection({ state: 'online', status });
      } else if (event.type === 'status') {
        onConnection({ state: 'online', status: event.status });
      }
      this.options.onEvent(event);
    }
    signal.throwIfAborted();
    throw new Error('the stream ended');
  }

  private async broken(error: unknown, signal: AbortSignal): Promise<void> {
    const told = error instanceof ApiProblem ? error : internal(error);
    const now = new Date();
    this.brokenSince ??= told.lastContact ?? now;
    this.options.onBroken(told, this.brokenSince);
    if (told.isAbsent) {
      this.options.onConnection({ state: 'absent' });
      await this.pause(null, signal);
      return;
    }
    if (told.isLoggedOut) {
      this.options.onConnection({ state: 'logged-out', problem: told.problem });
      await this.pause(null, signal);
      return;
    }
    const pause = this.nextPause();
    // The server part knows why its sidecar does not answer: ask it before anybody has to wait.
    if (told.kind === 'answered' && this.failures === 1) {
      return;
    }
    const retryAt = new Date(now.getTime() + pause);
    this.options.onConnection({ state: 'unreachable', problem: told.problem, since: this.brokenSince, retryAt });
    await this.pause(pause, signal);
  }

  private nextPause(): number {
    this.failures++;
    return this.options.pause?.(this.failures) ?? pauseBefore(this.failures, this.options.random ?? Math.random);
  }

  /** Waits `ms`, or for ever, until woken or stopped. */
  private pause(ms: number | null, signal: AbortSignal): Promise<void> {
    return new Promise(resolve => {
      const end = () => {
        clearTimeout(timer);
        signal.removeEventListener('abort', end);
        this.wake = null;
        resolve();
      };
      const timer = ms === null ? undefined : setTimeout(end, ms);
      signal.addEventListener('abort', end);
      this.wake = end;
      if (signal.aborted) {
        end();
      }
    });
  }
}

function internal(error: unknown): ApiProblem {
  const detail = error instanceof Error ? error.message : String(error);
  return new ApiProblem('unreachable', problem('internal', { detail, next: '' }));
}
