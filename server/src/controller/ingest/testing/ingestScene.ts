/** The endpoint over HTTPS, before an API server stand-in and ONTAP emulators; servers are pods with a token. */
import { writeFile } from 'node:fs/promises';
import { Agent, request } from 'node:https';
import { join } from 'node:path';
import { OntapEmulator, type OntapEmulatorOptions } from '../../../../../testbed/ontap/ontapEmulator';
import { ApiServer } from '../../../testing/apiServer';
import { testApi } from '../../../testing/testApi';
import { memoryLog, type LogLine } from '../../../testing/testSidecar';
import { Ingest } from '../ingest';
import { IngestSettings } from '../ingestSettings';
import { ReviewingApi } from './reviewingApi';

export const PASSWORD = 'admin-password';

export interface SceneOptions {
  readonly storages?: readonly string[];
  readonly namespaces?: readonly string[] | null;
  readonly actions?: boolean;
  readonly settings?: object;
  /** How long a poll is waited for. */
  readonly patienceMs?: number;
  /** Deadline of one call to a storage. */
  readonly timeoutMs?: number;
  /** Of the emulators. */
  readonly emulator?: OntapEmulatorOptions;
  /** The controller’s; left out: that of the API server. */
  readonly clock?: () => Date;
}

export interface SceneAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: unknown;
}

export class IngestScene {
  readonly emulators = new Map<string, OntapEmulator>();
  readonly log: LogLine[] = [];
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 20 });
  #ingest: Ingest | null = null;
  #begin: () => Ingest = () => {
    throw new Error('it is not open');
  };
  #port = 0;

  private constructor(
    readonly server: ApiServer,
    readonly api: ReviewingApi
  ) {}

  static async open({
    storages = ['one'],
    namespaces = null,
    actions = true,
    settings = {},
    patienceMs = 30_000,
    timeoutMs = 20_000,
    emulator: ofEmulators = {},
    clock
  }: SceneOptions = {}): Promise<IngestScene> {
    const server = await ApiServer.start();
    const scene = new IngestScene(server, new ReviewingApi(testApi({ url: server.url, namespace: 'datamark' })));
    for (const name of storages) {
      const emulator = new OntapEmulator(ofEmulators);
      await emulator.start();
      scene.emulators.set(name, emulator);
    }
    const asked = await Promise.all(storages.map(name => scene.#storage(name, { actions, timeoutMs })));
    const certificateDir = await scene.#certificate();
    scene.#begin = () =>
      new Ingest({
        api: scene.api,
        settings: IngestSettings.parse({ port: 0, certificateDir, storages: asked, ...settings }),
        namespaces,
        log: memoryLog(scene.log),
        times: { leastMs: 0, destinationsMs: 0, transferPaceMs: 50, patienceMs },
        ...(clock === undefined ? {} : { clock })
      });
    await scene.restart();
    return scene;
  }

  /** Another controller in the place of the one before. */
  async restart(): Promise<void> {
    await this.#ingest?.stop();
    this.#ingest = this.#begin();
    this.#port = await this.#ingest.start();
  }

  async end(): Promise<void> {
    this.#agent.destroy();
    await this.#ingest?.stop();
    await this.api.dispose();
    await this.server.stop();
    await Promise.all([...this.emulators.values()].map(emulator => emulator.stop()));
  }

  /** The emulator of that name. */
  ontap(name = 'one'): OntapEmulator {
    const emulator = this.emulators.get(name);
    if (emulator === undefined) {
      throw new Error(`there is no emulator ${name}`);
    }
    return emulator;
  }

  /** Where servers ask, once it is open. */
  get port(): number {
    return this.#port;
  }

  metrics(): string {
    return this.#ingest?.metricsText() ?? '';
  }

  /** A pod that mounts these claims; gives its token. */
  pod(name: string, claims: readonly string[], { namespace = 'hub', account = 'default' } = {}): string {
    const volumes = claims.map(claim => ({ name: claim, persistentVolumeClaim: { claimName: claim } }));
    const { metadata } = this.server.store.create({
      kind: 'Pod',
      metadata: { name, namespace },
      spec: { volumes, containers: [{ name: 'main', volumeMounts: claims.map(claim => ({ name: claim })) }] },
      status: { phase: 'Running' }
    });
    const token = `token-of-${namespace}-${name}`;
    this.api.tokens.set(token, { namespace, account, pod: { name, uid: metadata.uid } });
    return token;
  }

  /** A bound claim; `annotations` and `csi` are of its volume. */
  claim(name: string, volume: { annotations?: object; csi?: object } = {}, namespace = 'hub'): void {
    const { store } = this.server;
    const pv = `pv-${namespace}-${name}`;
    const { metadata } = store.create({
      kind: 'PersistentVolumeClaim',
      metadata: { name, namespace },
      spec: { volumeName: pv },
      status: { phase: 'Bound' }
    });
    const claimRef = { namespace, name, uid: metadata.uid };
    const { annotations = {}, csi } = volume;
    store.create({ kind: 'PersistentVolume', metadata: { name: pv, annotations }, spec: { claimRef, csi } });
  }

  /** Asks the endpoint. `body`: as JSON. */
  ask(
    token: string | null,
    path = '/v1/mirrors',
    { method = 'GET', body, key }: { method?: string; body?: object; key?: string } = {}
  ): Promise<SceneAnswer> {
    const [emulator] = this.emulators.values();
    const text = body === undefined ? null : JSON.stringify(body);
    return new Promise((resolve, reject) => {
      const headers = {
        ...(token === null ? {} : { authorization: `Bearer ${token}` }),
        ...(key === undefined ? {} : { 'idempotency-key': key }),
        ...(text === null ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) })
      };
      const sent = request(
        {
          host: '127.0.0.1',
          port: this.#port,
          path,
          method,
          headers,
          ca: emulator?.ca,
          agent: this.#agent,
          timeout: 40_000
        },
        response => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.on('end', () => {
            const answer = Buffer.concat(chunks).toString();
            resolve({
              status: response.statusCode ?? 0,
              headers: response.headers,
              body: JSON.parse(answer) as unknown
            });
          });
        }
      );
      sent.on('timeout', () => sent.destroy(new Error('no answer')));
      sent.on('error', reject).end(text);
    });
  }

  async #storage(name: string, limits: { readonly actions: boolean; readonly timeoutMs: number }): Promise<object> {
    const { url, certificates } = this.ontap(name);
    const { folder } = certificates;
    const [usernameFile, passwordFile] = [join(folder, 'username'), join(folder, 'password')];
    await Promise.all([writeFile(usernameFile, 'admin\n'), writeFile(passwordFile, PASSWORD)]);
    const auth = { kind: 'basic', usernameFile, passwordFile };
    return { name, address: url, caFile: join(folder, 'ca.crt'), auth, ...limits };
  }

  /** That of the first emulator serves the endpoint too. */
  async #certificate(): Promise<string> {
    const [emulator] = this.emulators.values();
    const certificates = emulator?.certificates;
    if (certificates === undefined) {
      throw new Error('the scene needs a storage');
    }
    const { folder, server } = certificates;
    await Promise.all([
      writeFile(join(folder, 'tls.crt'), server.cert),
      writeFile(join(folder, 'tls.key'), server.key)
    ]);
    return folder;
  }
}
