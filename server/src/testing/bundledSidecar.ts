/** The real bundle as a real process, started as its parent starts it. Built once per test file, outside of the repository. */
import { execFile, spawn, type ChildProcess, type StdioOptions } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';

const REPOSITORY = resolve(__dirname, '..', '..', '..');

/** Binds a Unix socket as the Jupyter server does, then becomes the given program with `--fd N` behind it. */
const ACTIVATE = `
import os, socket, sys
listening = socket.socket(socket.AF_UNIX)
listening.bind(sys.argv[1])
listening.listen()
listening.set_inheritable(True)
os.execv(sys.argv[2], [*sys.argv[2:], "--fd", str(listening.fileno())])
`;

/** How a process ended. */
export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stderr: string;
}

export interface StartOptions {
  /** Text of DATAMARK_CONFIG; null: not set. */
  readonly configuration: string | null;
  /** false: stdin is /dev/null. */
  readonly holdStdin?: boolean;
  /** More environment variables. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** A started sidecar. */
export interface RunningSidecar {
  readonly process: ChildProcess;
  readonly ended: Promise<Ended>;
}

/** A directory with the bundle in it and room for sockets; ends what it started when it is removed. */
export class BundledSidecar {
  private readonly started: ChildProcess[] = [];

  private constructor(readonly directory: string) {}

  static async build(): Promise<BundledSidecar> {
    const directory = await mkdtemp(join(tmpdir(), 'datamark-'));
    const script = join(REPOSITORY, 'scripts', 'buildSidecar.mjs');
    await promisify(execFile)(process.execPath, [script, '--out', directory]);
    return new BundledSidecar(directory);
  }

  /** Runs the bundle with these arguments. */
  run(args: readonly string[], options: StartOptions): RunningSidecar {
    return this.start(process.execPath, [this.bundle, ...args], options);
  }

  /** Runs `serve --fd N` on a socket that is bound and listened on beforehand. */
  activate(socketPath: string, options: StartOptions): RunningSidecar {
    return this.start('python3', ['-c', ACTIVATE, socketPath, process.execPath, this.bundle, 'serve'], options);
  }

  async remove(): Promise<void> {
    for (const child of this.started) {
      child.kill('SIGKILL');
    }
    await rm(this.directory, { recursive: true, force: true });
  }

  /** The bundle itself. */
  get bundle(): string {
    return join(this.directory, 'sidecar.mjs');
  }

  private start(command: string, args: readonly string[], options: StartOptions): RunningSidecar {
    const stdio: StdioOptions = [options.holdStdin === false ? 'ignore' : 'pipe', 'ignore', 'pipe'];
    // An undefined variable is not passed on.
    const env = { ...process.env, ...options.environment, DATAMARK_CONFIG: options.configuration ?? undefined };
    const child = spawn(command, args, { stdio, env });
    this.started.push(child);
    let stderr = '';
    child.stderr?.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    const ended = new Promise<Ended>(resolve => {
      child.once('close', (code, signal) => resolve({ code, signal, stderr }));
    });
    return { process: child, ended };
  }
}
