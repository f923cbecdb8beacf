/** What the dialogs about a restore say for each of its states. Pure; the exact words are those of the mock. */
import type { Problem, Restore, RestorePlan, RestoreStrategy } from '../../contract';
import { type ILanguage, measuredText, momentWithYear } from './figures';
import type { IFace } from './liveDialog';
import { namesOf } from './words';

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
  /** Files and folders that come back beside the present ones; left out: all of the volume. */
  readonly files?: readonly string[];
}

/** Title and buttons for a state. Restore is blue: it can be undone, and its label says what it costs. */
export function planFace(
  subject: IRestoreSubject,
  { state, away }: { readonly state: PlanState; readonly away: Problem | null },
  language: ILanguage
): IFace {
  const { trans } = language;
  const blocked = state.state === 'blocked';
  const count = blocked ? state.plan.blockers.length : 0;
  const stops = state.state === 'planned' && state.plan.stopsServer;
  return {
    title: planTitle(subject, blocked, language),
    buttons: [
      { id: 'cancel', label: blocked ? trans.__('Close') : trans.__('Cancel'), look: 'plain' },
      { id: 'clone', label: trans.__('Clone…'), look: 'accept', hidden: !blocked },
      {
        id: 'restore',
        label: acceptLabel(subject, stops, trans),
        look: 'accept',
        off: away?.detail ?? whyNotApprove(state, count, language)
      }
    ]
  };
}

function planTitle(subject: IRestoreSubject, blocked: boolean, { trans, format }: ILanguage): string {
  const { volumeName, undo, files } = subject;
  const moment = momentWithYear(subject.snapshotCreatedAt, format);
  if (files !== undefined) {
    return blocked
      ? trans.__('Files of %1 can’t be copied back yet', volumeName)
      : trans.__('Copy files of %1 back from %2?', volumeName, moment);
  }
  if (blocked) {
    return undo
      ? trans.__('The restore of %1 can’t be undone yet', volumeName)
      : trans.__('%1 can’t be restored yet', volumeName);
  }
  return undo ? trans.__('Undo the restore of %1?', volumeName) : trans.__('Restore %1 to %2?', volumeName, moment);
}

function acceptLabel({ undo, files }: IRestoreSubject, stops: boolean, trans: ILanguage['trans']): string {
  if (files !== undefined) {
    return trans.__('Copy files back');
  }
  if (undo) {
    return stops ? trans.__('Stop server and undo') : trans.__('Undo restore');
  }
  return stops ? trans.__('Stop server and restore') : trans.__('Restore');
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
  strategy: Restore['strategy'],
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
  const kept = strategy === 'swap' ? trans.__('(kept for Undo)') : trans.__('(kept in the safety snapshot)');
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

/** Whether something blocks it, and how long the last one took: of files that says nothing. */
export function readyText(
  plan: RestorePlan,
  { undo, files }: Pick<IRestoreSubject, 'undo' | 'files'>,
  { trans }: ILanguage
): string {
  if (files !== undefined) {
    return trans.__('Nothing stands in the way.');
  }
  if (undo) {
    return plan.lastDurationMs === null
      ? trans.__('Nothing blocks this undo.')
      : trans.__('Nothing blocks this undo. The last restore here took %1.', measuredText(plan.lastDurationMs, trans));
  }
  return plan.lastDurationMs === null
    ? trans.__('Nothing blocks this restore. No earlier restore to compare with.')
    : trans.__('Nothing blocks this restore. The last one here took %1.', measuredText(plan.lastDurationMs, trans));
}

/** What of the present is kept, and how it comes back. How long, only the plan of a cluster knows: its costs tell it. */
export function undoText(
  { strategy }: Pick<Restore, 'strategy'>,
  { changes }: Pick<RestorePlan, 'changes'>,
  { trans }: ILanguage
): string {
  switch (strategy) {
    case 'swap':
      return trans.__('You can undo it from the timeline: the volume as it is now is kept.');
    case 'files':
      return changes.known ? trans.__('Nothing is replaced: the files are written to a new folder.') : changes.reason;
    case 'copy':
    case 'clone':
      return trans.__('You can undo it from the timeline as long as the safety snapshot exists.');
    case undefined:
      return trans.__(
        'You can undo it from the timeline as long as the safety snapshot exists. It is held for 14 days.'
      );
  }
}

/** One step, and what it means for the person. */
export interface IStepText {
  readonly text: string;
  readonly hint: string | null;
}

/** How the server names the step at which kernels end. */
const STOP = 'Stop your server';

/** What happens, step by step; the last one, where a server stops, is its start. `kernels`: paths of those that run. */
export function stepTexts(
  restore: Restore,
  plan: RestorePlan,
  kernels: readonly string[],
  { trans }: ILanguage
): IStepText[] {
  const ends = trans._n(
    '%1 kernel ends and loses its variables: %2',
    '%1 kernels end and lose their variables: %2',
    kernels.length,
    namesOf(kernels, trans)
  );
  return [
    ...restore.steps.map(({ text }) => ({ text, hint: text === STOP && kernels.length > 0 ? ends : null })),
    ...(plan.stopsServer ? [{ text: startText(plan, trans), hint: null }] : [])
  ];
}

const startText = ({ startsServer }: RestorePlan, trans: ILanguage['trans']): string =>
  startsServer === true ? trans.__('Your server starts again by itself') : trans.__('Start your server (one click)');

/** What open files with unsaved edits mean for this restore; the plan only knows what is on disk. `lost`: they are not saved. */
export function unsavedText(count: number, names: string, lost: boolean, { trans }: ILanguage): string {
  const told = trans._n(
    '%1 has unsaved changes, not counted above: %2',
    '%1 have unsaved changes, not counted above: %2',
    count,
    names
  );
  return lost ? `${told}. ${trans.__('They are lost when your server stops.')}` : told;
}

/** A way to restore, as people call it. */
export function wayName(strategy: RestoreStrategy, { trans }: ILanguage): string {
  switch (strategy) {
    case 'swap':
      return trans.__('Swap the volume');
    case 'copy':
      return trans.__('Copy over the volume');
    case 'files':
      return trans.__('Copy files back');
    case 'clone':
      return trans.__('Clone to a new volume');
  }
}
