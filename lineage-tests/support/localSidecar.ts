// The real sidecar as a process, with a directory of its own for a volume, told of an MLflow server.
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { API_PREFIX, Snapshot, VolumeList } from '../../contract';
import { BundledSidecar, type RunningSidecar } from '../../server/src/testing/bundledSidecar';
import { send, type TestAnswer } from '../../server/src/testing/testSidecar';
import { waitUntil } from '../../testbed/support/waitUntil';

export class LocalSidecar implements AsyncDisposable {
  /** Where connection files of kernels would be. */
  readonly kernels: string;
  readonly volume: string;
  readonly #bundled: BundledSidecar;
  readonly #directory: string;
  #running: RunningSidecar | null = null;
  #starts = 0;
  #log = '';

  private constructor(bundled: BundledSidecar, directory: string) {
    this.#bundled = bundled;
    this.#directory = directory;
    this.volume = join(directory, 'volume');
    this.kernels = join(directory, 'kernels');
  }

  /** Builds the sidecar; nothing runs yet. */
  static async make(): Promise<LocalSidecar> {
    const bundled = await BundledSidecar.build();
    const sidecar = new LocalSidecar(bundled, await mkdtemp(join(bundled.directory, 'test-')));
    await mkdir(sidecar.volume);
    await mkdir(sidecar.kernels);
    await writeFile(join(sidecar.volume, 'train.csv'), '1,2\n');
    return sidecar;
  }

  /** Starts it, after it has ended too. `mlflow`: as MlflowSettings. */
  async start(mlflow: object): Promise<void> {
    this.#starts += 1;
    const configuration = JSON.stringify({
      volumes: [{ name: 'data', path: this.volume }],
      user: 'ann',
      logLevel: 'debug',
      lineage: { mlflow, cluster: 'prod', kernels: this.kernels }
    });
    const running = this.#bundled.activate(this.#socket, { configuration });
    this.#running = running;
    running.process.stderr?.on('data', (text: string) => (this.#log += text));
    await waitUntil('the sidecar answers', async () => {
      return existsSync(this.#socket) && (await this.send('GET', '/volumes')).status === 200;
    });
  }

  /** As a crash of the computer does. */
  async kill(): Promise<void> {
    const child = this.#running?.process;
    if (child !== undefined && child.exitCode === null && child.signalCode === null) {
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    }
  }

  /** All that was logged by each of its lives. */
  get log(): string {
    return this.#log;
  }

  /** The command line and the arguments, as everybody on this computer can read them. */
  async commandLine(): Promise<string> {
    return readFile(`/proc/${this.#running?.process.pid ?? 0}/cmdline`, 'utf8');
  }

  send(method: string, path: string, body?: object): Promise<TestAnswer> {
    return send(this.#socket, method, API_PREFIX + path, body === undefined ? {} : { body });
  }

  /** Makes one of the volume and waits until it is complete. */
  async snapshot(title: string): Promise<Snapshot> {
    const { items } = VolumeList.parse((await this.send('GET', '/volumes')).json());
    const path = `/volumes/${items[0]?.id ?? ''}/snapshots`;
    const made = await this.send('POST', path, { title });
    if (made.status !== 202) {
      throw new Error(`The snapshot was not made: ${made.text}\n${this.#log}`);
    }
    const { name } = Snapshot.parse(made.json());
    return waitUntil(`${name} is complete`, async () => {
      const now = Snapshot.parse((await this.send('GET', `/snapshots/${name}`)).json());
      return now.state.phase === 'ready' && now;
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
    await this.#bundled.remove();
  }

  // Of a life that was killed the socket stays.
  get #socket(): string {
    return join(this.#directory, `s${this.#starts}`);
  }
}
