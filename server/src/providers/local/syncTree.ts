/** Brings freshly written files to the disk, so that a snapshot that is called ready survives a power cut. */
import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import { toSystemPath, type BytePath } from './bytePath';

const DEADLINE_MS = 600_000;
/** Up to so many files, one fsync each is cheaper than bringing everything of the file system to the disk. */
const FEW = 64;

function syncFile(path: BytePath): void {
  const fd = fs.openSync(toSystemPath(path), fs.constants.O_RDONLY | fs.constants.O_NOFOLLOW);
  try {
    fs.fsyncSync(fd);
  } finally {
    fs.closeSync(fd);
  }
}

/** Returns when the files, all in the tree, are on the disk. */
export function syncTree(tree: string, files: readonly BytePath[]): void {
  if (files.length === 0) {
    return;
  }
  if (files.length > FEW) {
    // `sync -f` (GNU coreutils) is syncfs(2), which Node does not offer.
    const result = spawnSync('sync', ['-f', '--', tree], { stdio: 'ignore', timeout: DEADLINE_MS });
    if (result.status === 0) {
      return;
    }
  }
  files.forEach(syncFile);
}
