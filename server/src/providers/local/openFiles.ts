/**
 * Which processes work where, as far as this user may see: `/proc/<pid>/cwd` and `/proc/<pid>/fd`, Linux only.
 * Bounded in time; what was not looked at is said.
 */
import * as fs from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Clone } from '../../../../contract';
import { toBytePath, type BytePath } from './bytePath';

/** Looking stops after so many ms: a busy machine has tens of thousands of open files. */
const BUDGET_MS = 150;
const WRITE_FLAGS = fs.constants.O_WRONLY | fs.constants.O_RDWR;

/** One look at all processes; answers for any number of directories. */
export interface OpenPaths {
  usedBy(directory: string): Clone['usedBy'];
}

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

function attempt<T>(read: () => T): T | null {
  try {
    return read();
  } catch {
    // Processes end and files are closed while we look; other users' can't be looked at.
    return null;
  }
}

const otherProcesses = (): string[] =>
  (attempt(() => fs.readdirSync('/proc')) ?? []).filter(name => /^\d+$/.test(name) && name !== `${process.pid}`);

const nameOf = (pid: string): string =>
  attempt(() => fs.readFileSync(`/proc/${pid}/comm`, 'utf8').trim()) ?? 'a process';

const descriptorsOf = (pid: string): string[] => attempt(() => fs.readdirSync(`/proc/${pid}/fd`)) ?? [];

/** Looks at all processes but this one, for current directories and open files below `within` only. */
export function openPaths(within: readonly string[]): OpenPaths {
  if (process.platform !== 'linux') {
    return { usedBy: () => ({ known: false, reason: 'This system does not tell which processes use a directory.' }) };
  }
  const deadline = performance.now() + BUDGET_MS;
  const open: { pid: string; path: string }[] = [];
  for (const pid of otherProcesses()) {
    for (const link of ['cwd', ...descriptorsOf(pid).map(fd => `fd/${fd}`)]) {
      if (performance.now() > deadline) {
        return { usedBy: () => ({ known: false, reason: 'Too many processes are running to look at all of them.' }) };
      }
      const path = attempt(() => fs.readlinkSync(`/proc/${pid}/${link}`));
      if (path !== null && within.some(one => path === one || path.startsWith(`${one}/`))) {
        open.push({ pid, path });
      }
    }
  }
  return {
    usedBy: directory => {
      const pids = new Set(
        open.filter(({ path }) => path === directory || path.startsWith(`${directory}/`)).map(({ pid }) => pid)
      );
      return { known: true, names: [...pids].map(pid => `${nameOf(pid)} (process ${pid})`) };
    }
  };
}

function flagsOf(pid: string, fd: string): number {
  const info = attempt(() => fs.readFileSync(`/proc/${pid}/fdinfo/${fd}`, 'utf8'));
  return parseInt(/^flags:\s*([0-7]+)/m.exec(info ?? '')?.[1] ?? '0', 8);
}

function openBy(pid: string, root: BytePath): OpenFile[] {
  const found: OpenFile[] = [];
  for (const fd of descriptorsOf(pid)) {
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
  for (const pid of otherProcesses()) {
    if (performance.now() > deadline) {
      return { files, complete: false };
    }
    files.push(...openBy(pid, toBytePath(root)));
    await nextTurn();
  }
  return { files, complete: true };
}
