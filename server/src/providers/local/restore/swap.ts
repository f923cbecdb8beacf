/**
 * Carries out a journal's actions on the live tree. Each can be repeated and takes up where a killed process left
 * it: a staged file that is gone was put in place, a file that is in `aside` was taken away. Nothing is overwritten
 * or removed that the safety snapshot does not hold; a file that is replaced is never absent, not for a moment.
 */
import * as fs from 'node:fs';
import { displayPath } from '../bytePath';
import { sameTime } from '../fileTime';
import { errorCode } from '../systemProblem';
import type { ManifestEntry } from '../manifest';
import { changing } from './directoryAccess';
import { NotInsideRoot, type InsideRoot, type SystemPath } from './insideRoot';
import type { JournalAction, JournalWrite } from './journal';
import { tryMetadata } from './metadata';
import { isThere, type Workspace } from './workspace';

/** Where and with what the actions are carried out. */
export interface Scene {
  readonly root: InsideRoot;
  readonly workspace: Workspace;
  /** Awaited at every journalled step. */
  readonly step: (name: string) => Promise<void>;
  /**
   * By action number, the ctime of a file set aside that had not been touched since the safety snapshot: as long as
   * it is the same, nothing was written since. Known only to the process that set it aside.
   */
  readonly untouched: Map<number, bigint>;
}

/** Remembers that what was taken away is what the safety snapshot has, if so. */
function noteAside(scene: Scene, action: JournalAction & { before: ManifestEntry | null }, live: fs.BigIntStats): void {
  const { before, number } = action;
  const [aside, ...more] = scene.workspace.asideOf(action);
  if (before !== null && live.ctimeNs === before.ctimeNs && sameInode(before, live) && more.length === 0) {
    const now = aside === undefined ? undefined : fs.lstatSync(aside, { bigint: true });
    if (now !== undefined && isStill(before, now, [before.mtimeNs])) {
      scene.untouched.set(number, now.ctimeNs);
    }
  }
}

/**
 * What came of an action. `left`: something the safety snapshot does not hold is there, so it stays.
 * `unsettled`: the system does not let us set mode, owner or time.
 */
export type Outcome = 'done' | 'left' | 'unsettled';

/** Whether both are the same file, by whatever names. */
export const sameInode = (a: { dev: bigint; ino: bigint }, b: { dev: bigint; ino: bigint } | undefined): boolean =>
  a.dev === b?.dev && a.ino === b.ino;

