/** Mode, owner and times: giving them to a path, and telling whether it has them. */
import * as fs from 'node:fs';
import type { ManifestEntry } from '../manifest';
import { errorCode } from '../systemProblem';
import { PERMISSIONS } from './actions';
import type { SystemPath } from './insideRoot';

/** Node sets times to the µs only: closer than this, ns, two times are equal. */
const TIME_TOLERANCE_NS = 2_000n;

/** Whether two times are equal as far as Node can set them. */
export const sameTime = (a: bigint, b: bigint): boolean => {
  const apart = a - b;
  return apart <= TIME_TOLERANCE_NS && apart >= -TIME_TOLERANCE_NS;
};

/**
 * Seconds as Node takes them: as text, because it reads a negative number as now; whole µs and a bit, because libuv
 * cuts to µs and the double may lie 0.12 µs lower, which would take a µs away at every restore.
 */
const seconds = (ns: bigint): string => String(Number(ns / 1000n) / 1e6 + 3e-7);

/** Whether this process may give files to other owners. */
export const canChown = (): boolean => process.geteuid?.() === 0;

/** Gives a file or directory its mode, owner and time. Follows a link: the caller makes sure it is none. */
export function applyMetadata(path: SystemPath, entry: ManifestEntry): void {
  if (canChown()) {
    // Before chmod: chown clears the set-uid and set-gid bits.
    fs.chownSync(path, entry.uid, entry.gid);
  }
  fs.chmodSync(path, entry.mode & PERMISSIONS);
  fs.utimesSync(path, seconds(entry.mtimeNs), seconds(entry.mtimeNs));
}

/** The same for a symbolic link itself. */
export function applyLinkMetadata(path: SystemPath, entry: ManifestEntry): void {
  if (canChown()) {
    fs.lchownSync(path, entry.uid, entry.gid);
  }
  fs.lutimesSync(path, seconds(entry.mtimeNs), seconds(entry.mtimeNs));
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
