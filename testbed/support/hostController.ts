// The controller's own bundle as a process on this host, asking the cluster as the controller's service account.
import { mkdtemp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { BundledSidecar, type RunningSidecar } from '../../server/src/testing/bundledSidecar';
import { accountKubeconfig } from './accountKubeconfig';
import { CONTROLLER_IMAGE } from './controllerImage';
import { freePort } from './freePort';
import type { TestNamespace } from './testNamespace';
import { waitUntil } from './waitUntil';

interface HostControllerOptions {
  readonly bundled: BundledSidecar;
  readonly namespace: Pick<TestNamespace, 'cluster' | 'name'>;
  /** Bearer token of the controller's account. */
  readonly token: string;
  /** More of its settings. */
  readonly settings?: Readonly<Record<string, unknown>>;
}

/** One controller after another with the same settings; several of these may work side by side. */
export class HostController {
  private running: RunningSidecar | null = null;

  private constructor(
    private readonly bundled: BundledSidecar,
    private readonly settings: string,
    private readonly port: number
  ) {}

  /** Writes down how to reach the cluster; starts nothing. */
  static async prepare({ bundled, namespace, token, settings }: HostControllerOptions): Promise<HostController> {
    const directory = await mkdtemp(join(bundled.directory, 'controller-'));
    const kubeconfig = join(directory, 'kubeconfig');
    await writeFile(kubeconfig, accountKubeconfig(namespace, token), { mode: 0o600 });
    const port = await freePort();
    const given = { namespaces: [namespace.name], image: CONTROLLER_IMAGE, port, kubeconfig, ...settings };
    return new HostController(bundled, JSON.stringify(given), port);
  }

  /** Starts it and waits until it is ready. */
  async start(): Promise<void> {
    const environment = { DATAMARK_CONTROLLER: this.settings };
    const running = this.bundled.run(['controller'], { configuration: null, environment });
    this.running = running;
    const early = running.ended.then(({ code, stderr }) => {
      throw new Error(`The controller ended with ${code}: ${stderr}`);
    });
    // Its end is looked at by who waits, or by nobody once it was killed.
    early.catch(() => undefined);
    const ready = async () => (await this.get('/readyz').catch(() => undefined))?.ok;
    await Promise.race([waitUntil('the controller to be ready', ready, { seconds: 30 }), early]);
  }

  /** Ends it without a chance to do anything more, at once. */
  async kill(): Promise<void> {
    this.running?.process.kill('SIGKILL');
    await this.running?.ended;
    this.running = null;
  }

  /** kill -9, and a new one. */
  async restart(): Promise<void> {
    await this.kill();
    await this.start();
  }

  /** Asks it to end, as Kubernetes does; returns its exit code and what it wrote. */
  async stop(): Promise<{ code: number | null; stderr: string } | null> {
    this.running?.process.kill('SIGTERM');
    const ended = (await this.running?.ended) ?? null;
    this.running = null;
    return ended;
  }

  /** /healthz, /readyz, /metrics. */
  get(path: string): Promise<Response> {
    return fetch(`http://127.0.0.1:${this.port}${path}`, { signal: AbortSignal.timeout(5_000) });
  }
}
