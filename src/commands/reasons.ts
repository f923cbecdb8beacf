/**
 * Why a command can't be used now, as one true sentence, or null. Pure: what is not known yet is no reason,
 * because the command looks again when it runs.
 */
import type { Capability, Snapshot, Volume } from '../../contract';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { IDatamarkModel } from '../tokens';
import { itemsOf } from '../model/listState';
import { waitingForServer } from '../model/restoresUnderWay';
import { openedSnapshot, unended } from './openRow';
import { connectionProblem } from './targets';

type Verb = 'snapshot' | 'clone' | 'restore' | 'files' | 'delete' | 'hold';

const off = (capability: Capability): string | null =>
  capability.available ? null : `${capability.reason} ${capability.fix}`.trim();

/** Reasons that lie in the connection or hold for every object. */
export function whyNotAtAll(model: IDatamarkModel, verb: Verb | null, trans: TranslationBundle): string | null {
  const refused = connectionProblem(model.connection, trans);
  if (refused !== null) {
    return `${refused.detail} ${refused.next}`.trim();
  }
  if (verb === null || model.connection.state !== 'online') {
    return null;
  }
  return off(model.connection.status.capabilities[verb]);
}

/** Reasons of one volume. */
export function whyNotVolume(
  model: IDatamarkModel,
  verb: 'snapshot' | 'clone' | 'restore',
  volume: Volume | null,
  trans: TranslationBundle
): string | null {
  return whyNotAtAll(model, verb, trans) ?? (volume === null ? null : off(volume.can[verb]));
}

/** Why there is nothing to look for elsewhere, or null. */
export function whyNotElsewhere(model: IDatamarkModel, volume: Volume | null, trans: TranslationBundle): string | null {
  const all = volume !== null && (volume.elsewhere === undefined || volume.elsewhere.state === 'shown');
  return whyNotAtAll(model, null, trans) ?? (all ? trans.__('All snapshots of %1 are shown.', volume.name) : null);
}

/** Why it is not clear which snapshot is meant, or null. */
export function whyNoSnapshot(model: IDatamarkModel, asked: string | null, trans: TranslationBundle): string | null {
  return asked === null && openedSnapshot(model) === null ? trans.__('Select a snapshot in the timeline first.') : null;
}

function known(model: IDatamarkModel, asked: string | null): Snapshot | null {
  const name = asked ?? openedSnapshot(model);
  return name === null ? null : model.knownSnapshot(name);
}

/** Why a snapshot can't be released, or null. */
export function whyNotRelease(model: IDatamarkModel, asked: string | null, trans: TranslationBundle): string | null {
  const free = known(model, asked)?.heldUntil === null ? trans.__('This snapshot is not held.') : null;
  return whyNotSnapshot(model, 'hold', asked, trans) ?? free;
}

/** Why a snapshot can't be made again, or null. */
export function whyNotRetry(model: IDatamarkModel, asked: string | null, trans: TranslationBundle): string | null {
  const general = whyNotAtAll(model, 'snapshot', trans) ?? whyNoSnapshot(model, asked, trans);
  const snapshot = known(model, asked);
  return (
    general ??
    (snapshot === null || snapshot.state.phase === 'failed'
      ? null
      : trans.__('Only a snapshot that was not created can be made again.'))
  );
}

/** Why no clone can be opened or deleted, or null. A list that nobody keeps up to date is no reason. */
export function whyNotClone(
  model: IDatamarkModel,
  verb: 'delete' | null,
  asked: string | null,
  trans: TranslationBundle
): string | null {
  const { clones, connection } = model;
  const none = connection.state === 'online' && clones.state === 'ready' && clones.items.length === 0;
  return whyNotAtAll(model, verb, trans) ?? (asked === null && none ? trans.__('There is no clone here.') : null);
}

/** Reasons of one snapshot, as far as it is known on this page. */
export function whyNotSnapshot(
  model: IDatamarkModel,
  verb: Verb,
  asked: string | null,
  trans: TranslationBundle
): string | null {
  const general = whyNotAtAll(model, verb, trans) ?? whyNoSnapshot(model, asked, trans);
  const snapshot = known(model, asked);
  if (general !== null || snapshot === null) {
    return general;
  }
  return (
    whyNotInState(snapshot, verb, trans) ??
    (verb === 'restore' || verb === 'files' || verb === 'clone' ? ofVolume(model, snapshot.volume, verb) : null)
  );
}

function whyNotInState(snapshot: Snapshot, verb: Verb, trans: TranslationBundle): string | null {
  switch (snapshot.state.phase) {
    case 'ready':
      return null;
    case 'pending':
      return verb === 'hold' ? null : trans.__('This snapshot is still being made.');
    case 'failed':
      return verb === 'delete' || verb === 'hold' ? null : trans.__('This snapshot was not created.');
    case 'deleting':
      return trans.__('This snapshot is being deleted.');
  }
}

function ofVolume(model: IDatamarkModel, id: string, verb: 'clone' | 'restore' | 'files'): string | null {
  const volume = model.volumes.state === 'ready' ? model.volumes.items.find(one => one.id === id) : undefined;
  return volume === undefined ? null : off(volume.can[verb]);
}

/** Why an operation can't be cancelled, or null. */
export function whyNotCancel(model: IDatamarkModel, id: string | null, trans: TranslationBundle): string | null {
  if (id === null) {
    return whyNotAtAll(model, null, trans) ?? whyNothingToCancel(model, trans);
  }
  const operation = model.operations.find(one => one.id === id);
  return whyNotAtAll(model, null, trans) ?? (operation === undefined ? null : off(operation.cancel));
}

function whyNothingToCancel(model: IDatamarkModel, trans: TranslationBundle): string | null {
  if (model.connection.state !== 'online') {
    return null;
  }
  const running = unended(model.operations);
  const [first] = running;
  if (first === undefined) {
    return trans.__('Nothing is running.');
  }
  return running.some(({ cancel }) => cancel.available) ? null : off(first.cancel);
}

/** Why no server has to stop now, or null. A list that nobody keeps up to date is no reason. */
export function whyNotStop(model: IDatamarkModel, id: string | null, trans: TranslationBundle): string | null {
  const general = whyNotAtAll(model, null, trans);
  if (general !== null || model.connection.state !== 'online' || model.restores.state !== 'ready') {
    return general;
  }
  const waiting = waitingForServer(itemsOf(model.restores), model.operations);
  return waiting.some(one => id === null || one.id === id) ? null : trans.__('No restore waits for this server.');
}

/** Why nothing can be undone, or null. */
export function whyNotUndo(model: IDatamarkModel, id: string | null, trans: TranslationBundle): string | null {
  const general = whyNotAtAll(model, 'restore', trans);
  if (general !== null || model.restores.state !== 'ready') {
    return general;
  }
  const { items } = model.restores;
  if (id === null) {
    return items.some(restore => restore.undo.possible) ? null : trans.__('No restore here can be undone.');
  }
  const restore = items.find(one => one.id === id);
  return restore === undefined || restore.undo.possible ? null : restore.undo.reason;
}
