/**
 * Why a command can't be used now, as one true sentence, or null. Pure: what is not known yet is no reason,
 * because the command looks again when it runs.
 */
import type { Capability, Snapshot, Volume } from '../../contract';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { IDatamarkModel } from '../tokens';
import { connectionProblem } from './targets';

type Verb = 'snapshot' | 'clone' | 'restore' | 'delete' | 'hold';

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

/** Reasons of one snapshot, as far as it is known on this page. */
export function whyNotSnapshot(
  model: IDatamarkModel,
  verb: Verb,
  name: string,
  trans: TranslationBundle
): string | null {
  const general = whyNotAtAll(model, verb, trans);
  const snapshot = model.knownSnapshot(name);
  if (general !== null || snapshot === null) {
    return general;
  }
  return (
    whyNotInState(snapshot, verb, trans) ??
    (verb === 'restore' || verb === 'clone' ? ofVolume(model, snapshot.volume, verb) : null)
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

function ofVolume(model: IDatamarkModel, id: string, verb: 'clone' | 'restore'): string | null {
  const volume = model.volumes.state === 'ready' ? model.volumes.items.find(one => one.id === id) : undefined;
  return volume === undefined ? null : off(volume.can[verb]);
}

/** Why an operation can't be cancelled, or null. */
export function whyNotCancel(model: IDatamarkModel, id: string, trans: TranslationBundle): string | null {
  const operation = model.operations.find(one => one.id === id);
  return whyNotAtAll(model, null, trans) ?? (operation === undefined ? null : off(operation.cancel));
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
