/** Runs rsync, or another program on files, and says how it went. */
import { spawn } from 'node:child_process';

/** How a run ended. */
export interface Rsynced {
  readonly code: number | null;
  /** Lines of stdout, as many as were asked for. */
  readonly lines: readonly string[];
  readonly lineCount: number;
  /** The first of its messages, which names the cause; the last only says that there was one. */
  readonly errors: readonly string[];
}

/** Everything of a file but its holes: hard links, ACLs, extended attributes, owners by number; times to the nanosecond. */
export const WHOLE: readonly string[] = [
  '--archive',
  '--hard-links',
  '--acls',
  '--xattrs',
  // The label of the place, not of the file.
  '--filter=-x security.selinux',
  '--numeric-ids',
  '--modify-window=-1'
];

/** Holes of files too. rsync writes whole files in pieces of 1 KiB then, which takes twice the time. */
export const HOLES = '--sparse';

const KEPT_LINES = 20;
const SIGNALS = ['SIGTERM', 'SIGINT'] as const;

/** `input`: for --files-from=-. */
export const runRsync = (args: readonly string[], input = ''): Promise<Rsynced> => run('rsync', args, input);

/** Returns when everything written below a folder is on the storage (syncfs): from then on no node that fails takes it away. */
export const runSync = (folder: string): Promise<Rsynced> => run('sync', ['--file-system', folder]);

/** It ends with this process: as the first one of a container, that ends on no signal by itself. */
function run(program: string, args: readonly string[], input = ''): Promise<Rsynced> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { env: { PATH: process.env['PATH'], LC_ALL: 'C' }, stdio: 'pipe' });
    const end = (): void => {
      child.kill('SIGKILL');
      process.exit(143);
    };
    SIGNALS.forEach(signal => process.once(signal, end));
    const out = new LineTaker();
    const errors = new LineTaker();
    child.stdout.setEncoding('utf8').on('data', (text: string) => out.take(text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => errors.take(text));
    // It ends early where it can't read; its exit code says why.
    child.stdin.on('error', () => undefined).end(input);
    child.once('error', reject);
    child.once('close', code => {
      SIGNALS.forEach(signal => process.off(signal, end));
      resolve({ code, lines: out.first, lineCount: out.count, errors: errors.first });
    });
  });
}

/** Counts lines and keeps the first ones. */
class LineTaker {
  readonly first: string[] = [];
  count = 0;
  private rest = '';

  take(text: string): void {
    const lines = (this.rest + text).split('\n');
    this.rest = lines.pop() ?? '';
    this.count += lines.length;
    this.first.push(...lines.slice(0, Math.max(0, KEPT_LINES - this.first.length)));
  }
}
