/**
 * Connections to the API server: one dispatcher is kept as long as certificates stay the same, and each request
 * carries the token of now. A token that is refused is read again once; an account that is refused by a server that was
 * away asks again once.
 */
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { ClientHttp2Stream } from 'node:http2';
import { setTimeout as delay } from 'node:timers/promises';
import { Agent, ProxyAgent, type Dispatcher } from 'undici';
import type { ApiAccess, Credentials } from './apiAccess';
import { apiAddress } from './apiAddress';
import { KubernetesError, type ApiRequest } from './kubernetesApi';
import { ServerClock } from './serverClock';

/** As client-go: half of what load balancers commonly take for idle. */
const KEEP_ALIVE_PROBE_MS = 30_000;

/**
 * undici (8.12) stops listening to a stream that is given up while its connection is being made; when that connection
 * ends, the stream's error would end the process.
 */
const STREAM_CREATED = 'http2.client.stream.created';

/**
 * A server that has just started refuses everybody (403) until it has read the roles: measured on Kubernetes 1.36, 40 to
 * 50 ms with few of them. Who is refused so soon after it is back asks again after this time, ms.
 */
const ROLES_READ_MS = 1_000;
const JUST_BACK_MS = 5_000;

function listenToErrors(message: unknown): void {
  (message as { stream: ClientHttp2Stream }).stream.on('error', () => undefined);
}

export interface ConnectionOptions {
  readonly access: ApiAccess;
  readonly connectTimeoutMs: number;
  readonly userAgent: string;
}

export type Outgoing = Pick<ApiRequest<unknown>, 'method' | 'path' | 'query' | 'body'> & {
  readonly signal: AbortSignal;
};

/** A dispatcher with what has to be known of it. */
interface Way {
  readonly key: string;
  readonly dispatcher: Dispatcher;
  reached: boolean;
  /** Requests and watches under way. */
  busy: number;
}

export class Connection {
  readonly clock = new ServerClock();
  readonly #options: ConnectionOptions;
  #current: Way | null = null;
  /** Replaced ones that still have something under way. */
  readonly #retired = new Set<Way>();
  #disposed = false;
  /** The last try to reach the server has failed. */
  #away = false;
  #backSince = Number.NEGATIVE_INFINITY;

  constructor(options: ConnectionOptions) {
    this.#options = options;
    subscribe(STREAM_CREATED, listenToErrors);
  }

  /** Sends one request; the caller reads or destroys the body. No time limit but the signal's and that of connecting. */
  async send(outgoing: Outgoing): Promise<Dispatcher.ResponseData> {
    try {
      return await this.#send(outgoing);
    } catch (error) {
      throw this.#disposed ? closedError(error) : error;
    }
  }

  async #send(outgoing: Outgoing): Promise<Dispatcher.ResponseData> {
    const { access } = this.#options;
    const credentials = await access.credentials(null, outgoing.signal);
    const answer = await this.#sendAs(credentials, outgoing);
    if (answer.statusCode === 403 && performance.now() - this.#backSince < JUST_BACK_MS) {
      return this.#askAgain(answer, outgoing);
    }
    if (answer.statusCode !== 401) {
      return answer;
    }
    const renewed = await access.credentials(credentials, outgoing.signal);
    if (renewed === credentials) {
      return answer;
    }
    await answer.body.dump();
    return this.#sendAs(renewed, outgoing);
  }

  /** Nothing was done by what was refused, so that it can be sent once more. */
  async #askAgain(refusal: Dispatcher.ResponseData, outgoing: Outgoing): Promise<Dispatcher.ResponseData> {
    const { signal } = outgoing;
    await delay(ROLES_READ_MS, undefined, { signal }).catch(() => undefined);
    if (signal.aborted) {
      return refusal;
    }
    await refusal.body.dump();
    return this.#sendAs(await this.#options.access.credentials(null, signal), outgoing);
  }

  /** Whether requests can have been sent: the server, or the proxy before it, took a connection. */
  get reached(): boolean {
    return this.#current?.reached ?? false;
  }

  /** New requests take a new connection: the one there was does not answer. What is under way on it is not ended. */
  retire(): void {
    if (this.#current !== null) {
      this.#retired.add(this.#current);
      this.#endIfIdle(this.#current);
      this.#current = null;
    }
  }

  /** Ends everything that is under way at once, also what still connects: signals are heard only after that. */
  async dispose(): Promise<void> {
    this.#disposed = true;
    this.retire();
    await Promise.all([...this.#retired].map(({ dispatcher }) => dispatcher.destroy()));
    unsubscribe(STREAM_CREATED, listenToErrors);
  }

  /** Not by `close`: what an agent closes it forgets, so that it could not be destroyed any more (undici 8.12). */
  #endIfIdle(way: Way): void {
    if (way.busy === 0 && this.#retired.delete(way)) {
      // Nothing is under way, so that nobody is told.
      void way.dispatcher.destroy();
    }
  }

  async #sendAs(
    credentials: Credentials,
    { method = 'GET', path, query, body, signal }: Outgoing
  ): Promise<Dispatcher.ResponseData> {
    const headers: Record<string, string> = {
      accept: 'application/json',
      'user-agent': this.#options.userAgent,
      ...credentials.headers
    };
    if (body !== undefined) {
      headers['content-type'] = method === 'PATCH' ? 'application/merge-patch+json' : 'application/json';
    }
    const way = this.#way(credentials);
    const over = (): void => {
      way.busy -= 1;
      this.#endIfIdle(way);
    };
    way.busy += 1;
    const sentAt = Date.now();
    const asked = way.dispatcher.request({
      origin: credentials.server.origin,
      path: apiAddress(credentials.server, path, query),
      method,
      headers,
      body: body === undefined ? null : JSON.stringify(body),
      signal,
      // The caller's deadline covers the whole call; undici's own would end a quiet watch.
      headersTimeout: 0,
      bodyTimeout: 0
    });
    try {
      const answer = await asked;
      this.clock.heard(answer.headers['date'], sentAt);
      this.#heard(answer.statusCode < 500);
      answer.body.once('close', over);
      return answer;
    } catch (error) {
      if (!signal.aborted) {
        this.#heard(false);
      }
      over();
      throw error;
    }
  }

  /** Whether the server answers for itself; what is before it may answer in its place that it is away. */
  #heard(there: boolean): void {
    if (there && this.#away) {
      this.#backSince = performance.now();
    }
    this.#away = !there;
  }

  #way({ connectionKey, proxy, tls }: Credentials): Way {
    if (this.#disposed) {
      throw closedError();
    }
    if (this.#current?.key === connectionKey) {
      return this.#current;
    }
    this.retire();
    const socket = {
      timeout: this.#options.connectTimeoutMs,
      keepAlive: true,
      keepAliveInitialDelay: KEEP_ALIVE_PROBE_MS
    };
    const dispatcher =
      proxy === null
        ? new Agent({ connect: { ...socket, ...tls }, allowH2: true })
        : new ProxyAgent({ uri: proxy.href, connect: socket, requestTls: { ...socket, ...tls }, allowH2: true });
    // What is behind a proxy is not known here.
    const way = { key: connectionKey, dispatcher, reached: proxy !== null, busy: 0 };
    dispatcher.on('connect', () => (way.reached = true));
    this.#current = way;
    return way;
  }
}

const closedError = (cause?: unknown): KubernetesError =>
  new KubernetesError(0, 'Aborted', 'The client was closed.', null, { cause });
