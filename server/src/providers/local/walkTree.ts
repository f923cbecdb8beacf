/**
 * Walks a volume: every file, directory and symbolic link with its stat, parents first, never through a link.
 * Leaves out Datamark's own directories and excluded paths; what can't be read or copied becomes an omission.
 */
import * as fs from 'node:fs';
import { joinBytePath, toBytePath, toSystemPath, type BytePath } from './bytePath';
import type { Excludes } from './excludePatterns';
import type { ManifestEntry } from './manifest';
import type { Omitted } from './omissions';
import { errorCode, isGone } from './systemProblem';

/** Name of the store in a volume's root. */
export const STORE_DIRECTORY = '.datamark';
/** Name of the directory of clones in a volume's root. */
export const CLONES_DIRECTORY = 'datamark-clones';
/** The file that makes a directory a store, whatever its name is. */
export const STORE_MARKER = 'store.json';

/** How a tree is walked. */
export interface WalkOptions {
  /** Absolute path of the tree. */
  readonly root: string;
  /** Whether the root is a volume, which holds the store and the clones, or a plain tree (a clone, a copy). */
  readonly volume: boolean;
  readonly excludes: Excludes;
  /** Told of everything that can't be read or copied; nothing below such a path is walked. */
  readonly onOmitted: (omitted: Omitted) => void;
}

/** The entry of a path as it is now, or null where it is of a kind that can't be copied. */
export function entryOf(path: BytePath, stat: fs.BigIntStats, root: BytePath): ManifestEntry | null {
  const type = stat.isFile() ? 'file' : stat.isDirectory() ? 'directory' : stat.isSymbolicLink() ? 'symlink' : null;
  if (type === null) {
    return null;
  }
  const entry = {
    path,
    type,
    mode: Number(stat.mode) & 0o7777,
    uid: Number(stat.uid),
    gid: Number(stat.gid),
    size: type === 'directory' ? 0 : Number(stat.size),
    mtimeNs: stat.mtimeNs,
    ctimeNs: stat.ctimeNs,
    dev: stat.dev,
    ino: stat.ino
  } as const;
  return type === 'symlink'
    ? { ...entry, target: fs.readlinkSync(toSystemPath(joinBytePath(root, path)), 'latin1') }
    : entry;
}

/**
 * Names in the directory that was found at a path, as byte strings, in a stable order. Fails as if it had vanished where
 * something else took its place meanwhile: a link there could lead anywhere.
 */
function namesIn(path: BytePath, found: ManifestEntry): BytePath[] {
  const { O_RDONLY, O_DIRECTORY, O_NOFOLLOW } = fs.constants;
  const fd = fs.openSync(toSystemPath(path), O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
  try {
    const { dev, ino } = fs.fstatSync(fd, { bigint: true });
    if (dev !== found.dev || ino !== found.ino) {
      throw Object.assign(new Error('It was replaced.'), { code: 'ENOTDIR' });
    }
    // Elsewhere the path is read once more: Node can't read a directory that is open.
    const opened = process.platform === 'linux' ? `/proc/self/fd/${fd}` : toSystemPath(path);
    return fs.readdirSync(opened, { encoding: 'latin1' }).sort();
  } finally {
    fs.closeSync(fd);
  }
}

function isStore(directory: BytePath): boolean {
  try {
    return fs.lstatSync(toSystemPath(joinBytePath(directory, STORE_MARKER))).isFile();
  } catch {
    // Not there, no directory, or one that can't be looked into: then it is no store of ours.
    return false;
  }
}

/** Whether a path belongs to Datamark itself and so is part of no snapshot and no restore. */
const isOwn = (root: BytePath, path: BytePath, volume: boolean): boolean =>
  (volume && (path === STORE_DIRECTORY || path === CLONES_DIRECTORY)) ||
  ((path === STORE_DIRECTORY || path.endsWith(`/${STORE_DIRECTORY}`)) && isStore(joinBytePath(root, path)));

/** Yields the tree's entries, the root (`''`) first. The root must be a directory; errors on it are thrown. */
export function* walkTree(options: WalkOptions): Generator<ManifestEntry> {
  const { volume, excludes, onOmitted } = options;
  const root = toBytePath(options.root);
  const top = entryOf('', fs.lstatSync(toSystemPath(root), { bigint: true }), root);
  if (top?.type !== 'directory') {
    throw Object.assign(new Error(`${options.root} is not a directory`), { code: 'ENOTDIR' });
  }
  yield top;
  // A stack of name lists instead of recursion: trees may be deeper than the call stack.
  const stack: { directory: BytePath; names: BytePath[]; next: number }[] = [
    { directory: '', names: namesIn(root, top), next: 0 }
  ];
  for (let level = stack.at(-1); level !== undefined; level = stack.at(-1)) {
    const name = level.names[level.next++];
    if (name === undefined) {
      stack.pop();
      continue;
    }
    const path = joinBytePath(level.directory, name);
    if (isOwn(root, path, volume)) {
      continue;
    }
    try {
      const stat = fs.lstatSync(toSystemPath(`${root}/${path}`), { bigint: true });
      if (excludes(path, stat.isDirectory())) {
        continue;
      }
      const entry = entryOf(path, stat, root);
      if (entry === null) {
        onOmitted({ path, reason: 'special-file' });
        continue;
      }
      if (entry.type === 'directory') {
        const names = namesIn(`${root}/${path}`, entry);
        stack.push({ directory: path, names, next: 0 });
      }
      yield entry;
    } catch (error) {
      onOmitted({ path, reason: isGone(error) || errorCode(error) === 'ELOOP' ? 'vanished' : 'unreadable' });
    }
  }
}
