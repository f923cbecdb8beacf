// The test bed behind the cluster, if there is one: its components can be stopped, hung and started again.
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { waitUntil } from './waitUntil';

/** What runs in the bed besides pods. */
export type Component =
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

/** The bed that DATAMARK_BED_DIR names. */
export class Bed {
  constructor(readonly directory: string) {}

  /** The pid of a component, undefined when it does not run. */
  pid(component: Component): number | undefined {
    try {
      const [pid = 0, started] = readFileSync(path.join(this.directory, 'run', `${component}.pid`), 'utf8')
        .trim()
        .split(/\s+/)
        .map(Number);
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
      // Field 22, counted after the name in parentheses, which may hold spaces.
      const now = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]);
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
    process.kill(pid, signal);
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

/** describe() for tests that need the bed's faults or classes: skipped, and told so, on another cluster. */
export const describeOnBed: jest.Describe = bed ? describe : describe.skip;
