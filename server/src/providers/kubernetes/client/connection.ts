/**
 * Connections to the API server: one dispatcher is kept as long as certificates stay the same, and each request
 * carries the token of now. A token that is refused is read again once.
 */
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { ClientHttp2Stream } from 'node:http2';
import { Agent, ProxyAgent, type Dispatcher } from 'undici';
import type { ApiAccess, Credentials } from './apiAccess';
import { apiAddress } from './apiAddress';
import type { ApiRequest } from './kubernetesApi';

/** As client-go: half of what load balancers commonly take for idle. */
const KEEP_ALIVE_PROBE_MS = 30_000;

/**
 * undici (8.12) stops listening to a stream that is given up while its connection is being made; when that connection
 * ends, the stream's error would end the process.
 */
const STREAM_CREATED = 'http2.client.stream.created';

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

export class Connection {
  readonly #options: ConnectionOptions;
  #current: { readonly key: string; readonly dispatcher: Dispatcher; reached: boolean } | null = null;
  /** Replaced ones that still have requests or watches under way. */
  readonly #retired = new Set<Dispatcher>();

  constructor(options: ConnectionOptions) {
    this.#options = options;
    subscribe(STREAM_CREATED, listenToErrors);
  }

  /** Sends one request; the caller reads or destroys the body. No time limit but the signal's and that of connecting. */
  async send(outgoing: Outgoing): Promise<Dispatcher.ResponseData> {
    const { access } = this.#options;
    const credentials = await access.credentials(null, outgoing.signal);
    const answer = await this.#sendAs(credentials, outgoing);
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

  /** Whether requests can have been sent: the server, or the proxy before it, took a connection. */
  get reached(): boolean {
    return this.#current?.reached ?? false;
  }

  /** New requests take a new connection: the one there was does not answer. What is under way on it is not ended. */
  retire(): void {
    if (this.#current !== null) {
      const { dispatcher } = this.#current;
      this.#current = null;
      this.#retired.add(dispatcher);
      dispatcher.close(() => this.#retired.delete(dispatcher));
    }
  }

  /** Ends everything that is under way. */
  async dispose(): Promise<void> {
    this.retire();
    await Promise.all([...this.#retired].map(dispatcher => dispatcher.destroy()));
    unsubscribe(STREAM_CREATED, listenToErrors);
  }

  #sendAs(
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
    return this.#dispatcher(credentials).request({
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
  }

  #dispatcher({ connectionKey, proxy, tls }: Credentials): Dispatcher {
    if (this.#current?.key === connectionKey) {
      return this.#current.dispatcher;
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
    const current = { key: connectionKey, dispatcher, reached: proxy !== null };
    dispatcher.on('connect', () => (current.reached = true));
    this.#current = current;
    return dispatcher;
  }
}
