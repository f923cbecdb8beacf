/**
 * Takes a journal's actions back, last first, so that every file is again what the safety snapshot recorded. Can be
 * repeated like swap.ts. What others wrote meanwhile is set aside, never overwritten: keepChanged.ts brings it out.
 */
import * as fs from 'node:fs';
import type { BytePath } from '../bytePath';
import type { ManifestEntry } from '../manifest';
import { errorCode } from '../systemProblem';
import { changing } from './directoryAccess';
import { NotInsideRoot } from './insideRoot';
import type { Journal, JournalAction, JournalWrite } from './journal';
import { tryMetadata } from './metadata';
import { isStill, placeNew, sameInode, type Scene } from './swap';
import { isThere } from './workspace';

/** Brings the file that was set aside back to a place where nothing is. */
function bringBack({ root, workspace }: Scene, action: JournalAction): void {
  const aside = workspace.asideOf(action).at(-1);
  if (aside !== undefined) {
    changing(root, action.path, () => root.at(action.path, system => placeNew(aside, system)));
  }
}

const isBefore = (action: JournalWrite, live: fs.BigIntStats): boolean =>
  action.before !== null && sameInode(action.before, live);

function undoWrite(scene: Scene, action: JournalWrite): void {
  const { root, workspace } = scene;
  const staged = workspace.staged(action);
  const live = root.look(action.path);
  const ours = live !== undefined && sameInode(action.staged, live);
  const aside = workspace.asideOf(action).at(-1);
  if (live === undefined) {
    bringBack(scene, action);
    return;
  }
  if (!ours) {
    // Not swapped, or replaced by somebody since. A second name of the live file is of no more use.
    if (aside !== undefined && sameInode(fs.lstatSync(aside, { bigint: true }), live)) {
      fs.unlinkSync(aside);
    } else if (aside !== undefined && !isThere(staged) && !isBefore(action, live)) {
      returnOver(scene, action, aside);
    }
    return;
  }
  if (!isStill({ ...action.after, ...action.staged }, live, [action.after.mtimeNs])) {
    // Somebody wrote into the restored file: that work is set aside before the old content comes back.
    if (aside !== undefined) {
      returnOver(scene, action, aside);
    }
    return;
  }
  changing(root, action.path, () => {
    root.at(action.path, system => {
      if (aside !== undefined) {
        fs.renameSync(aside, system);
      } else if (isThere(staged)) {
        fs.unlinkSync(system);
      } else {
        fs.renameSync(system, staged);
      }
    });
  });
}

/** Puts the old file in its place and sets what is there aside under another name. */
function returnOver({ root, workspace }: Scene, action: JournalWrite, aside: string): void {
  const newer = workspace.newerOf(action);
  changing(root, action.path, () => {
    root.at(action.path, system => {
      fs.renameSync(system, newer);
      placeNew(aside, system);
    });
  });
}

function restoreDirectory({ root }: Scene, action: Extract<JournalAction, { kind: 'rmdir' }>): void {
  if (root.look(action.path) === undefined) {
    changing(root, action.path, () => {
      root.at(action.path, system => {
        fs.mkdirSync(system, 0o700);
      });
    });
  }
}

function removeMade({ root }: Scene, action: JournalAction): void {
  try {
    changing(root, action.path, () => {
      root.at(action.path, system => {
        fs.rmdirSync(system);
      });
    });
  } catch (error) {
    // Not empty: somebody's files came into it, and it stays.
    if (!['ENOENT', 'ENOTEMPTY', 'EEXIST', 'ENOTDIR'].includes(errorCode(error) ?? '')) {
      throw error;
    }
  }
}

function giveMetadataBack({ root }: Scene, path: BytePath, before: ManifestEntry, isFile: boolean): void {
  root.pinned(path, (system, stat) => {
    if (isFile ? stat.isFile() && sameInode(before, stat) && Number(stat.size) === before.size : stat.isDirectory()) {
      tryMetadata(system, before);
    }
  });
}

function takeBack(scene: Scene, action: JournalAction): void {
  switch (action.kind) {
    case 'write':
      undoWrite(scene, action);
      return;
    case 'remove':
      if (scene.root.look(action.path) === undefined) {
        bringBack(scene, action);
      }
      return;
    case 'mkdir':
      removeMade(scene, action);
      return;
    case 'rmdir':
      restoreDirectory(scene, action);
      return;
    case 'metadata':
      giveMetadataBack(scene, action.path, action.before, true);
      return;
    case 'settle':
      return;
  }
}

/** Takes everything back that can be; answers the actions that could not, each with its error. */
export async function rollBack(
  scene: Scene,
  journal: Journal
): Promise<{ readonly action: JournalAction; readonly error: unknown }[]> {
  const failed: { action: JournalAction; error: unknown }[] = [];
  const attempt = (action: JournalAction, act: () => void): void => {
    try {
      act();
    } catch (error) {
      // One path that can't be taken back must not keep the others from it.
      if (errorCode(error) === null && !(error instanceof NotInsideRoot)) {
        throw error;
      }
      failed.push({ action, error });
    }
  };
  for (const action of [...journal.actions].reverse()) {
    attempt(action, () => {
      takeBack(scene, action);
    });
    await scene.step('restore:back');
  }
  // Directories last: everything inside changes their times.
  const directories = journal.actions.flatMap(action =>
    (action.kind === 'settle' && action.before !== null) || action.kind === 'rmdir'
      ? [{ action, before: action.before }]
      : []
  );
  for (const { action, before } of directories.sort((a, b) => b.action.path.length - a.action.path.length)) {
    attempt(action, () => {
      if (before !== null) {
        giveMetadataBack(scene, action.path, before, false);
      }
    });
  }
  return failed;
}

/** Whether the path is free of what the restore put there, and holds a file where the safety snapshot has one. */
function isAsBefore(scene: Scene, action: JournalAction): boolean {
  const live = scene.root.look(action.path);
  switch (action.kind) {
    case 'write':
      // A file that is neither missing nor ours is the old one, or what somebody made of it since.
      return live === undefined ? action.before === null : !sameInode(action.staged, live);
    case 'remove':
    case 'metadata':
      return live !== undefined;
    case 'rmdir':
      return live?.isDirectory() === true;
    case 'settle':
      return action.before === null || live?.isDirectory() === true;
    case 'mkdir':
      return true;
  }
}

/** Paths that are not as before. Empty: no file of the restore is left, and none from before is missing. */
export function differsFromBefore(scene: Scene, journal: Journal): BytePath[] {
  return journal.actions.flatMap(action => {
    try {
      return isAsBefore(scene, action) ? [] : [action.path];
    } catch (error) {
      if (error instanceof NotInsideRoot) {
        return [action.path];
      }
      throw error;
    }
  });
}
