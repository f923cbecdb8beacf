/** Commands about clones: make one of a snapshot or of a volume as it is now, open one, delete one. */
import { type Clone, type CreateClone, problem, type Volume } from '../../contract';
import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';
import { CloneSnapshotArgs, CloneVolumeArgs, OneCloneArgs, parseArgs } from './commandArguments';
import type { ICommandContext } from './commandContext';
import { snapshotAsked } from './openRow';
import { CANCELLED, type Outcome } from './outcome';
import { pickOne } from './pickOne';
import { RefusedError } from './problemOf';
import { chooseVolume, loadModel } from './targets';

type Args = ReadonlyPartialJSONObject;

export async function cloneSnapshot(context: ICommandContext, args: Args): Promise<Outcome> {
  const { datamark, trans } = context;
  const asked = parseArgs(CloneSnapshotArgs, args, trans);
  const snapshot = await datamark.api.snapshot(snapshotAsked(datamark.model, asked.snapshot, trans));
  const { snapshotLabel } = await import('../dialogs/words');
  return make(context, asked.name, { label: snapshotLabel(snapshot), ...snapshot }, (body, key) =>
    datamark.api.cloneSnapshot(snapshot.name, body, key)
  );
}

export async function cloneVolume(context: ICommandContext, args: Args): Promise<Outcome> {
  const { datamark, documents, trans } = context;
  const asked = parseArgs(CloneVolumeArgs, args, trans);
  const volumes = await loadModel(datamark.model, trans);
  const volume = chooseVolume(datamark.model, volumes, asked.volume, documents.currentNotebook(), trans);
  const source = { label: null, volume: volume.id, volumeName: volume.name };
  return make(context, asked.name, source, (body, key) => datamark.api.cloneVolume(volume.id, body, key));
}

async function make(
  context: ICommandContext,
  name: string | undefined,
  source: { readonly label: string | null; readonly volume: string; readonly volumeName: string },
  request: (body: CreateClone, key: string) => ReturnType<ICommandContext['datamark']['api']['cloneVolume']>
): Promise<Outcome> {
  const { model } = context.datamark;
  let chosen = name;
  if (chosen === undefined && context.settings.current.askForCloneName) {
    const volumes = await loadModel(model, context.trans);
    const { askCloneName, suggestCloneName } = await import('../dialogs/nameClone');
    const taken = model.clones.state === 'ready' ? model.clones.items : [];
    const answer = await askCloneName({
      source: source.label,
      volumeName: source.volumeName,
      folder: cloneFolder(
        context,
        volumes.find(volume => volume.id === source.volume)
      ),
      name: suggestCloneName(source.label ?? source.volumeName, context.now()),
      taken,
      trans: context.trans
    });
    if (answer === null) {
      return CANCELLED;
    }
    chosen = answer;
  }
  const clone = await request(chosen === undefined ? {} : { name: chosen }, context.newKey());
  context.announcer.clone(clone);
  return { outcome: 'started', clone: clone.id, path: clone.browsePath };
}

/** On this computer clones lie in one folder of their volume; a cluster makes them volumes of their own. */
function cloneFolder(context: ICommandContext, volume: Volume | undefined): string | null {
  const { connection } = context.datamark.model;
  return volume !== undefined && connection.state === 'online' && connection.status.provider.kind === 'local'
    ? `${volume.mountPath}/datamark-clones`
    : null;
}

/** The clone asked for; else the only one, or the one that a person picks. Null: none was picked. */
async function findClone(
  context: ICommandContext,
  id: string | undefined,
  question: { readonly title: string; readonly accept: string }
): Promise<Clone | null> {
  const { datamark, trans } = context;
  const clones = await datamark.api.clones();
  if (id === undefined) {
    if (clones.length === 0) {
      throw new RefusedError(
        problem('clone-not-found', {
          detail: trans.__('There is no clone here.'),
          next: trans.__('Clone a volume or a snapshot first.')
        })
      );
    }
    return pickOne(question, clones, clone => trans.__('%1, clone of %2', clone.name, clone.source.volumeName));
  }
  const found = clones.find(clone => clone.id === id);
  if (found === undefined) {
    throw new RefusedError(
      problem('clone-not-found', {
        detail: trans.__('There is no clone %1.', id),
        next: trans.__('Look at the list of clones in the panel.'),
        object: id
      })
    );
  }
  return found;
}

export async function openClone(context: ICommandContext, args: Args): Promise<Outcome> {
  const { trans } = context;
  const asked = parseArgs(OneCloneArgs, args, trans);
  const question = { title: trans.__('Open which clone?'), accept: trans.__('Open') };
  const clone = await findClone(context, asked.clone, question);
  if (clone === null) {
    return CANCELLED;
  }
  if (clone.path === null) {
    return openElsewhere(context, clone);
  }
  if (clone.browsePath === null) {
    throw new RefusedError(
      problem('not-supported', {
        detail: trans.__('%1 lies outside the folder that this server shows.', clone.name),
        next: trans.__('Open it in a terminal: %1', clone.path),
        object: clone.id
      })
    );
  }
  await context.showFolder(clone.browsePath);
  return { outcome: 'done', clone: clone.id, path: clone.browsePath };
}

/** A clone that this server does not mount: offers a server that does, where the platform can start one. */
async function openElsewhere(context: ICommandContext, clone: Clone): Promise<Outcome> {
  const { datamark, trans } = context;
  const { connection } = datamark.model;
  const { askUnmounted, mountAddress } = await import('../dialogs/unmountedClone');
  const address = mountAddress(connection.state === 'online' ? connection.status.platform : null, clone);
  const answer = await askUnmounted(clone, address, trans);
  if (answer === 'copy') {
    await context.copyText(clone.id);
    context.announcer.info(trans.__('The name is on the clipboard: %1', clone.id));
  } else if (answer === 'open' && address !== null) {
    context.openPage(address);
  }
  return answer === null ? CANCELLED : { outcome: 'done', clone: clone.id, path: null };
}

/** Always asks; the answer of the dry run is shown first. */
export async function deleteClone(context: ICommandContext, args: Args): Promise<Outcome> {
  const { datamark, trans } = context;
  const asked = parseArgs(OneCloneArgs, args, trans);
  const question = { title: trans.__('Delete which clone?'), accept: trans.__('Delete…') };
  const clone = await findClone(context, asked.clone, question);
  if (clone === null) {
    return CANCELLED;
  }
  const plan = await datamark.api.planCloneDelete(clone.id);
  const { askDelete, cloneSubject } = await import('../dialogs/deleteObject');
  if (!(await askDelete(cloneSubject(clone, context), plan, context))) {
    return plan.allowed ? CANCELLED : { outcome: 'done', clone: clone.id, state: 'kept' };
  }
  await datamark.api.deleteClone(clone.id, plan.uid);
  return { outcome: 'started', clone: clone.id };
}
