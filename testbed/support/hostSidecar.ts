// The product's own bundle as a process on this host, asking the cluster as a service account of the test's namespace.
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { z } from 'zod';
import { API_PREFIX, Problem, RunningStatus } from '../../contract';
import { BundledSidecar, type RunningSidecar } from '../../server/src/testing/bundledSidecar';
import { send, type TestAnswer, type TestRequest } from '../../server/src/testing/testSidecar';
import { accountKubeconfig } from './accountKubeconfig';
import { claim, roleFor, serviceAccount } from './manifests';
import type { TestNamespace } from './testNamespace';
import { waitUntil } from './waitUntil';

interface HostSidecarOptions {
  readonly namespace: TestNamespace;
  /** Bearer token of the account. */
  readonly token: string;
  /** Claims by the directory under which the sidecar believes them mounted. */
  readonly volumes: Readonly<Record<string, string>>;
  readonly user?: string;
  /** More of the `kubernetes` part of the configuration. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** The part `automatic` of the configuration. */
  readonly automatic?: Readonly<Record<string, unknown>>;
}

/** A refusal of the sidecar, with its problem. */
export class SidecarRefused extends Error {
  constructor(readonly problem: z.infer<typeof Problem>) {
    super(`${problem.title}: ${problem.detail}`);
  }
}

/** One sidecar after another on one socket, with the same configuration. */
export class HostSidecar {
  private running: RunningSidecar | null = null;

  private constructor(
    private readonly bundled: BundledSidecar,
    private readonly directory: string,
    private readonly configuration: string
  ) {}

  /** Builds the bundle and writes down how to reach the cluster; starts nothing. */
  static async prepare({
    namespace,
    token,
    volumes,
    user,
    settings,
    automatic = {}
  }: HostSidecarOptions): Promise<HostSidecar> {
    const bundled = await BundledSidecar.build();
    const directory = await mkdtemp(join(bundled.directory, 'run-'));
    const kubeconfig = join(directory, 'kubeconfig');
    await writeFile(kubeconfig, accountKubeconfig(namespace, token));
    await chmod(kubeconfig, 0o600);
    const mounts = Object.entries(volumes).map(([path, claim]) => ({ path: join(directory, path), claim }));
    await Promise.all(mounts.map(({ path }) => mkdir(path, { recursive: true })));
    const configuration = {
      provider: 'kubernetes',
      user: user ?? null,
      serverRoot: directory,
      automatic,
      kubernetes: {
        kubeconfig,
        namespace: namespace.name,
        volumes: mounts.map(({ path, claim }) => `${path}=${claim}`).join(','),
        ...settings
      }
    };
    return new HostSidecar(bundled, directory, JSON.stringify(configuration));
  }

  /** For a new claim `home` of Ann's, and an account that may do all to claims and snapshots. */
  static async ofHome(namespace: TestNamespace): Promise<HostSidecar> {
    const verbs = ['get', 'list', 'watch', 'create', 'patch', 'delete'];
    await namespace.create(
      claim('home'),
      serviceAccount('notebook'),
      ...roleFor('notebook', namespace.name, 'notebook', [
        { groups: [''], resources: ['persistentvolumeclaims'], verbs },
        { groups: [''], resources: ['events'], verbs: ['get', 'list', 'watch'] },
        { groups: ['snapshot.storage.k8s.io'], resources: ['volumesnapshots'], verbs }
      ])
    );
    await namespace.waitUntilBound('home');
    const token = await namespace.token('notebook');
    return HostSidecar.prepare({ namespace, token, volumes: { home: 'home' }, user: 'ann' });
  }

  /** Starts it and waits until it has looked at the cluster. `skewMs`: how far its clock is ahead. */
  async start({ skewMs = 0 } = {}): Promise<void> {
    await rm(this.socket, { force: true });
    const { configuration } = this;
    const environment: Record<string, string> = skewMs === 0 ? {} : { NODE_OPTIONS: `--import=${clockAhead(skewMs)}` };
    this.running = this.bundled.run(['serve', '--socket', this.socket], { configuration, environment });
    await waitUntil('the sidecar to know the cluster', async () => {
      const answer = await this.send('GET', '/status').catch(() => undefined);
      return answer?.status === 200 && RunningStatus.parse(answer.json()).freshness.current;
    });
  }

  /** Ends it without a chance to do anything more. */
  async kill(): Promise<void> {
    this.running?.process.kill('SIGKILL');
    await this.running?.ended;
    this.running = null;
  }

  send(method: string, path: string, parts?: TestRequest): Promise<TestAnswer> {
    return send(this.socket, method, API_PREFIX + path, parts);
  }

  /** The parsed answer of a request that succeeds; throws SidecarRefused. */
  async ask<T>(schema: z.ZodType<T>, method: string, path: string, parts?: TestRequest): Promise<T> {
    const answer = await this.send(method, path, parts);
    if (answer.status >= 400) {
      throw new SidecarRefused(Problem.parse(answer.json()));
    }
    return schema.parse(answer.json());
  }

  /** Ends it and removes what it had on this host. */
  async remove(): Promise<void> {
    await this.kill();
    await this.bundled.remove();
  }

  /** Where the sidecar believes a volume mounted. */
  mountPath(volume: string): string {
    return join(this.directory, volume);
  }

  /** Path of its socket. */
  get socket(): string {
    return join(this.directory, 's');
  }
}

/** A module that puts the clock ahead, for all the program reads of it. */
function clockAhead(ms: number): string {
  const source = `
    const { now } = Date;
    globalThis.Date = class extends Date {
      constructor(...given) { super(...(given.length === 0 ? [now() + ${ms}] : given)); }
      static now() { return now() + ${ms}; }
    };`;
  return `data:text/javascript,${encodeURIComponent(source)}`;
}
