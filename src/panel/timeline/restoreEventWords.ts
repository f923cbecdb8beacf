/** What the row of a restore that has ended says, from the object alone. Pure. */
import type { TranslationBundle } from '@jupyterlab/translation';
import type { Restore } from '../../../contract';
import { measuredText } from '../../dialogs/figures';
import { elapsedMs } from '../../dialogs/restoreProgressWords';
import type { Format } from '../../model/format';
import { restoringWord } from './restoringWord';

/** First line: "Restored from 17 Nov, 09:12", or what became of it instead. */
export function restoreTitle(restore: Restore, now: Date, format: Format, trans: TranslationBundle): string {
  const { phase, undoOf } = restore;
  const moment = format.moment(restore.snapshotCreatedAt, now);
  if (restore.strategy === 'files') {
    switch (phase) {
      case 'succeeded':
        return trans.__('Files copied back from %1', moment);
      case 'rolled-back':
        return trans.__('Files not copied back from %1', moment);
      default:
        return trans.__('Copying files back from %1 failed', moment);
    }
  }
  if (phase === 'succeeded') {
    return undoOf === null ? trans.__('Restored from %1', moment) : trans.__('Restore undone');
  }
  if (phase === 'rolled-back') {
    return undoOf === null ? trans.__('Not restored from %1', moment) : trans.__('Restore not undone');
  }
  return undoOf === null ? trans.__('Restore from %1 failed', moment) : trans.__('Undo of a restore failed');
}

/** Second line: the snapshot's title, or why it did not work. */
export const restoreSubtitle = (restore: Restore): string =>
  restore.phase === 'succeeded'
    ? restore.strategy === 'files'
      ? (restore.target ?? restore.message)
      : restore.snapshotLabel
    : (restore.problem?.detail ?? restore.message);

/** "15:02:10 · took 1 min 50 s · by alice" */
export function restoreFacts(restore: Restore, now: Date, format: Format, trans: TranslationBundle): string {
  return [
    restore.finishedAt === null ? null : format.clockSeconds(restore.finishedAt),
    trans.__('took %1', measuredText(elapsedMs(restore, now), trans)),
    restore.requestedBy === null ? null : trans.__('by %1', restore.requestedBy)
  ]
    .filter(part => part !== null)
    .join(' · ');
}

/** What else is to be known of it once its row is open. */
export function restoreRemarks(restore: Restore, trans: TranslationBundle): string[] {
  const { phase, problem, kept, undo, strategy, message } = restore;
  const files = strategy === 'files';
  return [
    problem === null ? null : `${problem.detail} ${problem.next}`.trim(),
    phase === 'rolled-back' ? trans.__('Your data is as before.') : null,
    kept === null ? null : trans.__('Files that changed during the restore are kept in %1', kept),
    phase === 'succeeded' && files ? message : null,
    phase === 'succeeded' && !files && !undo.possible ? trans.__('No Undo: %1', undo.reason) : null
  ].filter(part => part !== null);
}

/** Whole label of the row. `undoing`: what takes it back now. */
export function restoreLabel(
  restore: Restore,
  undoing: Restore | null,
  now: Date,
  format: Format,
  trans: TranslationBundle
): string {
  const when = restore.finishedAt === null ? null : format.agoAlone(restore.finishedAt, now);
  const state = undoing === null ? null : restoringWord(undoing, trans);
  return [restoreTitle(restore, now, format, trans), when, state, restoreSubtitle(restore)]
    .filter(part => part !== null && part !== '')
    .join(', ');
}

/** The restore that a safety snapshot can undo, or null. */
export const undoableBy = (safetySnapshot: string, restores: readonly Restore[]): Restore | null =>
  restores.find(one => one.safetySnapshot === safetySnapshot && one.undo.possible) ?? null;
