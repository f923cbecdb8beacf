/** Opens up a directory of ours in which the owner may not write, for as long as the restore works in it. */
import * as fs from 'node:fs';
import { parentOf, type BytePath } from '../bytePath';
import { errorCode } from '../systemProblem';
import { PERMISSIONS } from './actions';
import type { InsideRoot } from './insideRoot';

const OWNER_ALL = 0o700;

/**
 * Runs a change of a directory's entries; if the directory's mode forbids it, once more with the owner's rights on
 * it. The mode is given back by the directory's `settle`, which every directory has in which something happens.
 */
export function changing<T>(root: InsideRoot, path: BytePath, act: () => T): T {
  try {
    return act();
  } catch (error) {
    if (errorCode(error) !== 'EACCES' || !openUp(root, parentOf(path))) {
      throw error;
    }
    return act();
  }
}

function openUp(root: InsideRoot, directory: BytePath): boolean {
  return (
    root.pinned(directory, (system, stat) => {
      const mode = Number(stat.mode) & PERMISSIONS;
      if (!stat.isDirectory() || Number(stat.uid) !== process.geteuid?.() || (mode & OWNER_ALL) === OWNER_ALL) {
        return false;
      }
      fs.chmodSync(system, mode | OWNER_ALL);
      return true;
    }) ?? false
  );
}
