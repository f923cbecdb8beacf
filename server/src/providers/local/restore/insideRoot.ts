/**
 * Acts on a path of a volume without ever leaving the volume: every directory above it is opened as a directory,
 * link by link refused, and the call is made relative to the one that was opened. Node has no `openat`; on Linux
 * `/proc/self/fd/<n>/<name>` is the same thing. Elsewhere each parent is looked at right before the call.
 */
import * as fs from 'node:fs';
import { baseNameOf, displayPath, joinBytePath, parentOf, toBytePath, toSystemPath, type BytePath } from '../bytePath';
import { errorCode } from '../systemProblem';

/** A directory above the path is not a directory of the volume (any more), so nothing was done. */
export class NotInsideRoot extends Error {
  override readonly name = 'NotInsideRoot';
  constructor(readonly path: BytePath) {
    super(`${displayPath(path)} is not a folder of the volume any more.`);
  }
}

/** What a system call takes. */
export type SystemPath = string | Buffer;

// open(2): O_PATH needs no read permission on the directory. Not among Node's constants.
const O_PATH = 0o10000000;
const { O_DIRECTORY, O_NOFOLLOW } = fs.constants;
const HAS_DESCRIPTOR_PATHS = process.platform === 'linux';

/** A path by which an open descriptor's own inode is reached, whatever happens to its name. */
export const descriptorPath = (fd: number): string => `/proc/self/fd/${fd}`;

function openDirectory(from: SystemPath, path: BytePath): number {
  try {
    return fs.openSync(from, O_PATH | O_DIRECTORY | O_NOFOLLOW);
  } catch (error) {
    if (['ELOOP', 'ENOTDIR'].includes(errorCode(error) ?? '')) {
      throw new NotInsideRoot(path);
    }
    throw error;
  }
}

function withDescriptors<T>(root: BytePath, parent: BytePath, act: (directory: BytePath) => T): T {
  let fd = openDirectory(toSystemPath(root), '');
  try {
    let at = '';
    for (const name of parent === '' ? [] : parent.split('/')) {
      at = joinBytePath(at, name);
      const next = openDirectory(toSystemPath(`${descriptorPath(fd)}/${name}`), at);
      fs.closeSync(fd);
      fd = next;
    }
    return act(descriptorPath(fd));
  } finally {
    fs.closeSync(fd);
  }
}

function withLooks<T>(root: BytePath, parent: BytePath, act: (directory: BytePath) => T): T {
  let at = '';
  for (const name of ['', ...(parent === '' ? [] : parent.split('/'))]) {
    at = joinBytePath(at, name);
    if (!fs.lstatSync(toSystemPath(joinBytePath(root, at))).isDirectory()) {
      throw new NotInsideRoot(at);
    }
  }
  return act(joinBytePath(root, parent));
}

/** A volume's root, as the place where paths are acted on. */
export class InsideRoot {
  private readonly root: BytePath;

  /** `root`: real, absolute path. */
  constructor(root: string) {
    this.root = toBytePath(root);
  }

  /**
   * Calls back with a path for system calls on `path` itself; its parents can't be swapped for links meanwhile.
   * The last part may be a link: use calls that don't follow. Throws `NotInsideRoot`, or ENOENT for a missing parent.
   */
  at<T>(path: BytePath, act: (system: SystemPath) => T): T {
    if (path === '') {
      return act(toSystemPath(this.root));
    }
    const within = HAS_DESCRIPTOR_PATHS ? withDescriptors : withLooks;
    return within(this.root, parentOf(path), directory => act(toSystemPath(`${directory}/${baseNameOf(path)}`)));
  }

  /** What is at the path now; undefined where nothing is, also where a parent is missing. */
  look(path: BytePath): fs.BigIntStats | undefined {
    try {
      return this.at(path, system => fs.lstatSync(system, { bigint: true, throwIfNoEntry: false }));
    } catch (error) {
      if (errorCode(error) === 'ENOENT') {
        return undefined;
      }
      throw error;
    }
  }

  /**
   * Calls back with a path that follows to exactly the inode that was looked at: safe for calls that follow links,
   * such as chmod. Undefined where there is nothing, or a link.
   */
  pinned<T>(path: BytePath, act: (system: SystemPath, stat: fs.BigIntStats) => T): T | undefined {
    return this.at(path, system => {
      const look = fs.lstatSync(system, { bigint: true, throwIfNoEntry: false });
      if (look === undefined || look.isSymbolicLink()) {
        return undefined;
      }
      if (!HAS_DESCRIPTOR_PATHS) {
        return act(system, look);
      }
      const fd = fs.openSync(system, O_PATH | O_NOFOLLOW);
      try {
        const stat = fs.fstatSync(fd, { bigint: true });
        return stat.isSymbolicLink() ? undefined : act(descriptorPath(fd), stat);
      } finally {
        fs.closeSync(fd);
      }
    });
  }
}
