/** What the row of a volume says of the restore that is under way on it. Pure. */
import type { TranslationBundle } from '@jupyterlab/translation';
import type { Restore } from '../../../contract';
import type { Format } from '../../model/format';
import { waitsForServer } from '../../model/restoresUnderWay';

/** "Restoring to 17 Nov, 09:12"; the volume's name stands above it. */
export function underWayWords(restore: Restore, now: Date, format: Format, trans: TranslationBundle): string {
  const moment = format.moment(restore.snapshotCreatedAt, now);
  if (restore.strategy === 'files') {
    return trans.__('Copying files back from %1', moment);
  }
  if (waitsForServer(restore)) {
    return restore.undoOf === null
      ? trans.__('Ready to go back to %1: your server has to stop', moment)
      : trans.__('Ready to undo the restore: your server has to stop');
  }
  return restore.undoOf === null ? trans.__('Restoring to %1', moment) : trans.__('Undoing the restore');
}
