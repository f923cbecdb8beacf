// The command `datamark` as a process of this host, talking to a sidecar that runs here.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';

const REPOSITORY = path.join(__dirname, '..', '..');

/** How it ended. */
export interface CommandEnd {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** One that runs. */
export interface RunningCommand {
  readonly process: ChildProcess;
  readonly ended: Promise<CommandEnd>;
}

/** Begins it; nobody answers its questions. */
export function startDatamark(socket: string, words: readonly string[]): RunningCommand {
  const child = spawn('python3', ['-m', 'datamark', ...words], {
    cwd: tmpdir(),
    env: { ...process.env, PYTHONPATH: REPOSITORY, PYTHONUTF8: '1', DATAMARK_SOCKET: socket },
    stdio: ['ignore', 'pipe', 'pipe']
  });
  const closed = once(child, 'close') as Promise<[number | null]>;
  const ended = Promise.all([closed, text(child.stdout), text(child.stderr)]).then(([[code], stdout, stderr]) => ({
    code,
    stdout,
    stderr
  }));
  return { process: child, ended };
}

/** Runs it to its end. */
export const runDatamark = (socket: string, ...words: string[]): Promise<CommandEnd> =>
  startDatamark(socket, words).ended;
