// A real MLflow server on a free port of this host, with its data in a folder of its own that goes with it.
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePort } from '../../testbed/support/freePort';
import { waitUntil } from '../../testbed/support/waitUntil';

const ROOT = join(__dirname, '..', '..');

export const ADMIN = { username: 'admin', password: 'password-of-the-tests' };

export interface MlflowServerOptions {
  /** Whether it asks for a name and a password: ADMIN's. */
  readonly basicAuth?: boolean;
  /** Host names that it takes requests for; MLflow's own default unless told. */
  readonly allowedHosts?: string;
}

export class MlflowServer implements AsyncDisposable {
  readonly port: number;
  readonly #folder: string;
  readonly #command: readonly string[];
  readonly #environment: NodeJS.ProcessEnv;
  #process: ChildProcess | null = null;

  private constructor(port: number, folder: string, command: readonly string[], environment: NodeJS.ProcessEnv) {
    this.port = port;
    this.#folder = folder;
    this.#command = command;
    this.#environment = environment;
  }

  get address(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Starts one and waits until it answers, at most two minutes. */
  static async start({ basicAuth = false, allowedHosts }: MlflowServerOptions = {}): Promise<MlflowServer> {
    const programs = (
      await promisify(execFile)(join(ROOT, '.venv/bin/python'), ['scripts/mlflowEnvironment.py'], { cwd: ROOT })
    ).stdout.trim();
    const folder = await mkdtemp(join(tmpdir(), 'datamark-mlflow-'));
    const port = await freePort();
    const options = ['--workers', '1', '--host', '127.0.0.1', '--port', String(port)];
    options.push(
      '--backend-store-uri',
      `sqlite:///${folder}/mlflow.db`,
      '--artifacts-destination',
      join(folder, 'artifacts')
    );
    if (allowedHosts !== undefined) {
      options.push('--allowed-hosts', allowedHosts);
    }
    const environment: NodeJS.ProcessEnv = {
      ...process.env,
      PATH: `${programs}:${process.env.PATH ?? ''}`,
      HOME: folder,
      // What runs scorers and other jobs of MLflow’s own: seven processes that nobody here asks for.
      MLFLOW_SERVER_ENABLE_JOB_EXECUTION: 'false'
    };
    if (basicAuth) {
      options.push('--app-name', 'basic-auth');
      const settings = join(folder, 'auth.ini');
      await writeFile(
        settings,
        `[mlflow]\ndefault_permission = READ\ndatabase_uri = sqlite:///${folder}/users.db\n` +
          `admin_username = ${ADMIN.username}\nadmin_password = ${ADMIN.password}\n` +
          'authorization_function = mlflow.server.auth:authenticate_request_basic_auth\n'
      );
      environment.MLFLOW_AUTH_CONFIG_PATH = settings;
      environment.MLFLOW_FLASK_SERVER_SECRET_KEY = 'of-the-tests';
    }
    const server = new MlflowServer(port, folder, [join(programs, 'mlflow'), 'server', ...options], environment);
    await copyFile(join(programs, '..', 'tables.db'), join(folder, 'mlflow.db'));
    await server.startAgain();
    return server;
  }

  /** After it was killed: with the data that it had, at the same address. */
  async startAgain(): Promise<void> {
    const log = join(this.#folder, 'log');
    const child = spawn('sh', ['-c', 'exec "$@" >"$0" 2>&1', log, ...this.#command], {
      env: this.#environment,
      cwd: this.#folder,
      detached: true,
      stdio: 'ignore'
    });
    this.#process = child;
    try {
      await waitUntil('MLflow answers', () => this.#answers(child), { seconds: 120, every: 200 });
    } catch (error) {
      const told = await readFile(log, 'utf8').catch(() => '');
      await this[Symbol.asyncDispose]();
      throw new Error(`MLflow did not start:\n${told.slice(-2000)}`, { cause: error });
    }
  }

  /** Ends it at once, as a crash does; its data stays until it is disposed of. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#end('SIGTERM');
    await rm(this.#folder, { recursive: true, force: true });
  }

  async #answers({ exitCode }: ChildProcess): Promise<boolean> {
    if (exitCode !== null) {
      throw new Error(`it ended with exit code ${exitCode}`);
    }
    return (await fetch(`${this.address}/health`)).ok;
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#process;
    if (child?.pid === undefined || child.exitCode !== null || child.signalCode !== null) {
      return;
    }
    const ended = new Promise(resolve => child.once('exit', resolve));
    // Its worker is a process of the same group.
    process.kill(-child.pid, signal);
    await ended;
  }
}
