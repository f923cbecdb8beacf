/**
 * Copies chosen paths of an open snapshot into an open, new directory. The target is written relative to directories that
 * are open, so that a link that somebody puts there meanwhile leads nowhere; links are copied as links.
 */
import { constants } from 'node:fs';
import { chmod, lchown, lutimes, mkdir, open, readlink, symlink, type FileHandle } from 'node:fs/promises';
import type { BigIntStats } from 'node:fs';
import { chosenTree, shownPath, systemPath, type Chosen } from './chosenTree';
import { look, namesIn } from './measureChosen';
import { DIRECTORY, pathOf } from './openVisibleSnapshot';

const { O_RDONLY, O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW, O_NONBLOCK } = constants;
const BLOCK = 1 << 20;

export interface CopyChosen {
  readonly source: FileHandle;
  readonly target: FileHandle;
  readonly paths: readonly string[];
  readonly signal: AbortSignal;
  /** Told after each block how many bytes were read. */
  readonly onBytes: (bytes: number) => void;
}

/** Paths, as people read them, that could not be copied: no right to read them, or no file at all. */
export async function copyChosen(copy: CopyChosen): Promise<string[]> {
  const { source, target, paths } = copy;
  const left: string[] = [];
  await copyDirectory(copy, pathOf(source), target, chosenTree(paths), { at: '', left });
  return left;
}

interface Place {
  /** Below the snapshot's root. */
  readonly at: string;
  readonly left: string[];
}

async function copyDirectory(
  copy: CopyChosen,
  from: string,
  into: FileHandle,
  chosen: Chosen,
  { at, left }: Place
): Promise<void> {
  for (const name of await namesIn(from, chosen)) {
    copy.signal.throwIfAborted();
    const path = at === '' ? name : `${at}/${name}`;
    const next = chosen.all ? chosen : chosen.below.get(name);
    const stats = await look(`${from}/${name}`);
    if (next === undefined || stats === null || (!next.all && !stats.isDirectory())) {
      continue;
    }
    const copied = await copyEntry(copy, stats, `${from}/${name}`, into, name, next, { at: path, left });
    if (!copied) {
      left.push(shownPath(path));
    }
  }
}

/** false: it can't be read, or is of a kind that is not copied. */
async function copyEntry(
  copy: CopyChosen,
  stats: BigIntStats,
  from: string,
  into: FileHandle,
  name: string,
  chosen: Chosen,
  place: Place
): Promise<boolean> {
  const to = systemPath(`${pathOf(into)}/${name}`);
  if (stats.isSymbolicLink()) {
    await symlink(await readlink(systemPath(from), { encoding: 'buffer' }), to);
    await ownAs(stats, (uid, gid) => lchown(to, uid, gid));
    await lutimes(to, seconds(stats.atimeNs), seconds(stats.mtimeNs));
    return true;
  }
  if (stats.isDirectory()) {
    const readable = await openSource(from, DIRECTORY);
    if (readable === null) {
      return false;
    }
    await readable.close();
    await mkdir(to, 0o700);
    const directory = await open(to, DIRECTORY);
    try {
      await copyDirectory(copy, from, directory, chosen, place);
      await seal(directory, stats);
    } finally {
      await directory.close();
    }
    return true;
  }
  return stats.isFile() && copyFile(copy, from, to);
}

async function copyFile({ signal, onBytes }: CopyChosen, from: string, to: Buffer): Promise<boolean> {
  const source = await openSource(from, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  if (source === null) {
    return false;
  }
  try {
    const stats = await source.stat({ bigint: true });
    const target = await open(to, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600);
    try {
      const hasHoles = stats.blocks * 512n < stats.size;
      const block = Buffer.allocUnsafe(BLOCK);
      let position = 0;
      for (;;) {
        signal.throwIfAborted();
        const { bytesRead } = await source.read(block, 0, BLOCK, position);
        if (bytesRead === 0) {
          break;
        }
        const read = block.subarray(0, bytesRead);
        if (!hasHoles || !read.equals(ZEROS.subarray(0, bytesRead))) {
          await writeAll(target, read, position);
        }
        position += bytesRead;
        onBytes(bytesRead);
      }
      await target.truncate(position);
      await seal(target, stats);
    } finally {
      await target.close();
    }
    return true;
  } finally {
    await source.close();
  }
}

const ZEROS = Buffer.alloc(BLOCK);

async function writeAll(target: FileHandle, data: Buffer, position: number): Promise<void> {
  for (let at = 0; at < data.length;) {
    at += (await target.write(data, at, data.length - at, position + at)).bytesWritten;
  }
}

/** null: this user may not read it. */
async function openSource(path: string, flags: number): Promise<FileHandle | null> {
  try {
    return await open(systemPath(path), flags);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EACCES') {
      return null;
    }
    throw error;
  }
}

/** Owner, mode and times, in this order: a new owner takes modes away, and a write the time. */
async function seal(made: FileHandle, stats: BigIntStats): Promise<void> {
  const mode = Number(stats.mode);
  const owned = await ownAs(stats, (uid, gid) => made.chown(uid, gid));
  // What is now somebody else's must not run as its new owner.
  await chmod(pathOf(made), owned ? mode & 0o7777 : mode & 0o1777);
  await made.utimes(seconds(stats.atimeNs), seconds(stats.mtimeNs));
}

/** Whether it has the owner that it had; only root can give it away. */
async function ownAs({ uid, gid }: BigIntStats, give: (uid: number, gid: number) => Promise<void>): Promise<boolean> {
  const own = process.geteuid?.();
  if (own === 0) {
    await give(Number(uid), Number(gid));
  }
  return own === 0 || (Number(uid) === own && Number(gid) === process.getegid?.());
}

/** As text: Node reads a negative number as now. */
const seconds = (ns: bigint): string => String(Number(ns) / 1e9);
