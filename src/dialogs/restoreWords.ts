/** What the dialogs about a restore say for each of its states. Pure; the exact words are those of the mock. */
import type { Restore, RestorePlan } from '../../contract';
import { type ILanguage, measuredText, momentWithYear } from './figures';
import type { IFace } from './liveDialog';

/** Where the dialog stands: the plan is made by the server, may name blockers, and may fail to be made. */
export type PlanState =
  | { readonly state: 'planning'; readonly restore: Restore | null }
  | { readonly state: 'planned'; readonly restore: Restore; readonly plan: RestorePlan }
  | { readonly state: 'blocked'; readonly restore: Restore; readonly plan: RestorePlan }
  | { readonly state: 'failed'; readonly detail: string; readonly next: string };

/** The state of the dialog that follows from a restore as it is now. */
export function planState(restore: Restore, { trans }: ILanguage): PlanState {
  if (restore.problem !== null) {
    return { state: 'failed', detail: restore.problem.detail, next: restore.problem.next };
  }
  if (restore.phase === 'planning' || restore.plan === null) {
    return { state: 'planning', restore };
  }
  if (restore.phase !== 'planned') {
    return {
      state: 'failed',
      detail: trans.__('This plan is no longer open: %1', restore.message),
      next: trans.__('Close this and ask for the restore again.')
    };
  }
  return { state: restore.plan.blockers.length > 0 ? 'blocked' : 'planned', restore, plan: restore.plan };
}

/** What the question is about, known before there is a plan. */
export interface IRestoreSubject {
  readonly volumeName: string;
  readonly snapshotCreatedAt: string;
  readonly undo: boolean;
}

/** Title and buttons for a state. Restore is blue: it can be undone, and its label says what it costs. */
export function planFace(subject: IRestoreSubject, state: PlanState, language: ILanguage): IFace {
  const { trans, format } = language;
  const { volumeName, snapshotCreatedAt } = subject;
  const blocked = state.state === 'blocked';
  const count = blocked ? state.plan.blockers.length : 0;
  const stops = state.state === 'planned' && state.plan.stopsServer;
  const title = blocked
    ? trans.__('%1 can’t be restored yet', volumeName)
    : subject.undo
      ? trans.__('Undo the restore of %1?', volumeName)
      : trans.__('Restore %1 to %2?', volumeName, momentWithYear(snapshotCreatedAt, format));
  return {
    title,
    buttons: [
      { id: 'cancel', label: blocked ? trans.__('Close') : trans.__('Cancel'), look: 'plain' },
      { id: 'clone', label: trans.__('Clone…'), look: 'accept', hidden: !blocked },
      {
        id: 'restore',
        label: subject.undo
          ? trans.__('Undo restore')
          : stops
            ? trans.__('Stop server and restore')
            : trans.__('Restore'),
        look: 'accept',
        off: whyNotApprove(state, count, language)
      }
    ]
  };
}

function whyNotApprove(state: PlanState, blockers: number, { trans }: ILanguage): string | null {
  switch (state.state) {
    case 'planned':
      return null;
    case 'blocked':
      return blockersText(blockers, trans);
    case 'planning':
      return trans.__('The plan is still being made.');
    case 'failed':
      return state.detail;
  }
}

/** "2 things must end first" */
export const blockersText = (count: number, trans: ILanguage['trans']): string =>
  trans._n('%1 thing must end first', '%1 things must end first', count);

/** One line of what changes: how many files, what happens to them, how many bytes. */
export interface IChangeLine {
  readonly kind: 'reverted' | 'returned' | 'removed';
  readonly count: string;
  readonly text: string;
  readonly extra: string | null;
  readonly bytes: string;
}

/** The lines of a plan, or the reason why there are none. Nothing to change is said as such. */
export function changeLines(
  plan: RestorePlan,
  undo: boolean,
  { trans, format }: ILanguage
): { lines: IChangeLine[] } | { unknown: string } | { nothing: string } {
  const { changes } = plan;
  if (!changes.known) {
    return { unknown: changes.reason };
  }
  const { reverted, returned, removed } = changes;
  if (reverted.files + returned.files + removed.files === 0) {
    return { nothing: trans.__('No file on disk differs. A restore changes nothing.') };
  }
  const kept = trans.__('(kept in the safety snapshot)');
  return {
    lines: [
      {
        kind: 'reverted',
        count: format.count(reverted.files),
        text: undo
          ? trans._n('file changes back', 'files change back', reverted.files)
          : trans._n('file goes back to older content', 'files go back to older content', reverted.files),
        extra: null,
        bytes: format.bytes(reverted.bytes)
      },
      {
        kind: 'returned',
        count: format.count(returned.files),
        text: trans._n('deleted file comes back', 'deleted files come back', returned.files),
        extra: null,
        bytes: format.bytes(returned.bytes)
      },
      {
        kind: 'removed',
        count: format.count(removed.files),
        text: trans._n('file made since then goes away', 'files made since then go away', removed.files),
        extra: kept,
        bytes: format.bytes(removed.bytes)
      }
    ]
  };
}

/** Whether something blocks it, and how long the last one took. */
export function readyText(plan: RestorePlan, { trans }: ILanguage): string {
  return plan.lastDurationMs === null
    ? trans.__('Nothing blocks this restore. No earlier restore to compare with.')
    : trans.__('Nothing blocks this restore. The last one here took %1.', measuredText(plan.lastDurationMs, trans));
}

/** How long Undo is possible. The plan knows no date before the safety snapshot is taken. */
export const undoText = ({ trans }: ILanguage): string =>
  trans.__('You can undo it from the timeline as long as the safety snapshot exists. It is held for 14 days.');

/** What open files with unsaved edits mean for this restore; the plan only knows what is on disk. */
export const unsavedText = (count: number, names: string, { trans }: ILanguage): string =>
  trans._n(
    '%1 has unsaved changes, not counted above: %2',
    '%1 have unsaved changes, not counted above: %2',
    count,
    names
  );

/** Title of the card while it runs, and of what became of it. */
export function progressTitle(restore: Restore, { trans, format, now }: ILanguage): string {
  const moment = format.moment(restore.snapshotCreatedAt, now());
  switch (restore.phase) {
    case 'succeeded':
      return trans.__('%1 is restored to %2', restore.volumeName, moment);
    case 'rolled-back':
      return trans.__('%1 was not restored', restore.volumeName);
    case 'failed':
      return trans.__('The restore of %1 failed', restore.volumeName);
    case 'cancelled':
      return trans.__('The restore of %1 was cancelled', restore.volumeName);
    case 'planning':
    case 'planned':
    case 'securing':
    case 'preparing':
    case 'restoring':
    case 'verifying':
      return trans.__('Restoring %1 to %2', restore.volumeName, moment);
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
    case 'restoring':
    case 'verifying':
      return isChanging(restore)
        ? trans.__(
            'You can close this card. The restore goes on. It can’t be cancelled now; you can undo it when it is done.'
          )
        : trans.__('You can close this card. The restore goes on.');
  }
}

/** Milliseconds since the work began, or all it took. */
export function elapsedMs(restore: Restore, now: Date): number {
  const begun = restore.steps.find(step => step.startedAt !== null)?.startedAt ?? restore.createdAt;
  const end = restore.finishedAt === null ? now.getTime() : Date.parse(restore.finishedAt);
  return Math.max(0, end - Date.parse(begun));
}
