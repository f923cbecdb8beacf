/**
 * Which files are open, as far as this user can see: `/proc/<pid>/fd` of processes of the same user, Linux only.
 * Bounded in time; what was not looked at is said.
 */
import * as fs from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { toBytePath, type BytePath } from '../bytePath';

/** An open file of some process. */
export interface OpenFile {
  /** Inode as `<dev>:<ino>`. */
  readonly inode: string;
  /** Relative to the root it was looked for in, or null outside. */
  readonly path: BytePath | null;
  readonly process: string;
  readonly pid: number;
  readonly writable: boolean;
}

/** What was seen, and whether that is all there was to see. */
export interface OpenFiles {
  readonly files: OpenFile[];
  readonly complete: boolean;
}

const WRITE_FLAGS = fs.constants.O_WRONLY | fs.constants.O_RDWR;

function attempt<T>(read: () => T): T | null {
  try {
    return read();
  } catch {
    // Processes end and files are closed while we look; other users' can't be looked at.
    return null;
  }
}

const nameOf = (pid: string): string =>
  attempt(() => fs.readFileSync(`/proc/${pid}/comm`, 'utf8').trim()) ?? 'a process';

function flagsOf(pid: string, fd: string): number {
  const info = attempt(() => fs.readFileSync(`/proc/${pid}/fdinfo/${fd}`, 'utf8'));
  return parseInt(/^flags:\s*([0-7]+)/m.exec(info ?? '')?.[1] ?? '0', 8);
}

function openBy(pid: string, root: BytePath): OpenFile[] {
  const found: OpenFile[] = [];
  for (const fd of attempt(() => fs.readdirSync(`/proc/${pid}/fd`)) ?? []) {
    const link = `/proc/${pid}/fd/${fd}`;
    const target = attempt(() => fs.readlinkSync(link, 'latin1'));
    const stat = target?.startsWith('/') === true ? attempt(() => fs.statSync(link, { bigint: true })) : null;
    if (target === null || stat === null || !stat.isFile()) {
      continue;
    }
    found.push({
      inode: `${stat.dev}:${stat.ino}`,
      path: target.startsWith(`${root}/`) ? target.slice(root.length + 1) : null,
      process: nameOf(pid),
      pid: Number(pid),
      writable: (flagsOf(pid, fd) & WRITE_FLAGS) !== 0
    });
  }
  return found;
}

/** Looks at all processes of this user but this one, for at most `timeMs`. */
export async function findOpenFiles(root: string, timeMs: number): Promise<OpenFiles> {
  if (process.platform !== 'linux') {
    return { files: [], complete: false };
  }
  const deadline = performance.now() + timeMs;
  const files: OpenFile[] = [];
  const own = String(process.pid);
  for (const pid of fs.readdirSync('/proc').filter(name => /^\d+$/.test(name) && name !== own)) {
    if (performance.now() > deadline) {
      return { files, complete: false };
    }
    files.push(...openBy(pid, toBytePath(root)));
    await nextTurn();
  }
  return { files, complete: true };
}
