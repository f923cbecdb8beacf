/** Commands that only show, copy, cancel or look again. */
import { problem } from '../../contract';
import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';
import { OneSnapshotArgs, OneVolumeArgs, OperationArgs, parseArgs, ShowVolumeArgs } from './commandArguments';
import type { ICommandContext } from './commandContext';
import { snapshotAsked, unended } from './openRow';
import { CANCELLED, type Outcome } from './outcome';
import { pickOne } from './pickOne';
import { RefusedError } from './problemOf';
import { chooseVolume, loadModel } from './targets';

type Args = ReadonlyPartialJSONObject;

export async function cancelOperation(context: ICommandContext, args: Args): Promise<Outcome> {
  const { operation } = parseArgs(OperationArgs, args, context.trans);
  const asked = operation ?? (await pickOperation(context));
  if (asked === null) {
    return CANCELLED;
  }
  const cancelled = await context.datamark.api.cancelOperation(asked);
  return { outcome: 'done', operation: cancelled.id, state: cancelled.state };
}

async function pickOperation({ datamark, trans }: ICommandContext): Promise<string | null> {
  const running = unended(await datamark.api.operations());
  const possible = running.filter(({ cancel }) => cancel.available);
  if (possible.length === 0) {
    const off = running.find(({ cancel }) => !cancel.available)?.cancel;
    throw new RefusedError(
      problem('operation-not-found', {
        detail: off?.available === false ? off.reason : trans.__('Nothing is running.'),
        next: off?.available === false ? off.fix : trans.__('What runs stands at the foot of the panel.')
      })
    );
  }
  const question = { title: trans.__('Cancel which operation?'), accept: trans.__('Cancel operation') };
  const { operationWords } = await import('../panel/footer/footerWords');
  return (await pickOne(question, possible, one => operationWords(one, trans)))?.id ?? null;
}

export async function showVolume(context: ICommandContext, args: Args): Promise<Outcome> {
  const { datamark, trans } = context;
  const asked = parseArgs(ShowVolumeArgs, args, trans);
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
  const path = [volume.browsePath, asked.folder ?? ''].filter(part => part !== '').join('/');
  await context.showFolder(path);
  return { outcome: 'done', volume: volume.id, path };
}

export async function lookElsewhere(context: ICommandContext, args: Args): Promise<Outcome> {
  const { datamark, trans } = context;
  const asked = parseArgs(OneVolumeArgs, args, trans);
  const volume = chooseVolume(datamark.model, await loadModel(datamark.model, trans), asked.volume, null, trans);
  if (volume.elsewhere === undefined || volume.elsewhere.state === 'shown') {
    throw new RefusedError(
      problem('not-supported', {
        detail: trans.__('All snapshots of %1 are shown.', volume.name),
        next: trans.__('There is nothing more to look for.'),
        object: volume.id
      })
    );
  }
  await datamark.api.lookElsewhere(volume.id, context.newKey());
  return { outcome: 'started', volume: volume.id };
}

export async function copyName(context: ICommandContext, args: Args): Promise<Outcome> {
  const asked = parseArgs(OneSnapshotArgs, args, context.trans);
  const snapshot = snapshotAsked(context.datamark.model, asked.snapshot, context.trans);
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
