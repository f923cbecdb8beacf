/** What is said of a restore while it runs and when it is over. Pure; the exact words are those of the mock. */
import type { Restore } from '../../contract';
import { stopsServer } from '../model/restoresUnderWay';
import type { ILanguage } from './figures';

/** Title of the card while it runs, and of what became of it. */
export function progressTitle(restore: Restore, { trans, format, now }: ILanguage): string {
  const { volumeName } = restore;
  const moment = format.moment(restore.snapshotCreatedAt, now());
  const files = restore.strategy === 'files';
  const undo = restore.undoOf !== null;
  switch (restore.phase) {
    case 'succeeded':
      return files
        ? trans.__('Files of %1 from %2 are copied back', volumeName, moment)
        : undo
          ? trans.__('The restore of %1 is undone', volumeName)
          : trans.__('%1 is restored to %2', volumeName, moment);
    case 'rolled-back':
      return files
        ? trans.__('Files of %1 were not copied back', volumeName)
        : undo
          ? trans.__('The restore of %1 was not undone', volumeName)
          : trans.__('%1 was not restored', volumeName);
    case 'failed':
      return files
        ? trans.__('Copying files of %1 back failed', volumeName)
        : undo
          ? trans.__('Undoing the restore of %1 failed', volumeName)
          : trans.__('The restore of %1 failed', volumeName);
    case 'cancelled':
      return files
        ? trans.__('Copying files of %1 back was cancelled', volumeName)
        : undo
          ? trans.__('Undoing the restore of %1 was cancelled', volumeName)
          : trans.__('The restore of %1 was cancelled', volumeName);
    case 'planning':
    case 'planned':
    case 'securing':
    case 'preparing':
    case 'waiting':
    case 'restoring':
    case 'verifying':
      return files
        ? trans.__('Copying files of %1 back from %2', volumeName, moment)
        : undo
          ? trans.__('Undoing the restore of %1', volumeName)
          : trans.__('Restoring %1 to %2', volumeName, moment);
  }
}

/** Whether a restore is over, one way or the other. */
export const isFinal = (restore: Restore): boolean =>
  restore.phase === 'succeeded' ||
  restore.phase === 'rolled-back' ||
  restore.phase === 'failed' ||
  restore.phase === 'cancelled';

/** Whether data may be changing, so that nothing can be cancelled. */
export const isChanging = (restore: Restore): boolean => restore.phase === 'restoring' || restore.phase === 'verifying';

/** The sentence below the steps. */
export function progressHint(restore: Restore, { trans }: ILanguage): string {
  switch (restore.phase) {
    case 'succeeded':
      if (restore.strategy === 'files') {
        return restore.message;
      }
      return restore.undo.possible ? trans.__('You can undo it from the timeline.') : restore.undo.reason;
    case 'rolled-back':
      return restore.problem === null
        ? trans.__('Your data is as before.')
        : trans.__('%1 Your data is as before.', restore.problem.detail);
    case 'failed':
      return restore.problem === null ? restore.message : `${restore.problem.detail} ${restore.problem.next}`;
    case 'cancelled':
      return trans.__('Your data is as before.');
    case 'planning':
    case 'planned':
    case 'securing':
    case 'preparing':
    case 'waiting':
    case 'restoring':
    case 'verifying':
      return isChanging(restore)
        ? restore.strategy === 'files'
          ? trans.__('You can close this card. The files are being put in place: it can’t be cancelled now.')
          : trans.__(
              'You can close this card. The restore goes on. It can’t be cancelled now; you can undo it when it is done.'
            )
        : stopsServer(restore)
          ? trans.__('Your server goes on until all is prepared. You can cancel until then.')
          : trans.__('You can close this card. The restore goes on.');
  }
}

/** What a screen reader says when a step begins or something is heard of it: no seconds, which would be said each one. */
export function progressSpoken(restore: Restore, language: ILanguage): string {
  const at = restore.steps.findIndex(({ state }) => state === 'current');
  const step = restore.steps[at];
  if (step === undefined) {
    return progressTitle(restore, language);
  }
  const said = language.trans.__('Step %1 of %2: %3', at + 1, restore.steps.length, step.text);
  return restore.message === '' ? said : `${said}. ${restore.message}`;
}

/** Milliseconds since the work began, or all it took. */
export function elapsedMs(restore: Restore, now: Date): number {
  const begun = restore.steps.find(step => step.startedAt !== null)?.startedAt ?? restore.createdAt;
  const end = restore.finishedAt === null ? now.getTime() : Date.parse(restore.finishedAt);
  return Math.max(0, end - Date.parse(begun));
}
