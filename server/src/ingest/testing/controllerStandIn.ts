/** Something that answers as a test says where a sidecar expects `datamark-controller`, over HTTPS, with its own authority. */
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { ControllerAddress } from '../ingestSettings';

export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly authorization: string | undefined;
  readonly body: string;
}

export type Answer =
  | { readonly status: number; readonly body: unknown; readonly headers?: Readonly<Record<string, string>> }
  | 'hang'
  | 'cut';

export class ControllerStandIn {
  readonly requests: SeenRequest[] = [];
  /** Asked for each request. */
  answer: (request: SeenRequest) => Answer | Promise<Answer> = () => 'cut';
  readonly #folder: string;
  readonly #server: Server;

  private constructor(folder: string, server: Server) {
    this.#folder = folder;
    this.#server = server;
    server.on('request', (request, response) => void this.#take(request, response));
  }

  static async start(): Promise<ControllerStandIn> {
    const folder = await mkdtemp(join(tmpdir(), 'datamark-controller-'));
    await makeCertificate(folder, 'own');
    await makeCertificate(folder, 'foreign');
    await writeFile(join(folder, 'token'), 'token-1\n');
    const [key, cert] = await Promise.all(['own.key', 'own.crt'].map(name => readFile(join(folder, name))));
    const server = createServer({ key, cert });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new ControllerStandIn(folder, server);
  }

  /** With another `authority` than the own one its certificate is not trusted. */
  address(authority: 'own' | 'foreign' = 'own'): ControllerAddress {
    const { port } = this.#server.address() as AddressInfo;
    const url = `https://127.0.0.1:${port}`;
    return { url, caFile: join(this.#folder, `${authority}.crt`), tokenFile: join(this.#folder, 'token') };
  }

  setToken(text: string): Promise<void> {
    return writeFile(join(this.#folder, 'token'), text);
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await rm(this.#folder, { recursive: true, force: true });
  }

  async #take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request as AsyncIterable<Buffer>) {
      chunks.push(chunk);
    }
    const { method = '', url: path = '', headers } = request;
    const seen = { method, path, authorization: headers.authorization, body: Buffer.concat(chunks).toString() };
    this.requests.push(seen);
    const answer = await this.answer(seen);
    if (answer === 'cut') {
      request.socket.destroy();
    } else if (answer !== 'hang') {
      const text = typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body);
      response.writeHead(answer.status, { 'content-type': 'application/json', ...answer.headers }).end(text);
    }
  }
}

const makeCertificate = (folder: string, name: string): Promise<unknown> =>
  promisify(execFile)(
    'openssl',
    [
      ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'],
      ...['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1'],
      ...['-keyout', `${name}.key`, '-out', `${name}.crt`]
    ],
    { cwd: folder, timeout: 30_000 }
  );
