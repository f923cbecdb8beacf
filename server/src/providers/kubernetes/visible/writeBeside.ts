/**
 * Copies chosen paths of a visible snapshot into a new folder at a volume's root: first into a hidden one, which then gets
 * a name that nothing has, so that nothing is written over and no half of it is seen.
 */
import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { chmod, lstat, mkdir, open, readdir, rename, rmdir, unlink, type FileHandle } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { systemPath } from './chosenTree';
import { copyChosen } from './copyChosen';
import { DIRECTORY, pathOf } from './openVisibleSnapshot';

export interface WriteBeside {
  readonly snapshot: FileHandle;
  /** The volume's root. */
  readonly root: string;
  readonly paths: readonly string[];
  /** Wanted; another one is taken where something has it. */
  readonly folder: string;
  readonly signal: AbortSignal;
  readonly onBytes: (bytes: number) => void;
  /** All is copied; only the name is missing, which can't be cancelled. */
  readonly onCopied: () => void;
}

export interface Written {
  readonly folder: string;
  /** What could not be copied. */
  readonly left: readonly string[];
}

/** What could not be removed again after a copy that has ended early. */
export interface Leftover {
  readonly leftover: string;
}

/** Throws what the system says; nothing of it is left then, or the error is a `Leftover` as well. */
export async function writeBeside(beside: WriteBeside): Promise<Written> {
  const { snapshot, root, folder, paths, signal, onBytes, onCopied } = beside;
  await removeOld(root);
  const hidden = join(root, `.${folder}-${randomBytes(4).toString('hex')}.copying`);
  await mkdir(hidden, 0o700);
  try {
    const target = await open(hidden, DIRECTORY);
    try {
      const left = await copyChosen({ source: snapshot, target, paths, signal, onBytes });
      await chmod(pathOf(target), 0o755);
      signal.throwIfAborted();
      onCopied();
      return { folder: await place(root, hidden, folder), left };
    } finally {
      await target.close();
    }
  } catch (error) {
    try {
      await removeTree(asBytes(hidden));
    } catch {
      const { code } = error as NodeJS.ErrnoException;
      const left: Leftover = { leftover: basename(hidden) };
      throw Object.assign(new Error(String(error), { cause: error }), { code, ...left });
    }
    throw error;
  }
}

/** First a directory of the name is made, which fails where there is anything; then it is replaced, which it is if empty. */
async function place(root: string, hidden: string, folder: string): Promise<string> {
  for (let number = 1; ; number += 1) {
    const name = number === 1 ? folder : `${folder}-${number}`;
    const path = join(root, name);
    if (!(await unlessThere(mkdir(path, 0o755)))) {
      continue;
    }
    try {
      if (await unlessThere(rename(hidden, path))) {
        return name;
      }
    } catch (error) {
      await rmdir(path);
      throw error;
    }
  }
}

/** false: something is there. */
async function unlessThere(work: Promise<unknown>): Promise<boolean> {
  try {
    await work;
    return true;
  } catch (error) {
    if (['EEXIST', 'ENOTEMPTY', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) {
      return false;
    }
    throw error;
  }
}

const asBytes = (path: string): string => Buffer.from(path).toString('latin1');

/** Its path is bytes as latin1. Folders may be sealed against writing already; links are not followed. */
async function removeTree(path: string): Promise<void> {
  const stats = await lstat(systemPath(path));
  if (!stats.isDirectory()) {
    await unlink(systemPath(path));
    return;
  }
  const directory = await open(systemPath(path), constants.O_RDONLY | constants.O_NOFOLLOW).catch(() => null);
  await directory?.chmod(0o700);
  await directory?.close();
  for (const name of await readdir(systemPath(path), { encoding: 'latin1' })) {
    await removeTree(`${path}/${name}`);
  }
  await rmdir(systemPath(path));
}

const HIDDEN = /^\.restored-\d{8}-\d{6}-[0-9a-f]{8}\.copying$/;
const DAY_MS = 24 * 60 * 60_000;

/** What a server that was killed in the middle has left, a day later: nobody works on it any more. */
async function removeOld(root: string): Promise<void> {
  for (const name of (await readdir(root)).filter(one => HIDDEN.test(one))) {
    const path = join(root, name);
    const stats = await lstat(path);
    if (stats.isDirectory() && Date.now() - stats.ctimeMs > DAY_MS) {
      await removeTree(asBytes(path)).catch(() => undefined);
    }
  }
}
