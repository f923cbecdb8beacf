// The test bed behind the cluster, if there is one: its components can be stopped, hung and started again.
import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { BedGone } from './bedGone';
import { waitUntil } from './waitUntil';

/** What runs in the bed besides pods; `bed` is the first process, with which all others end. */
export type Component =
  | 'bed'
  | 'etcd'
  | 'apiserver'
  | 'controller-manager'
  | 'scheduler'
  | 'containerd'
  | 'kubelet'
  | 'kube-proxy'
  | 'csi-driver'
  | 'snapshot-controller'
  | 'csi-snapshotter'
  | 'csi-provisioner';

/** Fields of /proc/PID/stat from the third on: the name before them, in parentheses, may hold spaces. */
function statOf(pid: number): string[] {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
}

const parentOf = (pid: number): number => Number(statOf(pid)[1]);

/** The bed that DATAMARK_BED_DIR names. */
export class Bed {
  constructor(readonly directory: string) {}

  /** Address of this host as pods reach it: a server for them listens there. */
  get hostAddress(): string {
    const subnet = /^declare -- SUBNET="([\d.]+)"$/m.exec(
      readFileSync(path.join(this.directory, 'settings'), 'utf8')
    )?.[1];
    if (subnet === undefined) {
      throw new Error(`${this.directory}/settings names no subnet`);
    }
    return `${subnet}.1`;
  }

  /** Throws BedGone. */
  assertThere(): void {
    const isDown = !existsSync(path.join(this.directory, 'settings'));
    const hasEnded = existsSync(path.join(this.directory, 'run', 'bed.pid')) && this.pid('bed') === undefined;
    if (isDown || hasEnded) {
      throw new BedGone(`The bed in ${this.directory} ${isDown ? 'was taken down' : 'has ended'}.`);
    }
  }

  /** The pid of a component, undefined when it does not run. */
  pid(component: Component): number | undefined {
    try {
      const [pid = 0, started] = readFileSync(path.join(this.directory, 'run', `${component}.pid`), 'utf8')
        .trim()
        .split(/\s+/)
        .map(Number);
      // Field 22 is when it started.
      const now = Number(statOf(pid)[19]);
      return started === undefined || started === now ? pid : undefined;
    } catch {
      return undefined;
    }
  }

  /** Kills a component and waits until its process is gone. */
  async kill(component: Component): Promise<void> {
    this.signal(component, 'SIGKILL');
    await waitUntil(`${component} to be gone`, () => this.pid(component) === undefined, { seconds: 10 });
  }

  /** Hangs a component (SIGSTOP) or lets it go on (SIGCONT). */
  signal(component: Component, signal: 'SIGSTOP' | 'SIGCONT' | 'SIGKILL'): void {
    const pid = this.pid(component);
    if (pid === undefined) {
      throw new Error(`${component} does not run; see ${this.directory}/logs/${component}.log`);
    }
    const parent = parentOf(pid);
    process.kill(pid, signal);
    // nsenter, which brought it into the bed, stops together with it, and then would never see it end.
    if (signal !== 'SIGSTOP' && readFileSync(`/proc/${parent}/comm`, 'utf8').trim() === 'nsenter') {
      process.kill(parent, 'SIGCONT');
    }
  }

  /** Runs a program in the bed's network, mounts and processes (as its pods' host) and returns what it printed. */
  async run(program: string, ...args: string[]): Promise<string> {
    const pid = this.pid('bed');
    // A bed without namespaces of its own is on the host itself.
    const [file, all] =
      pid === undefined
        ? [program, args]
        : ['nsenter', [`--target=${pid}`, '--net', '--mount', '--pid', '--', program, ...args]];
    return (await promisify(execFile)(file, all, { timeout: 120_000, maxBuffer: 64 * 1024 * 1024 })).stdout;
  }

  /** Makes etcd forget all but the newest versions, so that a watch from an older one is answered by 410 Gone. */
  async compactEtcd(): Promise<void> {
    const call = (path: string, body: object) =>
      this.run('curl', '--silent', '--fail', `http://127.0.0.1:2379/v3/kv/${path}`, '--data', JSON.stringify(body));
    const anyKey = Buffer.from('/registry').toString('base64');
    const { header } = JSON.parse(await call('range', { key: anyKey })) as { header: { revision: string } };
    await call('compaction', { revision: header.revision, physical: true });
  }

  /** Starts whatever does not run and waits until the cluster is ready. */
  async startAll(): Promise<void> {
    const up = process.env.DATAMARK_BED_UP ?? path.join(__dirname, '..', 'up');
    await promisify(execFile)(up, { timeout: 120_000 });
  }
}

const directory = process.env.DATAMARK_BED_DIR;

/** The bed, undefined where the tests run on another cluster. */
export const bed = directory === undefined ? undefined : new Bed(directory);
