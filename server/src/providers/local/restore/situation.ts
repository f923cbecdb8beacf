/** Reads what the planner needs: the live tree or a snapshot's manifest, and which contents are equal. For the worker. */
import * as fs from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { ProblemError } from '../../../problemError';
import { joinBytePath, toBytePath, toSystemPath, type BytePath } from '../bytePath';
import { excludePatterns } from '../excludePatterns';
import type { JobContext } from '../job';
import { ManifestError, readManifest, unchangedSince, type Manifest, type ManifestEntry } from '../manifest';
import type { Omitted } from '../omissions';
import type { Store } from '../store';
import { errorCode, isGone } from '../systemProblem';
import { walkTree } from '../walkTree';
import { equalFiles } from './compareContent';
import { canChown } from './metadata';
import { planActions, type PlannedActions } from './planActions';
import { protectedPaths, unknownPaths, type Protects } from './protectedPaths';
import { undecided } from './sameFile';

/** A tree to restore from or to, and how to read it. */
export interface Present {
  readonly entries: Map<BytePath, ManifestEntry>;
  readonly omitted: Omitted[];
  /** Absolute path of the tree. */
  readonly tree: string;
}

/** A pause after so many entries, in which cancelling is noticed. */
const BATCH = 1024;

/** A snapshot's manifest. Throws `store-corrupt` where it is damaged, `snapshot-not-found` where it is gone. */
export function manifestOf(store: Store, snapshot: string): Manifest {
  try {
    return readManifest(store.manifest(snapshot));
  } catch (error) {
    if (isGone(error)) {
      throw new ProblemError('snapshot-not-found', {
        detail: `There is no snapshot ${snapshot} any more.`,
        next: 'Choose another snapshot.',
        object: snapshot
      });
    }
    if (error instanceof ManifestError) {
      throw new ProblemError(
        'store-corrupt',
        {
          detail: `The list of files of ${snapshot} is damaged: ${error.message}`,
          next: 'Restore another snapshot, or copy single files from this one.',
          object: snapshot
        },
        { cause: error }
      );
    }
    throw error;
  }
}

const canRead = (path: BytePath): boolean => {
  try {
    fs.accessSync(toSystemPath(path), fs.constants.R_OK);
    return true;
  } catch (error) {
    if (['EACCES', 'EPERM', 'EIO'].includes(errorCode(error) ?? '')) {
      return false;
    }
    return true;
  }
};

/** The live tree as a snapshot would take it now: what can't be read counts as left out. */
export async function walkPresent(
  context: JobContext,
  root: string,
  exclude: readonly string[],
  target: Manifest
): Promise<Present> {
  const entries = new Map<BytePath, ManifestEntry>();
  const omitted: Omitted[] = [];
  const onOmitted = (one: Omitted): void => void omitted.push(one);
  for (const entry of walkTree({ root, volume: true, excludes: excludePatterns(exclude), onOmitted })) {
    if (
      entry.type === 'file' &&
      !unchangedSince(target, entry) &&
      !canRead(joinBytePath(toBytePath(root), entry.path))
    ) {
      onOmitted({ path: entry.path, reason: 'unreadable' });
    } else {
      entries.set(entry.path, entry);
    }
    if (entries.size % BATCH === 0) {
      context.progress('Looking at the files', entries.size, undefined, 'files');
      await nextTurn();
      context.signal.throwIfAborted();
    }
  }
  return { entries, omitted, tree: root };
}

/** Reads the files that may or may not be equal. */
async function compareUndecided(
  context: JobContext,
  present: Present,
  target: Manifest,
  targetTree: string,
  isProtected: Protects
): Promise<Set<BytePath>> {
  const equal = new Set<BytePath>();
  const [left, right] = [toBytePath(present.tree), toBytePath(targetTree)];
  const paths = [...undecided(present.entries, target)].filter(path => !isProtected({ path, type: 'file' }));
  for (const [index, path] of paths.entries()) {
    const [a, b] = [toSystemPath(joinBytePath(left, path)), toSystemPath(joinBytePath(right, path))];
    if (equalFiles(a, b, context.signal)) {
      equal.add(path);
    }
    if (index % 64 === 0) {
      context.progress('Comparing files', index, paths.length, 'files');
      await nextTurn();
      context.signal.throwIfAborted();
    }
  }
  return equal;
}

/** The actions that bring `present` to the target. `exclude`: patterns that were in force when `present` was read. */
export async function actionsBetween(
  context: JobContext,
  present: Present,
  exclude: readonly string[],
  target: Manifest,
  targetTree: string
): Promise<PlannedActions & { readonly isProtected: Protects }> {
  const isProtected = protectedPaths(present, target, exclude);
  const sameContent = await compareUndecided(context, present, target, targetTree, isProtected);
  const planned = planActions({
    present: present.entries,
    target,
    sameContent,
    isProtected,
    omitted: unknownPaths(present.omitted),
    canChown: canChown()
  });
  return { ...planned, isProtected };
}
