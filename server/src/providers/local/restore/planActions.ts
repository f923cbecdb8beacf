/**
 * The pure part of a restore: from what is there and what the snapshot holds to an ordered list of actions.
 * Reads no file; whether contents of equal size are equal comes in as a set.
 */
import { parentOf, type BytePath } from '../bytePath';
import { unchangedSince, type Manifest, type ManifestEntry } from '../manifest';
import type { Action, WriteAction } from './actions';
import type { Protects } from './protectedPaths';
import { sameMetadata } from './sameFile';

/** What the planner knows. */
export interface Situation {
  /** The live tree, or the safety snapshot's manifest, which is the live tree as it was secured. */
  readonly present: ReadonlyMap<BytePath, ManifestEntry>;
  readonly target: Manifest;
  /** Paths that were read on both sides and are equal. */
  readonly sameContent: ReadonlySet<BytePath>;
  /** Paths that are left as they are, with all that is below them: excluded, unreadable, of a special kind. */
  readonly isProtected: Protects;
  /** Paths where something is that is not in `present`, because it could not be read or copied. */
  readonly omitted: readonly BytePath[];
  /** Whether files can be given to other owners. */
  readonly canChown: boolean;
}

/** The ordered actions, and the paths of the snapshot that can't be brought back because something protected is there. */
export interface PlannedActions {
  readonly actions: Action[];
  readonly blocked: BytePath[];
}

const depth = (path: BytePath): number => path.split('/').length;
const shallowFirst = (a: { path: BytePath }, b: { path: BytePath }): number =>
  depth(a.path) - depth(b.path) || (a.path < b.path ? -1 : 1);
const deepFirst = (a: { path: BytePath }, b: { path: BytePath }): number => shallowFirst(b, a);
const isDirectory = (entry: ManifestEntry | undefined): boolean => entry?.type === 'directory';

/** Inodes that more than one path of the tree names: changing one of these in place would change the others. */
function sharedInodes(entries: ReadonlyMap<BytePath, ManifestEntry>): Set<string> {
  const seen = new Set<string>();
  const shared = new Set<string>();
  for (const entry of entries.values()) {
    if (entry.type === 'file') {
      const inode = `${entry.dev}:${entry.ino}`;
      (seen.has(inode) ? shared : seen).add(inode);
    }
  }
  return shared;
}

/** Directories that keep something protected and so can't go away. */
function keptDirectories(situation: Situation): Set<BytePath> {
  const { present, isProtected, omitted } = situation;
  const kept = new Set<BytePath>();
  const holds = [...present.values()].filter(entry => isProtected(entry)).map(entry => entry.path);
  for (const path of [...holds, ...omitted]) {
    for (let parent = parentOf(path); parent !== '' && !kept.has(parent); parent = parentOf(parent)) {
      kept.add(parent);
    }
  }
  return kept;
}

function fileAction(
  situation: Situation,
  shared: ReadonlySet<string>,
  before: ManifestEntry | undefined,
  after: ManifestEntry
): Action | null {
  const { path } = after;
  const write: WriteAction = { kind: 'write', path, before: isDirectory(before) ? null : (before ?? null), after };
  if (before === undefined || before.type !== after.type) {
    return write;
  }
  if (after.type === 'symlink') {
    return before.target === after.target ? null : write;
  }
  if (unchangedSince(situation.target, before)) {
    return null;
  }
  if (!situation.sameContent.has(path)) {
    return write;
  }
  if (sameMetadata(before, after, situation.canChown)) {
    return null;
  }
  return shared.has(`${before.dev}:${before.ino}`) ? write : { kind: 'metadata', path, before, after };
}

/**
 * What brings `present` to `target`, in an order in which every action is possible: what stands in the way goes
 * first, then directories and files come, what is left over goes, metadata is last.
 */
export function planActions(situation: Situation): PlannedActions {
  const { present, target, isProtected } = situation;
  const shared = sharedInodes(present);
  const kept = keptDirectories(situation);
  const blockedRoots = new Set<BytePath>();
  const blocked: BytePath[] = [];
  const obstacles: Extract<Action, { kind: 'remove' | 'rmdir' }>[] = [];
  const leftOver: Extract<Action, { kind: 'remove' | 'rmdir' }>[] = [];
  const directories: Action[] = [];
  const files: Action[] = [];
  const metadata: Action[] = [];

  for (const [path, after] of target.entries) {
    if (path === '' || isProtected(after)) {
      continue;
    }
    const before = present.get(path);
    // A directory that can't go keeps its place, and a blocked directory blocks all below it.
    if (blockedRoots.has(parentOf(path)) || (isDirectory(before) && !isDirectory(after) && kept.has(path))) {
      blockedRoots.add(path);
      blocked.push(path);
    } else if (!isDirectory(after)) {
      const action = fileAction(situation, shared, before, after);
      if (action !== null) {
        (action.kind === 'metadata' ? metadata : files).push(action);
      }
    } else if (!isDirectory(before)) {
      directories.push({ kind: 'mkdir', path, after });
    }
  }

  for (const [path, before] of present) {
    if (path === '' || isProtected(before)) {
      continue;
    }
    const after = target.entries.get(path);
    const stays = after !== undefined && isDirectory(after) === isDirectory(before);
    if (stays || (isDirectory(before) && kept.has(path))) {
      continue;
    }
    const action: (typeof leftOver)[number] = isDirectory(before)
      ? { kind: 'rmdir', path, before }
      : { kind: 'remove', path, before };
    (stands(path, target, present) ? obstacles : leftOver).push(action);
  }

  const changes = [
    ...obstacles.sort(deepFirst),
    ...directories.sort(shallowFirst),
    ...files,
    ...leftOver.sort(deepFirst),
    ...metadata
  ];
  return { actions: [...changes, ...settle(situation, changes).sort(deepFirst)], blocked };
}

/** Whether what is at the path must go before something else of the snapshot can come. */
function stands(path: BytePath, target: Manifest, present: ReadonlyMap<BytePath, ManifestEntry>): boolean {
  for (let at = path; at !== ''; at = parentOf(at)) {
    const after = target.entries.get(at);
    if (after !== undefined && isDirectory(after) !== isDirectory(present.get(at))) {
      return true;
    }
  }
  return false;
}

/** The final word on every directory that differs or in which something happens (which changes its time). */
function settle(situation: Situation, changes: readonly Action[]): Action[] {
  const { present, target, isProtected, canChown } = situation;
  const gone = new Set<BytePath>();
  const touched = new Set<BytePath>();
  for (const action of changes) {
    if (action.kind !== 'metadata') {
      touched.add(parentOf(action.path));
    }
    if (action.kind === 'mkdir') {
      touched.add(action.path);
    } else if (action.kind === 'rmdir') {
      gone.add(action.path);
    }
  }
  const actions: Action[] = [];
  for (const path of new Set([...present.keys(), ...target.entries.keys()])) {
    const found = present.get(path);
    const before = isDirectory(found) ? (found ?? null) : null;
    const wanted = target.entries.get(path);
    // A directory that stays only because of something protected inside gets back what it had.
    const after = wanted?.type === 'directory' ? wanted : gone.has(path) ? null : before;
    if (after === null || isProtected(after) || (before === null && !touched.has(path))) {
      continue;
    }
    if (touched.has(path) || (before !== null && !sameMetadata(before, after, canChown))) {
      actions.push({ kind: 'settle', path, before, after });
    }
  }
  return actions;
}
