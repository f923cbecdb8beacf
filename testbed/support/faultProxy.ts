// A proxy before a real API server that ends TLS and speaks HTTP/2 to the client, as the server does, and fails on demand.
import type { IncomingMessage } from 'node:http';
import {
  createSecureServer,
  type Http2SecureServer,
  type Http2ServerRequest,
  type Http2ServerResponse,
  type ServerHttp2Session
} from 'node:http2';
import { Agent, request as requestServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { OwnApiServer } from './ownApiServer';

/** What happens to a request. */
export type Fault =
  /** Answered by the proxy; the server never sees it. */
  | { readonly status: number; readonly retryAfter?: string }
  /** The connection is cut: before the server sees the request, or instead of its answer. */
  | { readonly cut: 'before' | 'after' }
  /** HTTP/2 only: this one request is reset, the connection stays. */
  | { readonly resetStream: true };

interface Scripted {
  readonly method: string | undefined;
  readonly watch: boolean | undefined;
  readonly fault: Fault;
  left: number;
}

export interface Passed {
  readonly method: string;
  readonly url: URL;
  readonly httpVersion: string;
}

/** Headers that HTTP/2 does not have. */
const PER_CONNECTION = new Set(['connection', 'transfer-encoding', 'keep-alive']);

export class FaultProxy {
  readonly requests: Passed[] = [];
  private readonly _sockets = new Set<Socket>();
  private readonly _agent: Agent;
  private _scripted: Scripted[] = [];
  private readonly _sessions = new Set<ServerHttp2Session>();
  /** Connections whose other end is gone, as it seems to the client. */
  private _dead = new Set<ServerHttp2Session>();
  private _holding = false;
  private _held: (() => void)[] = [];

  private constructor(
    private readonly _server: Http2SecureServer,
    private readonly _target: { readonly port: number; readonly ca: Buffer }
  ) {
    this._agent = new Agent({ ca: _target.ca, keepAlive: true });
    _server.on('connection', (socket: Socket) => {
      this._sockets.add(socket);
      socket.on('close', () => this._sockets.delete(socket));
      // Cut by a fault, or by the client.
      socket.on('error', () => undefined);
    });
    _server.on('session', session => {
      this._sessions.add(session);
      session.on('close', () => this._sessions.delete(session));
    });
    _server.on('request', (request, response) => this._serve(request, response));
    _server.on('sessionError', () => undefined);
  }

  static async start(apiServer: OwnApiServer): Promise<FaultProxy> {
    const { cert, key } = await apiServer.certificate();
    const server = createSecureServer({ cert, key, allowHTTP1: true });
    const proxy = new FaultProxy(server, { port: apiServer.port, ca: cert });
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    return proxy;
  }

  get port(): number {
    return (this._server.address() as AddressInfo).port;
  }

  /** The next `times` requests that fit fail so. */
  fail(fault: Fault, { method, watch, times = 1 }: { method?: string; watch?: boolean; times?: number } = {}): void {
    this._scripted.push({ method, watch, fault, left: times });
  }

  clear(): void {
    this._scripted = [];
  }

  /** Cuts every connection now. */
  cut(): void {
    for (const socket of this._sockets) {
      socket.resetAndDestroy();
    }
  }

  /** From now on nothing comes back, and nothing is said of it: a connection whose other end is gone. */
  hold(): void {
    this._holding = true;
    this._dead = new Set(this._sessions);
  }

  /** New connections are served again; those that were held stay dead. */
  letNewPass(): void {
    this._holding = false;
  }

  /** What is held goes on. */
  resume(): void {
    this._holding = false;
    this._dead.clear();
    this._held.splice(0).forEach(goOn => goOn());
  }

  async stop(): Promise<void> {
    this.cut();
    this._agent.destroy();
    await new Promise(resolve => this._server.close(resolve));
  }

  private _serve(request: Http2ServerRequest, response: Http2ServerResponse): void {
    const url = new URL(request.url, 'https://server');
    this.requests.push({ method: request.method, url, httpVersion: request.httpVersion });
    request.on('error', () => undefined);
    response.on('error', () => undefined);
    const fault = this._take(request.method, url.searchParams.get('watch') === 'true');
    if (fault !== null && 'status' in fault) {
      response.writeHead(fault.status, {
        'content-type': 'text/plain',
        ...(fault.retryAfter === undefined ? {} : { 'retry-after': fault.retryAfter })
      });
      response.end('a fault of the test');
    } else if (fault !== null && 'resetStream' in fault) {
      request.stream.close();
    } else if (fault?.cut === 'before') {
      this.cut();
    } else {
      this._whenNotHeld(request, () => this._pass(request, response, fault?.cut === 'after'));
    }
  }

  private _pass(request: Http2ServerRequest, response: Http2ServerResponse, cut: boolean): void {
    const headers = Object.fromEntries(
      Object.entries(request.headers).filter(
        ([name]) => !name.startsWith(':') && name !== 'host' && name !== 'connection'
      )
    );
    const { port } = this._target;
    const { method, url: path } = request;
    const upstream = requestServer({ host: '127.0.0.1', port, agent: this._agent, method, path, headers });
    upstream.on('error', () => response.stream.destroy());
    upstream.on('response', (answer: IncomingMessage) => {
      if (cut) {
        this.cut();
        return;
      }
      const passed = Object.fromEntries(Object.entries(answer.headers).filter(([name]) => !PER_CONNECTION.has(name)));
      response.writeHead(answer.statusCode ?? 502, passed);
      response.stream.on('close', () => answer.destroy());
      answer.on('error', () => response.stream.destroy());
      answer.on('data', (chunk: Buffer) => this._whenNotHeld(request, () => response.write(chunk)));
      answer.on('end', () => this._whenNotHeld(request, () => response.end()));
    });
    request.pipe(upstream);
  }

  private _whenNotHeld({ stream }: Http2ServerRequest, act: () => void): void {
    const session = stream.session as ServerHttp2Session | undefined;
    if (this._holding || (session !== undefined && this._dead.has(session))) {
      this._held.push(act);
    } else {
      act();
    }
  }

  private _take(method: string, watch: boolean): Fault | null {
    const found = this._scripted.find(
      one =>
        one.left > 0 &&
        (one.method === undefined || one.method === method) &&
        (one.watch === undefined || one.watch === watch)
    );
    if (found === undefined) {
      return null;
    }
    found.left--;
    return found.fault;
  }
}
