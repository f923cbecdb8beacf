/** Commands that only show, copy, cancel or look again. */
import { problem } from '../../contract';
import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';
import { OneSnapshotArgs, OneVolumeArgs, OperationArgs, parseArgs } from './commandArguments';
import type { ICommandContext } from './commandContext';
import type { Outcome } from './outcome';
import { RefusedError } from './problemOf';
import { chooseVolume, loadModel } from './targets';

type Args = ReadonlyPartialJSONObject;

export async function cancelOperation(context: ICommandContext, args: Args): Promise<Outcome> {
  const { operation } = parseArgs(OperationArgs, args, context.trans);
  const cancelled = await context.datamark.api.cancelOperation(operation);
  return { outcome: 'done', operation: cancelled.id, state: cancelled.state };
}

export async function showVolume(context: ICommandContext, args: Args): Promise<Outcome> {
  const { datamark, trans } = context;
  const asked = parseArgs(OneVolumeArgs, args, trans);
  const volume = chooseVolume(datamark.model, await loadModel(datamark.model, trans), asked.volume, null, trans);
  if (volume.browsePath === null) {
    throw new RefusedError(
      problem('not-supported', {
        detail: trans.__('%1 lies outside the folder that this server shows.', volume.name),
        next: trans.__('Open it in a terminal: %1', volume.mountPath),
        object: volume.id
      })
    );
  }
  await context.showFolder(volume.browsePath);
  return { outcome: 'done', volume: volume.id, path: volume.browsePath };
}

export async function copyName(context: ICommandContext, args: Args): Promise<Outcome> {
  const { snapshot } = parseArgs(OneSnapshotArgs, args, context.trans);
  await context.copyText(snapshot);
  context.announcer.info(context.trans.__('The name is on the clipboard: %1', snapshot));
  return { outcome: 'done', snapshot };
}

export async function refresh(context: ICommandContext): Promise<Outcome> {
  const { model } = context.datamark;
  await model.refresh();
  return { outcome: 'done', connection: model.connection.state };
}

export async function showStatus(context: ICommandContext): Promise<Outcome> {
  const { model } = context.datamark;
  if (model.connection.state === 'idle') {
    await model.refresh();
  }
  const { showStatusReport } = await import('../dialogs/statusReport');
  await showStatusReport(model, context.copyText, context);
  return { outcome: 'done', connection: model.connection.state };
}
