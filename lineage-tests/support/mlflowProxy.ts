// A proxy before an MLflow server, as an ingress is: behind a path, and as slow, busy or strict as a test says.
import { once } from 'node:events';
import {
  createServer,
  request,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse
} from 'node:http';
import type { AddressInfo } from 'node:net';
import type { MlflowServer } from './mlflowServer';

export interface ProxyManner {
  /** Host name that MLflow is asked by; its own unless told. */
  readonly host?: string;
  /** Answered instead of asking MLflow. */
  readonly answer?: { readonly status: number; readonly headers?: Record<string, string>; readonly body?: string };
  /** Never answers. */
  readonly silent?: true;
}

export class MlflowProxy implements AsyncDisposable {
  manner: ProxyManner = {};
  /** Headers of all that came. */
  readonly seen: IncomingHttpHeaders[] = [];
  readonly #server: Server;
  readonly #target: MlflowServer;

  private constructor(server: Server, target: MlflowServer) {
    this.#server = server;
    this.#target = target;
  }

  static async start(target: MlflowServer): Promise<MlflowProxy> {
    const server = createServer();
    const proxy = new MlflowProxy(server, target);
    server.on('request', (asked, answer) => proxy.#handle(asked, answer));
    await once(server.listen(0, '127.0.0.1'), 'listening');
    return proxy;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Behind the path `/teams/mlflow`; elsewhere nothing is. */
  get address(): string {
    return `http://127.0.0.1:${this.port}/teams/mlflow`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }

  #handle(asked: IncomingMessage, answer: ServerResponse): void {
    const { host = `127.0.0.1:${this.#target.port}`, answer: instead, silent } = this.manner;
    this.seen.push(asked.headers);
    asked.resume();
    if (silent) {
      return;
    }
    const path = /^\/teams\/mlflow(\/.*)$/.exec(asked.url ?? '')?.[1];
    if (instead !== undefined || path === undefined) {
      const { status, headers = {}, body = '' } = instead ?? { status: 404, body: 'nothing here' };
      answer.writeHead(status, headers).end(body);
      return;
    }
    const chunks: Buffer[] = [];
    asked.on('data', (chunk: Buffer) => chunks.push(chunk));
    asked.on('end', () => {
      const onward = request(
        { host: '127.0.0.1', port: this.#target.port, method: asked.method, path, headers: { ...asked.headers, host } },
        told => {
          answer.writeHead(told.statusCode ?? 502, told.headers);
          told.pipe(answer);
        }
      );
      onward.on('error', () => answer.writeHead(502).end());
      onward.end(Buffer.concat(chunks));
    });
  }
}
