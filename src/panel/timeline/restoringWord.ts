/** What a row of the timeline says in place of its time while a restore goes back to it, or takes it back. Pure. */
import type { TranslationBundle } from '@jupyterlab/translation';
import type { Restore } from '../../../contract';
import { waitsForServer } from '../../model/restoresUnderWay';

/** "Restoring…"; the volume's row says all of it. */
export function restoringWord(restore: Restore, trans: TranslationBundle): string {
  if (restore.strategy === 'files') {
    return trans.__('Copying back…');
  }
  if (waitsForServer(restore)) {
    return trans.__('Waiting…');
  }
  return restore.undoOf === null ? trans.__('Restoring…') : trans.__('Undoing…');
}
