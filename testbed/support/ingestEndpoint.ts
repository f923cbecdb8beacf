// The controller's endpoint for ingest in this process, asking a real API server as the controller's own account.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Ingest } from '../../server/src/controller/ingest/ingest';
import { IngestSettings } from '../../server/src/controller/ingest/ingestSettings';
import { openKubernetesApi } from '../../server/src/providers/kubernetes/client/openKubernetesApi';
import { memoryLog, type LogLine } from '../../server/src/testing/testSidecar';
import type { OntapEmulator } from '../ontap/ontapEmulator';
import { accountKubeconfig } from './accountKubeconfig';
import { CONTROLLER_NAMESPACE } from './deployedController';
import type { TestCluster } from './testCluster';

interface EndpointOptions {
  readonly cluster: TestCluster;
  /** Bearer token of the controller's account. */
  readonly token: string;
  /** Whose servers may ask. */
  readonly namespaces: readonly string[];
  readonly ontap: OntapEmulator;
}

/** What it answered. */
export interface EndpointAnswer {
  readonly status: number;
  readonly body: unknown;
}

export class IngestEndpoint {
  private constructor(
    private readonly _folder: string,
    private readonly _ca: string,
    private readonly _port: number,
    private readonly _stop: () => Promise<void>,
    /** What it wrote into its log. */
    readonly log: readonly LogLine[]
  ) {}

  static async start({ cluster, token, namespaces, ontap }: EndpointOptions): Promise<IngestEndpoint> {
    const folder = await mkdtemp(path.join(tmpdir(), 'datamark-ingest-'));
    const { ca, server } = ontap.certificates;
    const files = {
      'ca.crt': ca,
      'tls.crt': server.cert,
      'tls.key': server.key,
      username: 'admin',
      password: 'admin-password',
      kubeconfig: accountKubeconfig({ cluster, name: CONTROLLER_NAMESPACE }, token)
    };
    const file = (name: string) => path.join(folder, name);
    await Promise.all(Object.entries(files).map(([name, text]) => writeFile(file(name), text, { mode: 0o600 })));
    const auth = { kind: 'basic', usernameFile: file('username'), passwordFile: file('password') };
    const storage = { name: 'ontap-1', address: ontap.url, caFile: file('ca.crt'), auth, actions: true };
    const log: LogLine[] = [];
    const api = openKubernetesApi({ environment: { KUBECONFIG: file('kubeconfig') }, userAgent: 'datamark-tests' });
    const ingest = new Ingest({
      api,
      settings: IngestSettings.parse({ port: 0, certificateDir: folder, storages: [storage] }),
      namespaces,
      log: memoryLog(log),
      times: { leastMs: 0, callersMs: 0, patienceMs: 30_000 }
    });
    const port = await ingest.start();
    const stop = async (): Promise<void> => {
      await ingest.stop();
      await api.dispose();
    };
    return new IngestEndpoint(folder, ca, port, stop, log);
  }

  async stop(): Promise<void> {
    await this._stop();
    await rm(this._folder, { recursive: true, force: true });
  }

  ask(token: string, target = '/v1/mirrors?anew=true', method = 'GET', body?: object): Promise<EndpointAnswer> {
    const text = body === undefined ? undefined : JSON.stringify(body);
    return new Promise((resolve, reject) => {
      const headers = {
        authorization: `Bearer ${token}`,
        ...(text === undefined ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) })
      };
      const where = { host: '127.0.0.1', port: this._port, path: target, method, headers, ca: this._ca, agent: false };
      const sent = request({ ...where, timeout: 30_000 }, response => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => {
          const answer = JSON.parse(Buffer.concat(chunks).toString()) as unknown;
          resolve({ status: response.statusCode ?? 0, body: answer });
        });
      });
      sent.on('timeout', () => sent.destroy(new Error(`${method} ${target}: no answer`)));
      sent.on('error', reject).end(text);
    });
  }
}
