/** A JupyterHub’s API as far as the controller uses it, over HTTP; a test says what it answers. */
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NAMESPACE } from './controllerScene';

interface Asked {
  readonly method: string;
  readonly path: string;
  readonly token: string;
  readonly body: string;
}

interface Answer {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What it answers a start with; null: never. */
type Start = () => Answer | null;

export class SmallHub {
  readonly asked: Asked[] = [];
  /** Names of the servers that run, by user; '' is the default one. */
  readonly running: Record<string, readonly string[]> = { ann: [''] };
  start: Start = () => ({ status: 202 });

  private constructor(
    private readonly server: Server,
    private readonly directory: string
  ) {}

  static async open(): Promise<SmallHub> {
    const directory = await mkdtemp(join(tmpdir(), 'datamark-hub-'));
    const server = createServer();
    const hub = new SmallHub(server, directory);
    server.on('request', (request, response) => {
      let body = '';
      request.setEncoding('utf8').on('data', (part: string) => (body += part));
      request.on('end', () => {
        const { method = '', url = '', headers } = request;
        hub.asked.push({ method, path: url, token: headers.authorization ?? '', body });
        const answer = method === 'POST' ? hub.start() : hub.#user(url);
        if (answer !== null) {
          response
            .writeHead(answer.status, answer.headers)
            .end(answer.body === undefined ? '' : JSON.stringify(answer.body));
        }
      });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    await hub.token('token-a1');
    return hub;
  }

  async end(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await rm(this.directory, { recursive: true });
  }

  /** Puts another token into the file. */
  token(text: string): Promise<void> {
    return writeFile(this.tokenFile, `${text}\n`);
  }

  get tokenFile(): string {
    return join(this.directory, 'token');
  }

  /** As in the controller’s settings. */
  get settings(): { namespace: string; url: string; tokenFile: string; caFile: null } {
    const { port } = this.server.address() as AddressInfo;
    return { namespace: NAMESPACE, url: `http://127.0.0.1:${port}/base`, tokenFile: this.tokenFile, caFile: null };
  }

  get starts(): readonly Asked[] {
    return this.asked.filter(({ method }) => method === 'POST');
  }

  #user(url: string): Answer {
    const name = decodeURIComponent(url.split('/').pop() ?? '');
    const running = this.running[name];
    const servers = Object.fromEntries((running ?? []).map(server => [server, { stopped: false }]));
    return running === undefined ? { status: 404 } : { status: 200, body: { name, servers } };
  }
}
