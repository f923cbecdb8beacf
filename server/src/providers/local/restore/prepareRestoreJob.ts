/**
 * Job: everything of a restore that changes nothing live. Decides the actions anew from the safety snapshot, stages
 * and checks the files, writes the journal. Cancelled or failed, it removes what it made.
 */
import { ProblemError } from '../../../problemError';
import type { Job } from '../job';
import type { TreeMethod } from '../snapshotRecord';
import { Store } from '../store';
import { writeJournal, writeProgress } from './journal';
import { actionsBetween, manifestOf } from './situation';
import { stageFiles } from './stage';
import { syncDirectory } from '../atomicFile';
import { Workspace } from './workspace';
import { countChanges } from './countChanges';
import type { RestoreChanges } from '../../../../../contract';

/** What `prepareRestore` needs to know. */
export interface PrepareRestore {
  readonly root: string;
  readonly id: string;
  /** Directory of the restore in the store. */
  readonly directory: string;
  readonly snapshot: string;
  readonly safetySnapshot: string;
  readonly keptFolder: string;
  readonly method: TreeMethod;
}

/** Makes everything ready for `applyRestore`. */
export const prepareRestore: Job<PrepareRestore, RestoreChanges> = async (context, input) => {
  const store = new Store(input.root);
  const workspace = new Workspace(input.directory);
  try {
    await context.step('restore:prepare');
    const target = manifestOf(store, input.snapshot);
    const safety = manifestOf(store, input.safetySnapshot);
    const present = { entries: safety.entries, omitted: [...safety.omitted], tree: store.tree(input.safetySnapshot) };
    const { actions } = await actionsBetween(context, present, safety.exclude, target, store.tree(input.snapshot));
    workspace.create();
    const staged = await stageFiles(context, {
      actions,
      tree: store.tree(input.snapshot),
      snapshot: input.snapshot,
      workspace,
      method: input.method === 'reflink' ? 'reflink' : 'copy'
    });
    syncDirectory(workspace.stage);
    await context.step('restore:staged');
    const { id, snapshot, safetySnapshot, keptFolder } = input;
    writeJournal(input.directory, { id, snapshot, safetySnapshot, keptFolder }, actions, staged);
    writeProgress(input.directory, {
      stage: 'forward',
      failure: null,
      asBefore: false,
      left: [],
      changedMeanwhile: [],
      unsettled: [],
      kept: []
    });
    await context.step('restore:journal');
    return countChanges(actions);
  } catch (error) {
    workspace.clear();
    throw error instanceof ProblemError || !context.signal.aborted ? error : context.signal.reason;
  }
};
