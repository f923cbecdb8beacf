/** Brings a freshly made tree to the disk, so that a snapshot that is called ready survives a power cut. */
import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import { toBytePath, toSystemPath, type BytePath } from './bytePath';

const DEADLINE_MS = 600_000;
/** Up to so many files, one fsync each is cheaper than bringing everything of the file system to the disk. */
const FEW = 64;

/**
 * File systems whose journal keeps the order: the next fsync of any file, that of the manifest, also brings every
 * directory entry, link and shared block made before it to the disk. Others, btrfs for one, promise that only of the
 * file itself.
 */
const ORDERED = new Set(['ext3', 'ext4', 'xfs']);

function syncPath(path: BytePath): void {
  const fd = fs.openSync(toSystemPath(path), fs.constants.O_RDONLY | fs.constants.O_NOFOLLOW);
  try {
    fs.fsyncSync(fd);
  } catch (error) {
    // Some network file systems refuse fsync on directories.
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'EINVAL' && code !== 'ENOTSUP') {
      throw error;
    }
  } finally {
    fs.closeSync(fd);
  }
}

/** Everything in the tree that can be opened, the tree itself last. Links have no content of their own. */
function syncEach(directory: BytePath): void {
  for (const entry of fs.readdirSync(toSystemPath(directory), { withFileTypes: true, encoding: 'latin1' })) {
    const path = `${directory}/${entry.name}`;
    if (entry.isDirectory()) {
      syncEach(path);
    } else if (entry.isFile()) {
      syncPath(path);
    }
  }
  syncPath(directory);
}

/** `sync -f` (GNU coreutils) is syncfs(2), which Node does not offer. Whether it did. */
function syncFileSystem(tree: string, program: string): boolean {
  const result = spawnSync(program, ['-f', '--', tree], { stdio: 'ignore', timeout: DEADLINE_MS });
  return result.status === 0;
}

/**
 * Returns when a tree is on the disk, or will be with the next fsync on its file system. `written`: the files in it
 * whose content was copied.
 */
export function syncTree(
  tree: string,
  written: readonly BytePath[],
  fileSystem: string | null,
  program = 'sync'
): void {
  if (ORDERED.has(fileSystem ?? '')) {
    if (written.length <= FEW || !syncFileSystem(tree, program)) {
      written.forEach(syncPath);
    }
  } else if (!syncFileSystem(tree, program)) {
    syncEach(toBytePath(tree));
  }
}
