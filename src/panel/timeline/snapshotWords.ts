/** What a snapshot's row says, from the object alone. Pure. */
import type { TranslationBundle } from '@jupyterlab/translation';
import type { Omission, Restore, Snapshot } from '../../../contract';
import { snapshotLabel } from '../../dialogs/words';
import type { Format } from '../../model/format';
import { restoringWord } from './restoringWord';

/** Last part of a path. */
export const fileNameOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

/** Second line of a row: a notebook, a word about its origin, or nothing. `undoes`: a restore can be undone with it. */
export function secondLine(
  snapshot: Snapshot,
  undoes: boolean,
  trans: TranslationBundle
): { readonly notebook: string } | { readonly words: string } | null {
  switch (snapshot.origin) {
    case 'other':
      return { words: trans.__('made outside Datamark') };
    case 'imported':
      return { words: trans.__('imported') };
    case 'auto':
      return { words: trans.__('made automatically') };
    case 'safety':
      return { words: undoes ? trans.__('kept for Undo') : trans.__('taken before a restore') };
    case 'datamark':
      break;
  }
  if (snapshot.title !== null && snapshot.notebook !== null) {
    return { notebook: snapshot.notebook };
  }
  const [firstLine = ''] = snapshot.note.trim().split('\n');
  return firstLine === '' ? null : { words: firstLine };
}

/** Whether it can't be deleted now. */
export const isHeld = (snapshot: Snapshot, now: Date): boolean =>
  snapshot.heldUntil === 'forever' || (snapshot.heldUntil !== null && Date.parse(snapshot.heldUntil) > now.getTime());

/** Hover text of the Held chip. */
export function heldWords(snapshot: Snapshot, format: Format, trans: TranslationBundle): string {
  const until =
    snapshot.heldUntil === null || snapshot.heldUntil === 'forever'
      ? trans.__('Held: kept until you release it')
      : trans.__('Held until %1', format.full(snapshot.heldUntil));
  return snapshot.heldBy === null ? until : `${until} · ${trans.__('by %1', snapshot.heldBy)}`;
}

/** What the snapshot could not take as it was, one true sentence each. */
export function omissionWords(omission: Omission, trans: TranslationBundle): string {
  const { count } = omission;
  switch (omission.reason) {
    case 'changed-during-copy':
      return trans._n('%1 file changed while it was copied', '%1 files changed while they were copied', count);
    case 'unreadable':
      return trans._n('%1 file could not be read and is missing', '%1 files could not be read and are missing', count);
    case 'special-file':
      return trans._n('%1 special file is left out', '%1 special files are left out', count);
    case 'vanished':
      return trans._n('%1 file vanished during the copy', '%1 files vanished during the copy', count);
  }
}

/** State in one word, for the row's label and announcements. */
export function phaseWord(snapshot: Snapshot, trans: TranslationBundle): string {
  switch (snapshot.state.phase) {
    case 'pending':
      return trans.__('being created');
    case 'ready':
      return trans.__('ready');
    case 'failed':
      return trans.__('not created: %1', snapshot.state.problem.detail);
    case 'deleting':
      return trans.__('being deleted');
  }
}

/** Whole label of a row: "features v3 frozen, 12 min ago, ready, held, from features.ipynb". `restoring`: what goes back to it. */
export function rowLabel(
  snapshot: Snapshot,
  restoring: Restore | null,
  now: Date,
  format: Format,
  trans: TranslationBundle
): string {
  return [
    snapshotLabel(snapshot),
    format.agoAlone(snapshot.createdAt, now),
    phaseWord(snapshot, trans),
    restoring === null ? null : restoringWord(restoring, trans),
    isHeld(snapshot, now) ? trans.__('held') : null,
    snapshot.origin === 'safety' ? trans.__('safety snapshot') : null,
    snapshot.origin === 'auto' ? trans.__('automatic') : null,
    snapshot.notebook === null ? null : trans.__('from %1', fileNameOf(snapshot.notebook))
  ]
    .filter(part => part !== null)
    .join(', ');
}
