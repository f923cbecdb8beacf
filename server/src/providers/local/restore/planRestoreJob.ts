/** Job: what a restore would change now, what forbids it and what to know. Reads only. */
import * as fs from 'node:fs';
import type { Blocker, RestoreChanges } from '../../../../../contract';
import { displayPath, parentOf, type BytePath } from '../bytePath';
import { sizeWords } from '../../../sizeWords';
import type { Job } from '../job';
import type { Manifest } from '../manifest';
import type { TreeMethod } from '../snapshotRecord';
import { Store } from '../store';
import type { Action } from './actions';
import { bytesToStage, countChanges, files, limitsOf, nameSome } from './countChanges';
import { canChown } from './metadata';
import { findOpenFiles } from '../openFiles';
import { unknownPaths } from './protectedPaths';
import { actionsBetween, manifestOf, walkPresent, type Present } from './situation';

/** What `planRestore` needs to know. */
export interface PlanRestore {
  readonly root: string;
  readonly volumeName: string;
  readonly snapshot: string;
  readonly exclude: readonly string[];
  readonly method: TreeMethod;
}

/** What a plan says beyond its validity. */
export interface PlannedRestore {
  readonly changes: RestoreChanges;
  readonly blockers: Blocker[];
  readonly warnings: string[];
}

const OPEN_FILES_MS = 1_500;
/** Left free on the disk besides what is staged, for the journal and the safety snapshot's directories. */
const MARGIN_BYTES = 8 << 20;

function spaceBlocker(input: PlanRestore, actions: readonly Action[]): Blocker[] {
  const needed = (input.method === 'reflink' ? 0 : bytesToStage(actions)) + MARGIN_BYTES;
  const stat = fs.statfsSync(input.root);
  const free = stat.bavail * stat.bsize;
  return free >= needed
    ? []
    : [
        {
          kind: 'disk-space',
          object: input.volumeName,
          message: `${input.volumeName} has ${sizeWords(free)} free, and the restored files need ${sizeWords(needed)} before the old ones go.`,
          fix: 'Delete files or old snapshots, or clone the snapshot to another place.',
          by: null,
          since: null
        }
      ];
}

function mountBlockers(present: Present, actions: readonly Action[]): Blocker[] {
  const device = present.entries.get('')?.dev;
  const foreign = new Set<BytePath>();
  for (const { path, kind } of actions) {
    for (let at = kind === 'settle' ? path : parentOf(path); at !== ''; at = parentOf(at)) {
      const entry = present.entries.get(at);
      if (entry !== undefined && entry.dev !== device && present.entries.get(parentOf(at))?.dev === device) {
        foreign.add(at);
      }
    }
  }
  return [...foreign].map(path => ({
    kind: 'mount',
    object: displayPath(path),
    message: `${displayPath(path)} is another file system, mounted inside the volume.`,
    fix: 'Unmount it, or leave it out of snapshots with an exclude pattern.',
    by: null,
    since: null
  }));
}

function protectionWarnings(present: Present, target: Manifest): string[] {
  const unknown = unknownPaths(present.omitted);
  const missing = unknownPaths(target.omitted).filter(path => present.entries.has(path));
  return [
    ...(unknown.length > 0 ? [`What can’t be read or copied now stays as it is: ${nameSome(unknown)}.`] : []),
    ...(missing.length > 0
      ? [`What the snapshot could not take when it was made stays as it is now: ${nameSome(missing)}.`]
      : [])
  ];
}

async function openFileWarnings(root: string, actions: readonly Action[]): Promise<string[]> {
  const open = await findOpenFiles(root, OPEN_FILES_MS);
  const concerned = new Set(actions.flatMap(action => (action.kind === 'settle' ? [] : [action.path])));
  const programs = new Map<string, BytePath[]>();
  for (const file of open.files) {
    if (file.path !== null && concerned.has(file.path)) {
      const program = `${file.process} (process ${file.pid})`;
      programs.set(program, [...new Set([...(programs.get(program) ?? []), file.path])]);
    }
  }
  return [
    ...[...programs].map(
      ([program, paths]) =>
        `${program} has ${files(paths.length)} open that would change: ${nameSome(paths)}. It goes on with the old content until it opens ${paths.length === 1 ? 'it' : 'them'} again.`
    ),
    ...(open.complete ? [] : ['Whether programs have files open could not be looked up completely.'])
  ];
}

/** Makes the plan. */
export const planRestore: Job<PlanRestore, PlannedRestore> = async (context, input) => {
  await context.step('restore:plan');
  const store = new Store(input.root);
  const target = manifestOf(store, input.snapshot);
  const present = await walkPresent(context, input.root, input.exclude, target);
  const { actions, blocked } = await actionsBetween(
    context,
    present,
    input.exclude,
    target,
    store.tree(input.snapshot)
  );
  const owner = canChown() ? null : { uid: process.getuid?.() ?? -1, gid: process.getgid?.() ?? -1 };
  return {
    changes: countChanges(actions),
    blockers: [...spaceBlocker(input, actions), ...mountBlockers(present, actions)],
    warnings: [
      ...(actions.length === 0 ? ['Nothing differs from the snapshot.'] : []),
      ...(await openFileWarnings(input.root, actions)),
      ...limitsOf(actions, blocked, target, owner),
      ...protectionWarnings(present, target)
    ]
  };
};
