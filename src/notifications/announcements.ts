/** The words of every message: what was started, what became of it, and what can be done from there. Pure. */
import type { TranslationBundle } from '@jupyterlab/translation';
import type { Clone, Problem, Restore, Snapshot } from '../../contract';
import { type ILanguage, measuredText } from '../dialogs/figures';
import { elapsedMs, progressTitle } from '../dialogs/restoreProgressWords';
import { snapshotLabel } from '../dialogs/words';
import { CommandIDs } from '../tokens';

/** What a button of a message does: a command, or all of a problem in a dialog. */
export type MessageAction =
  | { readonly label: string; readonly command: string; readonly args: Readonly<Record<string, string>> }
  | { readonly label: string; readonly details: Problem; readonly headline: string };

/** One message. `error` and `warning` stay until they are closed. */
export interface IMessage {
  readonly type: 'in-progress' | 'success' | 'warning' | 'error' | 'info';
  readonly text: string;
  readonly actions: readonly MessageAction[];
}

const show = (snapshot: string, { trans }: ILanguage): MessageAction => ({
  label: trans.__('Show'),
  command: CommandIDs.showSnapshot,
  args: { snapshot }
});

const details = (headline: string, problem: Problem, { trans }: ILanguage): MessageAction => ({
  label: trans.__('Details'),
  details: problem,
  headline
});

/** What is said of a snapshot in its state. Deleted meanwhile: nothing is left to say. */
export function snapshotMessage(snapshot: Snapshot, language: ILanguage): IMessage {
  const { trans } = language;
  const { state, volumeName } = snapshot;
  switch (state.phase) {
    case 'pending':
      return { type: 'in-progress', text: trans.__('Snapshot of %1 is being made', volumeName), actions: [] };
    case 'ready':
      return {
        type: omitted(snapshot) > 0 ? 'warning' : 'success',
        text:
          omitted(snapshot) > 0
            ? trans._n(
                'Snapshot of %2 is ready, without %1 file: see the panel',
                'Snapshot of %2 is ready, without %1 files: see the panel',
                omitted(snapshot),
                volumeName
              )
            : trans.__('Snapshot of %1 is ready', volumeName),
        actions: [show(snapshot.name, language)]
      };
    case 'failed': {
      const headline = trans.__('No snapshot of %1', volumeName);
      return problemMessage(headline, state.problem, language);
    }
    case 'deleting':
      return { type: 'info', text: trans.__('Snapshot “%1” is being deleted', snapshotLabel(snapshot)), actions: [] };
  }
}

/** Files a snapshot does not hold as they were: special files are never data. */
const omitted = (snapshot: Snapshot): number =>
  snapshot.omissions
    .filter(omission => omission.reason === 'unreadable' || omission.reason === 'changed-during-copy')
    .reduce((sum, omission) => sum + omission.count, 0);

const openAction = (clone: Clone, trans: TranslationBundle): MessageAction => ({
  label: trans.__('Open'),
  command: CommandIDs.openClone,
  args: { clone: clone.id }
});

export function cloneMessage(clone: Clone, language: ILanguage): IMessage {
  const { trans } = language;
  switch (clone.state.phase) {
    case 'pending':
      return clone.state.awaitsUse === true
        ? {
            type: 'success',
            text: trans.__('Clone %1 is made. It gets its data when a server first uses it.', clone.name),
            actions: [openAction(clone, trans)]
          }
        : { type: 'in-progress', text: trans.__('Clone %1 is being made', clone.name), actions: [] };
    case 'ready':
      return {
        type: 'success',
        text: trans.__('Clone %1 is ready', clone.name),
        actions: [openAction(clone, trans)]
      };
    case 'failed':
      return problemMessage(trans.__('No clone %1', clone.name), clone.state.problem, language);
    case 'deleting':
      return { type: 'info', text: trans.__('Clone %1 is being deleted', clone.name), actions: [] };
  }
}

export function restoreMessage(restore: Restore, language: ILanguage): IMessage {
  const { trans, now } = language;
  const headline = progressTitle(restore, language);
  switch (restore.phase) {
    case 'succeeded':
      return restore.strategy === 'files'
        ? filesMessage(restore, language)
        : {
            type: 'success',
            text: `${headline}. ${trans.__('It took %1.', measuredText(elapsedMs(restore, now()), trans))}`,
            actions: [
              ...(restore.undo.possible
                ? [{ label: trans.__('Undo…'), command: CommandIDs.undoRestore, args: { restore: restore.id } }]
                : []),
              ...(restore.safetySnapshot === null ? [] : [show(restore.safetySnapshot, language)])
            ]
          };
    case 'rolled-back':
      return {
        type: 'error',
        text: trans.__('%1. %2 Your data is as before.', headline, restore.problem?.detail ?? ''),
        actions: restore.problem === null ? [] : [details(headline, restore.problem, language)]
      };
    case 'failed':
      return restore.problem === null
        ? { type: 'error', text: `${headline}. ${restore.message}`, actions: [] }
        : problemMessage(headline, restore.problem, language);
    case 'cancelled':
      return { type: 'info', text: trans.__('%1. Your data is as before.', headline), actions: [] };
    case 'planning':
    case 'planned':
    case 'securing':
    case 'preparing':
    case 'waiting':
    case 'restoring':
    case 'verifying':
      return { type: 'in-progress', text: headline, actions: [] };
  }
}

/** The server says how many files there are, and what the snapshot did not have. */
function filesMessage({ message, volume, target }: Restore, { trans }: ILanguage): IMessage {
  const open = { label: trans.__('Show folder'), command: CommandIDs.showVolume };
  const actions = target === undefined ? [] : [{ ...open, args: { volume, folder: target } }];
  return { type: 'success', text: message, actions };
}

/** What did not happen, why, and a button with everything else. */
export const problemMessage = (headline: string, problem: Problem, language: ILanguage): IMessage => ({
  type: 'error',
  text: language.trans.__('%1: %2', headline, problem.detail),
  actions: [details(headline, problem, language)]
});
