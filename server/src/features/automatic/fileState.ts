/**
 * What a tree of files looks like from its metadata: a fingerprint and the newest time. Nothing is opened or changed.
 * Half of the time it rests, and it gives up at a limit: work in the notebook comes first.
 */
import { createHash } from 'node:crypto';
import type { Stats } from 'node:fs';
import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

export interface FileStateOptions {
  /** Absolute path of the tree. */
  readonly root: string;
  /** Whether a path below the root does not count. */
  readonly ignores: (path: string, isDirectory: boolean) => boolean;
  /** Other file systems that are mounted below the root are not part of it. */
  readonly oneFileSystem: boolean;
  readonly signal: AbortSignal;
  readonly maxEntries?: number;
  readonly maxMs?: number;
}

/** `fingerprint`: equal for equal names, kinds, sizes, permissions and times. `newestMs`: the last change, in ms. */
export type FileState =
  | { readonly known: true; readonly fingerprint: string; readonly newestMs: number }
  | { readonly known: false; readonly reason: string };

const MAX_ENTRIES = 500_000;
const MAX_MS = 60_000;
const ENTRIES_BETWEEN_RESTS = 512;

/** Looks at the tree. Rejects only when the signal is aborted. */
export async function fileState(options: FileStateOptions): Promise<FileState> {
  const { root, ignores, oneFileSystem, signal, maxEntries = MAX_ENTRIES, maxMs = MAX_MS } = options;
  const begunAt = performance.now();
  const hash = createHash('sha256');
  let restedAt = begunAt;
  let entries = 0;
  let newestMs = 0;
  try {
    const { dev, mtimeMs } = await lstat(root);
    const directories = [{ path: '', mtimeMs }];
    for (let directory = directories.pop(); directory !== undefined; directory = directories.pop()) {
      let hasIgnored = false;
      for (const name of await namesIn(join(root, directory.path))) {
        const path = directory.path === '' ? name : `${directory.path}/${name}`;
        const stat = await lstatIfThere(join(root, path));
        if (stat === null || ignores(path, stat.isDirectory()) || (oneFileSystem && stat.dev !== dev)) {
          hasIgnored = true;
          continue;
        }
        entries += 1;
        if (stat.isDirectory()) {
          directories.push({ path, mtimeMs: stat.mtimeMs });
          // A directory's own time changes with what is ignored in it, too.
          hash.update(`${path}\0/\0${stat.mode}\n`);
        } else {
          newestMs = Math.max(newestMs, stat.mtimeMs);
          hash.update(`${path}\0${stat.mode}\0${stat.size}\0${stat.mtimeMs}\n`);
        }
        if (entries > maxEntries) {
          return unknown(`it holds more than ${maxEntries} files`);
        }
        if (entries % ENTRIES_BETWEEN_RESTS === 0) {
          const worked = performance.now() - restedAt;
          if (performance.now() - begunAt > maxMs) {
            return unknown(`looking at its files takes more than ${Math.round(maxMs / 1000)} s`);
          }
          await delay(worked, undefined, { signal });
          restedAt = performance.now();
        }
      }
      // What was deleted shows only in the time of the directory that held it.
      if (!hasIgnored || directory.path === '') {
        newestMs = Math.max(newestMs, directory.mtimeMs);
      }
      signal.throwIfAborted();
    }
  } catch (error) {
    signal.throwIfAborted();
    return unknown(`not all of its files can be looked at (${error instanceof Error ? error.message : String(error)})`);
  }
  return { known: true, fingerprint: hash.digest('hex'), newestMs };
}

const unknown = (reason: string): FileState => ({ known: false, reason });

/** In a stable order. What may not be listed, for example `lost+found`, this account has not changed either. */
const namesIn = async (path: string): Promise<string[]> =>
  (await unless(['ENOENT', 'ENOTDIR', 'EACCES', 'EPERM'], readdir(path)))?.sort() ?? [];

/** null: it vanished meanwhile. */
const lstatIfThere = (path: string): Promise<Stats | null> => unless(['ENOENT', 'ENOTDIR'], lstat(path));

/** null where it failed with one of these codes. */
async function unless<T>(codes: readonly string[], work: Promise<T>): Promise<T | null> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof Error && 'code' in error && codes.includes(String(error.code))) {
      return null;
    }
    throw error;
  }
}
