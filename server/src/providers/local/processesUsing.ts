/** Which processes work inside a directory: by current directory and open files, as far as this user may see them. */
import * as fs from 'node:fs';
import type { Clone } from '../../../../contract';

/** Looking stops after so many ms: a busy machine has tens of thousands of open files. */
const BUDGET_MS = 150;

/** One look at all processes; answers for any number of directories. */
export interface OpenPaths {
  usedBy(directory: string): Clone['usedBy'];
}

const linkOrNull = (path: string): string | null => {
  try {
    return fs.readlinkSync(path);
  } catch {
    return null;
  }
};

const namesOrNone = (path: string): string[] => {
  try {
    return fs.readdirSync(path);
  } catch {
    return [];
  }
};

const commandOf = (pid: string): string => {
  try {
    return fs.readFileSync(`/proc/${pid}/comm`, 'utf8').trim();
  } catch {
    return 'process';
  }
};

/** Looks at `/proc` once, for paths below `within` only. */
export function openPaths(within: readonly string[]): OpenPaths {
  if (process.platform !== 'linux') {
    return { usedBy: () => ({ known: false, reason: 'This system does not tell which processes use a directory.' }) };
  }
  const deadline = performance.now() + BUDGET_MS;
  const open: { pid: string; path: string }[] = [];
  for (const pid of namesOrNone('/proc').filter(name => /^\d+$/.test(name) && name !== `${process.pid}`)) {
    const links = [`/proc/${pid}/cwd`, ...namesOrNone(`/proc/${pid}/fd`).map(fd => `/proc/${pid}/fd/${fd}`)];
    for (const link of links) {
      if (performance.now() > deadline) {
        return { usedBy: () => ({ known: false, reason: 'Too many processes are running to look at all of them.' }) };
      }
      const path = linkOrNull(link);
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
      return { known: true, names: [...pids].map(pid => `${commandOf(pid)} (process ${pid})`) };
    }
  };
}
