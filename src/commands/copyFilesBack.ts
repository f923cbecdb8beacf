/** Copies chosen files of a snapshot back, beside the present ones: which ones, then the plan, then the folder. */
import { RESTORE_PATHS_MAX, type Snapshot, type Volume } from '../../contract';
import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';
import { addPathLines, pathsIn, tooMany } from '../dialogs/pathLines';
import { itemsOf } from '../model/listState';
import { FilesBackArgs, parseArgs } from './commandArguments';
import type { ICommandContext } from './commandContext';
import { snapshotAsked } from './openRow';
import { CANCELLED, type Outcome } from './outcome';
import { askForRestore, snapshotFacts } from './restoreCommands';
import { loadModel } from './targets';

export async function copyFilesBack(context: ICommandContext, args: ReadonlyPartialJSONObject): Promise<Outcome> {
  const { api, model } = context.datamark;
  const asked = parseArgs(FilesBackArgs, args, context.trans);
  const name = snapshotAsked(model, asked.snapshot, context.trans);
  await loadModel(model, context.trans);
  const snapshot = await api.snapshot(name);
  const volume = itemsOf(model.volumes).find(({ id }) => id === snapshot.volume);
  const paths = await choosePaths(context, snapshot, volume, asked.paths);
  if (paths === null) {
    return CANCELLED;
  }
  return askForRestore(context, {
    volume: snapshot.volume,
    volumeName: snapshot.volumeName,
    snapshot: snapshot.name,
    snapshotCreatedAt: snapshot.createdAt,
    facts: await snapshotFacts(context, snapshot),
    undo: false,
    files: paths,
    makePlan: () =>
      api.createRestore({ snapshot: snapshot.name, strategy: 'files', paths: [...paths] }, context.newKey())
  });
}

/** Asks until the person is content; JupyterLab shows one dialog at a time, so that its file browser stands between. */
async function choosePaths(
  context: ICommandContext,
  snapshot: Snapshot,
  volume: Volume | undefined,
  given: readonly string[] | undefined
): Promise<readonly string[] | null> {
  const { trans, pickPaths, datamark } = context;
  const { askFiles } = await import('../dialogs/chooseFiles');
  const { snapshotLabel } = await import('../dialogs/words');
  const root = { volumeName: snapshot.volumeName, mountPath: volume?.mountPath ?? null };
  const browsePath = volume?.browsePath ?? null;
  const inVolume = (paths: readonly string[]): string[] =>
    pathsIn(
      browsePath,
      paths.filter(path => datamark.model.volumeOfPath(path)?.id === snapshot.volume)
    );
  let text = addPathLines('', given ?? few(context, inVolume(context.selectedPaths())), root);
  for (;;) {
    const answer = await askFiles({
      ...root,
      snapshotLabel: snapshotLabel(snapshot),
      text,
      browser: pickPaths !== null && browsePath !== null,
      trans
    });
    if (answer === null || answer.answer === 'paths') {
      return answer?.paths ?? null;
    }
    ({ text } = answer);
    const picked = (await pickPaths?.(browsePath ?? '')) ?? [];
    const found = inVolume(picked);
    if (found.length < picked.length) {
      context.announcer.info(trans.__('Only what lies inside %1 was added.', snapshot.volumeName));
    }
    text = addPathLines(text, few(context, found), root);
  }
}

/** More than one restore takes would only be in the way: the person names their folder instead. */
function few({ announcer, trans }: ICommandContext, paths: readonly string[]): readonly string[] {
  if (paths.length <= RESTORE_PATHS_MAX) {
    return paths;
  }
  announcer.info(tooMany(trans));
  return [];
}
