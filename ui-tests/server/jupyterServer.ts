/**
 * A real Jupyter server on a folder of its own, for one test: started before it, ended after it, with its files.
 * Nothing here knows the browser.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, open, readFile, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import { freePort } from '../../testbed/support/freePort';

const ROOT = join(__dirname, '..', '..');
const START_MS = 60_000;
const STOP_MS = 20_000;

/** What a test may want to be different. */
export interface ServerOptions {
  /** Which program serves the page. */
  application: 'lab' | 'notebook';
  /** Path the server lives under, with slashes around it, as behind JupyterHub. */
  baseUrl: string;
  /** Asked for at the login page; '' lets everybody in. */
  token: string;
  /** false: the server part of Datamark is not enabled. */
  serverExtension: boolean;
  /** Node.js to use; '' is the one that is found. */
  node: string;
  /** Fills the folder before the server starts. */
  seed: (root: string) => Promise<void>;
  /** Extra environment variables. */
  environment: Record<string, string>;
}

export const DEFAULT_SERVER: ServerOptions = {
  application: 'lab',
  baseUrl: '/',
  token: '',
  serverExtension: true,
  node: '',
  seed: async () => undefined,
  environment: {}
};

/** A server that is up. */
export interface JupyterServer {
  /** Address of the server, without a slash at the end. */
  readonly url: string;
  /** Folder it serves: the one volume of the tests. */
  readonly root: string;
  /** Everything the server has printed. */
  log(): Promise<string>;
  stop(): Promise<void>;
}

async function answers(url: string): Promise<boolean> {
  try {
    return (await fetch(`${url}/api`, { signal: AbortSignal.timeout(5000) })).ok;
  } catch {
    return false;
  }
}

async function untilUp(process: ChildProcess, url: string, log: () => Promise<string>): Promise<void> {
  const deadline = Date.now() + START_MS;
  while (Date.now() < deadline && process.exitCode === null) {
    if (await answers(url)) {
      return;
    }
    await delay(50);
  }
  throw new Error(`The Jupyter server did not start:\n${await log()}`);
}

async function end(process: ChildProcess, log: () => Promise<string>): Promise<void> {
  if (process.exitCode !== null || process.signalCode !== null) {
    return;
  }
  const exited = once(process, 'exit');
  process.kill('SIGTERM');
  const late = delay(STOP_MS, 'late', { ref: false });
  if ((await Promise.race([exited, late])) === 'late') {
    // Python's fault handler then writes into the log where each of its threads is.
    process.kill('SIGABRT');
    await exited;
    throw new Error(`The Jupyter server did not end when asked to:\n${await log()}`);
  }
}

/** Starts a server on a new folder. */
export async function startJupyterServer(options: ServerOptions): Promise<JupyterServer> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'datamark-ui-')));
  const root = join(folder, 'project');
  const settings = join(folder, 'settings');
  const workspaces = join(folder, 'workspaces');
  const home = join(folder, 'home');
  for (const path of [root, settings, workspaces, home]) {
    await mkdir(path);
  }
  await options.seed(root);
  const port = await freePort();
  const logPath = join(folder, 'server.log');
  const log = await open(logPath, 'w');
  const given = { ...options, port, root, settings, workspaces };
  const program = join(ROOT, '.venv', 'bin', options.application === 'lab' ? 'jupyter-lab' : 'jupyter-notebook');
  const server = spawn(program, ['--config', join(ROOT, 'ui-tests', 'jupyter_server_test_config.py')], {
    cwd: root,
    env: {
      ...process.env,
      // Also where the tests themselves run in a pod.
      DATAMARK_PROVIDER: 'local',
      ...options.environment,
      DATAMARK_UI_TEST: JSON.stringify(given),
      // Settings and kernels of the person who runs the tests stay out of it.
      HOME: home,
      PYTHONFAULTHANDLER: '1',
      JUPYTER_CONFIG_DIR: join(home, 'config'),
      JUPYTER_DATA_DIR: join(home, 'data'),
      JUPYTER_RUNTIME_DIR: join(home, 'runtime'),
      IPYTHONDIR: join(home, 'ipython')
    },
    stdio: ['ignore', log.fd, log.fd]
  });
  await log.close();
  const url = `http://127.0.0.1:${port}${options.baseUrl}`.replace(/\/$/, '');
  const readLog = (): Promise<string> => readFile(logPath, 'utf8');
  const stop = async (): Promise<void> => {
    try {
      await end(server, readLog);
    } finally {
      await rm(folder, { recursive: true, force: true, maxRetries: 3 });
    }
  };
  try {
    await untilUp(server, url, readLog);
  } catch (error) {
    await stop();
    throw error;
  }
  return { url, root, log: readLog, stop };
}