/** Hard links that a file system or the system's policy does not allow (link(2), fs.protected_hardlinks). */
const NO_LINK = new Set(['EPERM', 'EMLINK', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EACCES']);

/** Puts a file in a place where nothing is; false where something is. */
export function placeNew(from: SystemPath, to: SystemPath): boolean {
  try {
    fs.linkSync(from, to);
  } catch (error) {
    const code = errorCode(error) ?? '';
    if (code === 'EEXIST') {
      return false;
    }
    if (!NO_LINK.has(code) || fs.lstatSync(to, { throwIfNoEntry: false }) !== undefined) {
      throw error;
    }
    fs.renameSync(from, to);
    return true;
  }
  fs.unlinkSync(from);
  return true;
}

/** How often a file that others keep replacing is set aside anew before we give up. */
const ATTEMPTS = 100;

async function write(scene: Scene, action: JournalWrite): Promise<Outcome> {
  const { root, workspace, step } = scene;
  const staged = workspace.staged(action);
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    if (!isThere(staged)) {
      return 'done';
    }
    const live = root.look(action.path);
    if (live === undefined) {
      if (changing(root, action.path, () => root.at(action.path, system => placeNew(staged, system)))) {
        await step('restore:place');
        return 'done';
      }
    } else if (sameInode(action.staged, live)) {
      // Killed between the two halves of placing.
      fs.unlinkSync(staged);
      return 'done';
    } else if (action.before === null || !(live.isFile() || live.isSymbolicLink())) {
      return 'left';
    } else if (await replace(scene, action, staged, live)) {
      await step('restore:swap');
      return 'done';
    }
  }
  throw Object.assign(new Error(`${displayPath(action.path)} is being replaced all the time`), { code: 'EBUSY' });
}

/** Sets the live file aside under a second name, then moves the staged one over it; false if it was replaced since. */
async function replace(scene: Scene, action: JournalWrite, staged: string, live: fs.BigIntStats): Promise<boolean> {
  const { root, workspace, step } = scene;
  const last = workspace.asideOf(action).at(-1);
  if (last === undefined || !sameInode(fs.lstatSync(last, { bigint: true }), live)) {
    const aside = workspace.nextAside(action);
    try {
      root.at(action.path, system => {
        fs.linkSync(system, aside);
      });
    } catch (error) {
      const code = errorCode(error) ?? '';
      if (code === 'ENOENT') {
        return false;
      }
      if (!NO_LINK.has(code)) {
        throw error;
      }
      // Without links there is a moment without the file; what is there then is never overwritten.
      changing(root, action.path, () => {
        root.at(action.path, system => {
          fs.renameSync(system, aside);
        });
      });
      await step('restore:aside');
      return false;
    }
    await step('restore:aside');
  }
  const kept = workspace.asideOf(action).at(-1) ?? staged;
  const swapped = changing(root, action.path, () =>
    root.at(action.path, system => {
      // Looked at right before, in one go: somebody may save the file while we are here.
      const now = fs.lstatSync(system, { bigint: true, throwIfNoEntry: false });
      if (!sameInode(fs.lstatSync(kept, { bigint: true }), now)) {
        return false;
      }
      fs.renameSync(staged, system);
      return true;
    })
  );
  if (swapped) {
    noteAside(scene, action, live);
  }
  return swapped;
}

async function remove(scene: Scene, action: Extract<JournalAction, { kind: 'remove' }>): Promise<Outcome> {
  const { root, workspace, step } = scene;
  if (workspace.asideOf(action).length > 0) {
    return 'done';
  }
  const live = root.look(action.path);
  if (live === undefined) {
    return 'done';
  }
  if (!live.isFile() && !live.isSymbolicLink()) {
    return 'left';
  }
  changing(root, action.path, () => {
    root.at(action.path, system => {
      fs.renameSync(system, workspace.nextAside(action));
    });
  });
  noteAside(scene, action, live);
  await step('restore:remove');
  return 'done';
}

async function makeDirectory({ root, step }: Scene, action: JournalAction): Promise<Outcome> {
  const live = root.look(action.path);
  if (live === undefined) {
    changing(root, action.path, () => {
      root.at(action.path, system => {
        fs.mkdirSync(system, 0o700);
      });
    });
    await step('restore:mkdir');
  } else if (!live.isDirectory()) {
    throw Object.assign(new Error(`${displayPath(action.path)} was made meanwhile and is no folder`), {
      code: 'EEXIST'
    });
  }
  return 'done';
}

async function removeDirectory({ root, step }: Scene, action: JournalAction): Promise<Outcome> {
  try {
    changing(root, action.path, () => {
      root.at(action.path, system => {
        fs.rmdirSync(system);
      });
    });
  } catch (error) {
    const code = errorCode(error) ?? '';
    // Something else is where its parent was, as after the action that needed the place: it is gone.
    if (code === 'ENOENT' || error instanceof NotInsideRoot) {
      return 'done';
    }
    // ENOTEMPTY, on some systems EEXIST: something that is left as it is lies inside.
    if (['ENOTEMPTY', 'EEXIST', 'ENOTDIR', 'EBUSY'].includes(code)) {
      return 'left';
    }
    throw error;
  }
  await step('restore:rmdir');
  return 'done';
}

/** Whether a file still is the one of the entry, with one of the times. */
export const isStill = (entry: ManifestEntry, stat: fs.BigIntStats, times: readonly bigint[]): boolean =>
  sameInode(entry, stat) && Number(stat.size) === entry.size && times.some(time => sameTime(time, stat.mtimeNs));

async function setMetadata(
  { root, step }: Scene,
  action: Extract<JournalAction, { kind: 'metadata' | 'settle' }>
): Promise<Outcome> {
  const { path, before, after } = action;
  const outcome = root.pinned(path, (system, stat): Outcome => {
    const fits =
      action.kind === 'settle'
        ? stat.isDirectory()
        : stat.isFile() && before !== null && isStill(before, stat, [before.mtimeNs, after.mtimeNs]);
    return !fits ? 'left' : tryMetadata(system, after) ? 'done' : 'unsettled';
  });
  await step(`restore:${action.kind}`);
  return outcome ?? 'left';
}

/** Carries out one action, or what is left of it. Throws system errors and `NotInsideRoot`. */
export function carryOut(scene: Scene, action: JournalAction): Promise<Outcome> {
  switch (action.kind) {
    case 'write':
      return write(scene, action);
    case 'remove':
      return remove(scene, action);
    case 'mkdir':
      return makeDirectory(scene, action);
    case 'rmdir':
      return removeDirectory(scene, action);
    case 'metadata':
    case 'settle':
      return setMetadata(scene, action);
  }
}
