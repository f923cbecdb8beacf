/** What chosen paths hold in a snapshot, and which of them are not there. A link is never followed, not on the way either. */
import { lstat, readdir } from 'node:fs/promises';
import type { BigIntStats } from 'node:fs';
import { chosenTree, pathsOf, shownPath, systemPath, type Chosen } from './chosenTree';

export interface Measured {
  readonly files: number;
  readonly bytes: number;
  /** As people read them. */
  readonly missing: readonly string[];
}

const NOT_THERE = ['ENOENT', 'ENOTDIR', 'EACCES', 'ENAMETOOLONG'];

/** What is at a path; null: nothing that can be looked at. */
export async function look(path: string): Promise<BigIntStats | null> {
  try {
    return await lstat(systemPath(path), { bigint: true });
  } catch (error) {
    if (NOT_THERE.includes((error as NodeJS.ErrnoException).code ?? '')) {
      return null;
    }
    throw error;
  }
}

/** The names in a directory that are to be visited; none where it can't be read, which the copy tells. */
export async function namesIn(path: string, { all, below }: Chosen): Promise<string[]> {
  return all ? readdir(systemPath(path), { encoding: 'latin1' }) : [...below.keys()];
}

/** Walks what was chosen; `root` is the open snapshot. */
export async function measureChosen(root: string, paths: readonly string[], signal: AbortSignal): Promise<Measured> {
  const missing: string[] = [];
  let files = 0;
  let bytes = 0;
  const visit = async (directory: string, chosen: Chosen): Promise<void> => {
    for (const name of await namesIn(`${root}/${directory}`, chosen)) {
      signal.throwIfAborted();
      const path = directory === '' ? name : `${directory}/${name}`;
      const next = chosen.all ? chosen : chosen.below.get(name);
      const stats = await look(`${root}/${path}`);
      if (next === undefined || stats === null || (!next.all && !stats.isDirectory())) {
        missing.push(...(next === undefined ? [] : pathsOf(next, path)).map(shownPath));
      } else if (stats.isDirectory()) {
        await visit(path, next).catch(ignoreUnreadable);
      } else {
        files += 1;
        bytes += stats.isFile() ? Number(stats.size) : 0;
      }
    }
  };
  await visit('', chosenTree(paths));
  return { files, bytes, missing };
}

/** The copy finds it again, and says so. */
function ignoreUnreadable(error: unknown): void {
  if ((error as NodeJS.ErrnoException).code !== 'EACCES') {
    throw error;
  }
}
