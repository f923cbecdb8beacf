/** A volume as the contract shows it: what it is, what is free, and what can be done with it now or why not. */
import * as fs from 'node:fs';
import type { Capability, Volume } from '../../../../contract';
import { driverText, fileSystemType } from './copyMethod';
import { browsePathOf, enclosingStore, type LocalVolume } from './localVolume';
import type { SnapshotRecord, TreeMethod } from './snapshotRecord';
import { ProblemError } from '../../problemError';
import { errorCode } from './systemProblem';

/** What observing found out. */
export interface VolumeFacts {
  readonly volume: LocalVolume;
  readonly snapshots: readonly SnapshotRecord[];
  readonly method: TreeMethod | null;
  readonly serverRoot: string | null;
}

const AVAILABLE: Capability = { available: true };
const unavailable = (reason: string, fix: string): Capability => ({ available: false, reason, fix });

/** Whether a volume can be changed now, else the true reason. Makes nothing. */
export function writability({ root, store, lock }: LocalVolume): Capability {
  const stat = fs.statSync(root, { throwIfNoEntry: false });
  if (stat?.isDirectory() !== true) {
    return unavailable(`${root} is not a directory.`, 'Make it, or configure another one.');
  }
  const enclosing = enclosingStore(root);
  if (enclosing !== null) {
    return unavailable(`${root} lies in Datamark’s own store ${enclosing}.`, 'Configure another directory.');
  }
  try {
    store.assertUsable();
    fs.accessSync(store.exists() ? store.path : root, fs.constants.W_OK | fs.constants.X_OK);
  } catch (error) {
    if (error instanceof ProblemError) {
      return unavailable(error.problem.detail, error.problem.next);
    }
    return errorCode(error) === 'EROFS'
      ? unavailable(`The file system of ${root} is mounted read-only.`, 'Mount it writable.')
      : unavailable(`You may not write to ${root}.`, 'Check who owns it and its permissions.');
  }
  const refusal = lock.isHeld() ? null : lock.refusal();
  return refusal === null ? AVAILABLE : unavailable(refusal.problem.detail, refusal.problem.next);
}

function freeBytes(root: string): Volume['free'] {
  try {
    const { bavail, bsize } = fs.statfsSync(root);
    return { known: true, bytes: bavail * bsize };
  } catch (error) {
    return { known: false, reason: `The file system does not say (${errorCode(error) ?? 'no code'}).` };
  }
}

const newer = (a: SnapshotRecord, b: SnapshotRecord): SnapshotRecord => (a.createdAt < b.createdAt ? b : a);

/** The volume as it is now. */
export function toVolume({ volume, snapshots, method, serverRoot }: VolumeFacts): Volume {
  const { id, name, root, role } = volume;
  const stat = fs.statSync(root, { throwIfNoEntry: false });
  const can = writability(volume);
  const ready = snapshots.filter(record => record.state.phase === 'ready' && record.deletingSince === null);
  const last = ready.length === 0 ? null : ready.reduce(newer);
  return {
    kind: 'volume',
    id,
    uid: stat === undefined ? id : `${stat.dev}-${stat.ino}`,
    name,
    mountPath: root,
    browsePath: browsePathOf(root, serverRoot),
    role,
    readOnly: !can.available,
    requested: { known: false, reason: 'A directory has no requested size.' },
    used: {
      known: false,
      reason: 'A directory is not counted as files change; each snapshot tells how much it covers.'
    },
    free: freeBytes(root),
    driver: driverText(fileSystemType(root), method),
    storageClass: null,
    accessModes: [],
    shared: null,
    trouble: null,
    can: { snapshot: can, clone: can, restore: can, files: can },
    snapshotCount: snapshots.length,
    lastSnapshotAt: last?.createdAt ?? null
  };
}
