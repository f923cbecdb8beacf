/**
 * A watch that keeps itself going: list, watch from there, and after every kind of break again, from where it was or,
 * when that is not known any more, from a new list. One loop, so that there never are two streams at once.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { CallOptions } from './apiCall';
import { waitMs, type Pace } from './backOff';
import { KubernetesError, type Watch, type WatchRequest } from './kubernetesApi';
import { listPages } from './listPages';
import { followWatch, type WatchLimits } from './watchStream';

/** A stream that the server ends sooner, without having told anything, is a break and not the agreed end. */
const SHORTEST_STREAM_MS = 1_000;

/**
 * A stream that goes on from an older version is told missed events, or that they are forgotten, only after it has
 * opened: it counts as current when it has been open for this long.
 */
const SETTLING_MS = 200;

export interface ResourceWatchOptions {
  readonly call: CallOptions;
  readonly pace: Pace;
  readonly limits: WatchLimits;
}

export class ResourceWatch<T> implements Watch {
  readonly listed: Promise<void>;
  readonly #options: ResourceWatchOptions;
  readonly #request: WatchRequest<T>;
  readonly #stopping = new AbortController();
  readonly #ended: Promise<void>;
  #settleListed: { resolve: () => void; reject: (error: KubernetesError) => void } | null = null;
  /** Where to go on; null: what there is has to be listed first. */
  #resourceVersion: string | null = null;
  /** Breaks since the last stream that was of use. */
  #failures = 0;
  #brokenSince: Date | null = null;
  #toldCurrent = false;
  /** No stream has been opened since the last list. */
  #justListed = false;

  constructor(options: ResourceWatchOptions, request: WatchRequest<T>) {
    this.#options = options;
    this.#request = request;
    this.listed = new Promise((resolve, reject) => {
      this.#settleListed = { resolve, reject };
    });
    // Whoever does not wait for the first list learns of its failure by `health`.
    this.listed.catch(() => undefined);
    request.signal?.addEventListener('abort', this.#abort, { once: true });
    if (request.signal?.aborted) {
      this.#stopping.abort();
    }
    this.#ended = this.#run();
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#ended;
  }

  readonly #abort = (): void => this.#stopping.abort();

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      try {
        await this.#listIfNeeded();
        await this.#follow();
      } catch (thrown) {
        if (!signal.aborted) {
          await this.#recover(asKubernetesError(thrown));
        }
      }
    }
    this.#request.signal?.removeEventListener('abort', this.#abort);
    this.#settleListed?.reject(new KubernetesError(0, 'Aborted', 'The watch was stopped.'));
  }

  async #listIfNeeded(): Promise<void> {
    if (this.#resourceVersion === null) {
      const { signal } = this.#stopping;
      const { items, resourceVersion } = await listPages(this.#options.call, { ...this.#request, signal });
      if (!signal.aborted) {
        this.#request.replaced(items, resourceVersion);
        this.#resourceVersion = resourceVersion;
        this.#justListed = true;
        this.#settleListed?.resolve();
      }
    }
  }

  /** One stream from its start to the end that was agreed with the server. */
  async #follow(): Promise<void> {
    const resourceVersion = this.#resourceVersion;
    if (resourceVersion === null) {
      return;
    }
    const { signal } = this.#stopping;
    const { upserted, deleted } = this.#request;
    const startedAt = performance.now();
    let events = 0;
    let settled: NodeJS.Timeout | undefined;
    const following = followWatch<T>({
      ...this.#options.call,
      limits: this.#options.limits,
      request: this.#request,
      resourceVersion,
      signal,
      opened: () => {
        if (this.#justListed) {
          this.#tellCurrent();
        } else {
          settled = setTimeout(() => this.#tellCurrent(), SETTLING_MS);
        }
        this.#justListed = false;
      },
      event: (version, change) => {
        if (signal.aborted) {
          return;
        }
        if (change !== null) {
          telling(() => (change.type === 'deleted' ? deleted : upserted)(change.item));
        }
        this.#resourceVersion = version;
        this.#failures = 0;
        events++;
      }
    });
    await following.finally(() => clearTimeout(settled));
    if (signal.aborted) {
      return;
    }
    if (events === 0 && performance.now() - startedAt < SHORTEST_STREAM_MS) {
      throw new KubernetesError(0, 'WatchClosed', `${this.#options.call.server} ended the watch at once.`);
    }
    this.#failures = 0;
  }

  #tellCurrent(): void {
    if (this.#brokenSince !== null || !this.#toldCurrent) {
      this.#brokenSince = null;
      this.#toldCurrent = true;
      this.#request.health({ state: 'current' });
    }
  }
  /** Tells the break and waits for the time of the next try. */
  async #recover(error: KubernetesError): Promise<void> {
    this.#failures++;
    if (mustListAnew(error)) {
      this.#resourceVersion = null;
    }
    // The first expiry is answered by a list at once: there is nothing to wait for.
    const wait =
      error.status === 410 && this.#failures === 1 ? 0 : waitMs(this.#options.pace, this.#failures, error.retryAfterMs);
    const now = new Date();
    this.#justListed = false;
    this.#brokenSince ??= now;
    const retryAt = new Date(now.getTime() + wait);
    this.#settleListed?.reject(error);
    this.#request.health({ state: 'broken', error, since: this.#brokenSince, retryAt });
    try {
      await delay(wait, undefined, { signal: this.#stopping.signal });
    } catch {
      // Stopped: the loop ends.
    }
  }
}

/**
 * Whether going on from the same version can't succeed: it has expired, the server is behind it (it was set back), it
 * refuses the request as such, or an event was not understood and would be left out.
 */
function mustListAnew({ status, reason }: KubernetesError): boolean {
  return [400, 404, 410, 422].includes(status) || ['ResourceVersionTooLarge', 'UnexpectedAnswer'].includes(reason);
}

/** What the receiver throws is no break of the connection, and what it did not take is told again. */
function telling(tell: () => void): void {
  try {
    tell();
  } catch (error) {
    throw asKubernetesError(error);
  }
}

function asKubernetesError(thrown: unknown): KubernetesError {
  return thrown instanceof KubernetesError
    ? thrown
    : new KubernetesError(0, 'WatchFailed', thrown instanceof Error ? thrown.message : String(thrown), null, {
        cause: thrown
      });
}
