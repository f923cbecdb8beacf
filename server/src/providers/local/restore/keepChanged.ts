/**
 * Looks through what a restore set aside: files that are exactly what the safety snapshot holds are dropped, all
 * others come into a folder that people see, `<root>/kept-by-restore-…`. Can be repeated.
 */
import * as fs from 'node:fs';
import { baseNameOf, displayPath, joinBytePath, parentOf, toBytePath, toSystemPath, type BytePath } from '../bytePath';
import { errorCode } from '../systemProblem';
import { equalFiles } from './compareContent';
import { NotInsideRoot, type InsideRoot } from './insideRoot';
import type { Journal, JournalAction } from './journal';
import { isStill, placeNew, type Scene } from './swap';
import { inTree } from './workspace';

/** What is needed to tell equal from changed. */
export interface KeepRequest {
  readonly scene: Scene;
  readonly journal: Journal;
  /** Tree of the safety snapshot. */
  readonly safetyTree: string;
  /** Inodes (`<dev>:<ino>`) that some process has open for writing: what it still writes must not be lost. */
  readonly beingWritten: ReadonlySet<string>;
}

function isInSafetySnapshot(request: KeepRequest, action: JournalAction, place: string): boolean {
  const before = action.kind === 'write' || action.kind === 'remove' ? action.before : null;
  const now = fs.lstatSync(place, { bigint: true });
  if (before === null || request.beingWritten.has(`${now.dev}:${now.ino}`)) {
    return false;
  }
  if (before.type === 'symlink') {
    return now.isSymbolicLink() && fs.readlinkSync(place, 'latin1') === before.target;
  }
  if (!now.isFile() || (Number(now.mode) & 0o7777) !== before.mode || Number(now.size) !== before.size) {
    return false;
  }
  if (request.scene.untouched.get(action.number) === now.ctimeNs && isStill(before, now, [before.mtimeNs])) {
    return true;
  }
  return equalFiles(place, toSystemPath(inTree(request.safetyTree, action.path)), null);
}

function makeParents(root: InsideRoot, path: BytePath): void {
  const parent = parentOf(path);
  if (parent === '' || root.look(parent)?.isDirectory() === true) {
    return;
  }
  makeParents(root, parent);
  root.at(parent, system => fs.mkdirSync(system, 0o700));
}

function bringOut(root: InsideRoot, place: string, wanted: BytePath, spare: BytePath): BytePath {
  for (let attempt = 0; ; attempt += 1) {
    const path = attempt === 0 ? wanted : attempt === 1 ? spare : `${spare}.${attempt}`;
    try {
      makeParents(root, path);
      if (root.at(path, system => placeNew(place, system))) {
        return path;
      }
    } catch (error) {
      // A file is where a folder is needed, or the name is too long: the spare name is short and at the top.
      const code = errorCode(error) ?? '';
      if (attempt > 0 || !(error instanceof NotInsideRoot || ['EEXIST', 'ENAMETOOLONG'].includes(code))) {
        throw error;
      }
    }
  }
}

/** Empties `aside`; answers the paths, for people, of what came into the kept folder. */
export async function keepChanged(request: KeepRequest): Promise<string[]> {
  const { scene, journal } = request;
  const { keptFolder } = journal.header;
  const folder = toBytePath(keptFolder);
  for (const { place, number } of scene.workspace.allAside()) {
    const action = journal.actions[number];
    if (action !== undefined && isInSafetySnapshot(request, action, place)) {
      fs.unlinkSync(place);
      await scene.step('restore:drop');
      continue;
    }
    const path = action?.path ?? toBytePath(`file-${number}`);
    bringOut(
      scene.root,
      place,
      joinBytePath(folder, path),
      joinBytePath(folder, `${number}-${baseNameOf(path).slice(0, 200)}`)
    );
    await scene.step('restore:keep');
  }
  return keptIn(scene.root, folder).map(displayPath);
}

/** Every file of the kept folder, relative to it; none if there is no folder. Also after an interruption complete. */
function keptIn(root: InsideRoot, folder: BytePath): BytePath[] {
  const found: BytePath[] = [];
  const waiting = root.look(folder)?.isDirectory() === true ? [folder] : [];
  for (let directory = waiting.pop(); directory !== undefined; directory = waiting.pop()) {
    const at = directory;
    const names = root.at(at, system => fs.readdirSync(system, { encoding: 'latin1' }));
    for (const name of names.sort()) {
      const path = joinBytePath(at, name);
      if (root.look(path)?.isDirectory() === true) {
        waiting.push(path);
      } else {
        found.push(path.slice(folder.length + 1));
      }
    }
  }
  return found;
}
