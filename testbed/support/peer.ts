// The peer, netapp-dataops-k8s: its restores as processes that can be killed, as the administrator of KUBECONFIG.
import { execFile, spawn, type ChildProcessByStdio } from 'node:child_process';
import path from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { promisify } from 'node:util';
import { z } from 'zod';

const FOLDER = path.join(__dirname, '..', 'peer');

const Line = z.tuple([
  z.string(),
  z.object({ pid: z.int().optional(), seconds: z.number().optional(), error: z.string().nullish() })
]);

/** How a call ended. */
export interface PeerEnd {
  readonly seconds: number;
  /** What it raised; null: it returned. */
  readonly error: string | null;
}

/** One call in its process. */
export class PeerCall {
  private pid: number | undefined;
  private killed = false;
  private readonly finished = Promise.withResolvers<PeerEnd>();
  /** undefined: it is under way. */
  end: PeerEnd | undefined;

  tell({ pid, seconds, error }: z.infer<typeof Line>[1]): void {
    if (pid !== undefined) {
      this.pid = pid;
      if (this.killed) {
        end(pid);
      }
    } else if (seconds !== undefined && !this.killed) {
      this.finish({ seconds, error: error ?? null });
    }
  }

  /** Whether it was ended by `kill`. */
  get wasKilled(): boolean {
    return this.killed;
  }

  get ended(): Promise<PeerEnd> {
    return this.finished.promise;
  }

  /** kill -9, where it has not ended. */
  kill(): void {
    if (this.end === undefined) {
      this.killed = true;
      if (this.pid !== undefined) {
        end(this.pid);
      }
      this.finish({ seconds: Number.NaN, error: 'killed' });
    }
  }

  private finish(end: PeerEnd): void {
    this.end = end;
    this.finished.resolve(end);
  }
}

function end(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended in this moment.
  }
}

/** Its functions in a process that has imported them; each call is a fork of that. `remove()` it in afterAll. */
export class Peer {
  private readonly calls = new Map<string, PeerCall>();
  private readonly ready = Promise.withResolvers<true>();

  private constructor(private readonly server: ChildProcessByStdio<Writable, Readable, null>) {
    createInterface({ input: server.stdout }).on('line', text => {
      const [id, told] = Line.parse(JSON.parse(text));
      this.ready.resolve(true);
      this.calls.get(id)?.tell(told);
    });
    server.once('close', code => this.ready.reject(new Error(`The peer ended with exit code ${code}.`)));
  }

  /** Installs it where it is not, and waits until it has imported its functions. */
  static async start(): Promise<Peer> {
    const { stdout } = await promisify(execFile)(path.join(FOLDER, 'install'));
    const server = spawn(path.join(stdout.trim(), 'python'), [path.join(FOLDER, 'peerActions.py')], {
      stdio: ['pipe', 'pipe', 'inherit']
    });
    const peer = new Peer(server);
    await peer.ready.promise;
    return peer;
  }

  /** Restores a snapshot of a claim that nothing mounts, in a process of its own. */
  restore(namespace: string, snapshot: string): PeerCall {
    const id = String(this.calls.size);
    const call = new PeerCall();
    this.calls.set(id, call);
    this.server.stdin.write(`${JSON.stringify([id, 'restore', { snapshot_name: snapshot, namespace }])}\n`);
    return call;
  }

  /** Ends it with all its calls. */
  remove(): void {
    this.calls.forEach(call => call.kill());
    this.server.kill('SIGKILL');
  }
}
