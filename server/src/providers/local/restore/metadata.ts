/** Mode, owner and times: giving them to a path, and telling whether it has them. */
import * as fs from 'node:fs';
import { sameTime, utimesSeconds } from '../fileTime';
import type { ManifestEntry } from '../manifest';
import { errorCode } from '../systemProblem';
import { PERMISSIONS } from './actions';
import type { SystemPath } from './insideRoot';

/** Whether this process may give files to other owners. */
export const canChown = (): boolean => process.geteuid?.() === 0;

/** Gives a file or directory its mode, owner and time. Follows a link: the caller makes sure it is none. */
export function applyMetadata(path: SystemPath, entry: ManifestEntry): void {
  if (canChown()) {
    // Before chmod: chown clears the set-uid and set-gid bits.
    fs.chownSync(path, entry.uid, entry.gid);
  }
  fs.chmodSync(path, entry.mode & PERMISSIONS);
  fs.utimesSync(path, utimesSeconds(entry.mtimeNs), utimesSeconds(entry.mtimeNs));
}

/** The same for a symbolic link itself. */
export function applyLinkMetadata(path: SystemPath, entry: ManifestEntry): void {
  if (canChown()) {
    fs.lchownSync(path, entry.uid, entry.gid);
  }
  fs.lutimesSync(path, utimesSeconds(entry.mtimeNs), utimesSeconds(entry.mtimeNs));
}

/** Like `applyMetadata`, but answers false where the system refuses, as it does on what others own. */
export function tryMetadata(path: SystemPath, entry: ManifestEntry): boolean {
  try {
    applyMetadata(path, entry);
    return true;
  } catch (error) {
    if (['EPERM', 'EACCES'].includes(errorCode(error) ?? '')) {
      return false;
    }
    throw error;
  }
}

/** Whether a stat has an entry's mode, owner (where it can be set) and time. */
export const hasMetadata = (stat: fs.BigIntStats, entry: ManifestEntry): boolean =>
  (Number(stat.mode) & PERMISSIONS) === (entry.mode & PERMISSIONS) &&
  sameTime(stat.mtimeNs, entry.mtimeNs) &&
  (!canChown() || (Number(stat.uid) === entry.uid && Number(stat.gid) === entry.gid));
