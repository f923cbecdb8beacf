/**
 * Job: carries a prepared restore out, checks it, and brings out what others changed meanwhile; if anything fails it
 * goes back. Started again after a kill it goes on in the direction it went, from where it was.
 */
import { join } from 'node:path';
import { ProblemError } from '../../../problemError';
import { readJsonFile } from '../atomicFile';
import { displayPath, type BytePath } from '../bytePath';
import type { Job, JobContext } from '../job';
import { Store } from '../store';
import { errorCode } from '../systemProblem';
import { InsideRoot } from './insideRoot';
import { keepChanged } from './keepChanged';
import {
  JournalError,
  Progress,
  progressFile,
  readJournal,
  writeProgress,
  type Journal,
  type JournalAction
} from './journal';
import { findOpenFiles } from '../openFiles';
import { protectedPaths } from './protectedPaths';
import { differsFromBefore, rollBack } from './rollBack';
import { manifestOf } from './situation';
import { carryOut, type Scene } from './swap';
import { thinnedSteps } from './thinnedSteps';
import { verify } from './verify';
import { Workspace } from './workspace';

/** What `applyRestore` needs to know; all else is in the journal. */
export interface ApplyRestore {
  readonly root: string;
  /** Directory of the restore in the store. */
  readonly directory: string;
}

/** A check found the restored tree wrong. */
class VerificationError extends Error {
  override readonly name = 'VerificationError';
}

/** The journal or the progress can't be read, so nothing is done. */
const unreadable = (directory: string, why: string, safetySnapshot: string | null): ProblemError =>
  new ProblemError('store-corrupt', {
    detail: `The journal of a restore, ${directory}, can’t be read: ${why}`,
    next:
      safetySnapshot === null
        ? 'The data from before is in the newest safety snapshot.'
        : `The data from before is in the safety snapshot ${safetySnapshot}: restore it.`,
    object: safetySnapshot
  });

const WORDS: Record<JournalAction['kind'], string> = {
  write: 'Putting the files in place',
  mkdir: 'Putting the files in place',
  remove: 'Taking away what came since',
  rmdir: 'Taking away what came since',
  metadata: 'Setting permissions and times',
  settle: 'Setting permissions and times'
};

/** Carries out all actions; fills `left` and `unsettled`. */
async function goForward(
  context: JobContext,
  scene: Scene,
  journal: Journal,
  progress: Progress
): Promise<Set<BytePath>> {
  const left = new Set<BytePath>();
  for (const action of journal.actions) {
    context.progress(WORDS[action.kind], action.number, journal.actions.length, 'files');
    const outcome = await carryOut(scene, action);
    if (outcome === 'left') {
      left.add(action.path);
      if (action.kind !== 'rmdir' && action.kind !== 'settle') {
        progress.left.push(displayPath(action.path));
      }
    } else if (outcome === 'unsettled') {
      progress.unsettled.push(displayPath(action.path));
    }
  }
  return left;
}

function check(input: ApplyRestore, journal: Journal, left: ReadonlySet<BytePath>, progress: Progress): void {
  const store = new Store(input.root);
  const target = manifestOf(store, journal.header.snapshot);
  const safety = manifestOf(store, journal.header.safetySnapshot);
  const isProtected = protectedPaths(safety, target, safety.exclude);
  const { failures, changedMeanwhile } = verify({
    root: input.root,
    target,
    safety,
    actions: journal.actions,
    isProtected,
    left
  });
  const [first] = failures;
  if (first !== undefined) {
    throw new VerificationError(
      `${displayPath(first.path)} is ${first.why}${failures.length > 1 ? `, and ${failures.length - 1} more are wrong` : ''}`
    );
  }
  progress.changedMeanwhile = changedMeanwhile.map(displayPath);
}

async function forward(context: JobContext, input: ApplyRestore, scene: Scene, journal: Journal): Promise<Progress> {
  const progress: Progress = { ...EMPTY, left: [], unsettled: [] };
  let checking = false;
  try {
    const left = await goForward(context, scene, journal, progress);
    checking = true;
    context.progress('Checking the restored files');
    await context.step('restore:verify');
    check(input, journal, left, progress);
    return { ...progress, stage: 'keeping' };
  } catch (error) {
    // Stopped, not failed: what is left is done at the next start.
    if (context.signal.aborted) {
      throw error;
    }
    const words = error instanceof Error ? error.message : String(error);
    return { ...EMPTY, stage: 'back', failure: { code: errorCode(error), words, verification: checking } };
  }
}

const EMPTY: Progress = {
  stage: 'forward',
  failure: null,
  asBefore: false,
  left: [],
  changedMeanwhile: [],
  unsettled: [],
  kept: []
};

async function back(context: JobContext, scene: Scene, journal: Journal, progress: Progress): Promise<Progress> {
  context.progress('Putting everything back as it was');
  await rollBack(scene, journal);
  const differs = differsFromBefore(scene, journal);
  return { ...progress, stage: 'keeping', asBefore: differs.length === 0, left: differs.map(displayPath) };
}

/** Writes where it stands. On a full disk the reserve makes room for it. */
function save(input: ApplyRestore, workspace: Workspace, progress: Progress): Progress {
  if (progress.stage !== 'forward') {
    workspace.freeReserve();
  }
  writeProgress(input.directory, progress);
  return progress;
}

async function beingWritten(root: string): Promise<Set<string>> {
  const { files } = await findOpenFiles(root, 1_500);
  return new Set(files.filter(file => file.writable).map(file => file.inode));
}

function readAll(input: ApplyRestore): { journal: Journal; progress: Progress } {
  let journal: Journal | null;
  try {
    journal = readJournal(input.directory);
  } catch (error) {
    if (error instanceof JournalError) {
      throw unreadable(input.directory, error.message, null);
    }
    throw error;
  }
  if (journal === null) {
    throw unreadable(input.directory, 'there is none.', null);
  }
  const progress = readJsonFile(progressFile(input.directory), Progress);
  if (progress.state !== 'read') {
    throw unreadable(
      join(input.directory, 'progress.json'),
      progress.state === 'corrupt' ? progress.why : 'it is missing.',
      journal.header.safetySnapshot
    );
  }
  return { journal, progress: progress.value };
}

/** Carries a restore to its end, whichever it is. Throws where it was stopped or can't go on. */
export const applyRestore: Job<ApplyRestore, Progress> = async (context, input) => {
  const { journal, progress: found } = readAll(input);
  const workspace = new Workspace(input.directory);
  const scene: Scene = {
    root: new InsideRoot(input.root),
    workspace,
    step: thinnedSteps(context),
    untouched: new Map()
  };
  let progress = found;
  if (progress.stage === 'forward') {
    await context.step('restore:begin');
    progress = save(input, workspace, await forward(context, input, scene, journal));
    await context.step('restore:decided');
  }
  if (progress.stage === 'back') {
    progress = save(input, workspace, await back(context, scene, journal, progress));
    await context.step('restore:taken-back');
  }
  if (progress.stage === 'keeping') {
    const safetyTree = new Store(input.root).tree(journal.header.safetySnapshot);
    const written = await beingWritten(input.root);
    const kept = await keepChanged({ scene, journal, safetyTree, beingWritten: written });
    progress = save(input, workspace, { ...progress, stage: 'done', kept });
    await context.step('restore:done');
  }
  workspace.clear();
  return progress;
};
