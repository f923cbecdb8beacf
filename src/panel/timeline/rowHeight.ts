/** Heights of timeline rows, in CSS pixels; they are the ones of style/timeline.css. Pure. */
import type { TranslationBundle } from '@jupyterlab/translation';
import type { Snapshot } from '../../../contract';
import type { TimelineRow } from '../../tokens';
import { rowKey } from './rowKey';
import { isHeld, secondLine } from './snapshotWords';

export const DAY_HEIGHT = 24;
export const ONE_LINE_HEIGHT = 28;
export const TWO_LINE_HEIGHT = 42;
/** Of rows whose height depends on their text, until they were measured. */
const FAILED_HEIGHT = 60;
const OPENED_HEIGHT = 116;

/** Whether the height has to be measured: only open and failed rows. */
export const isMeasured = (row: TimelineRow, opened: string | null): boolean =>
  (opened !== null && rowKey(row) === opened) || (row.type === 'snapshot' && row.snapshot.state.phase === 'failed');

/** Height of a row; `measured` knows those that were measured, `used` those with chips of runs. */
export function rowHeight(
  row: TimelineRow,
  opened: string | null,
  measured: ReadonlyMap<string, number>,
  now: Date,
  trans: TranslationBundle,
  used: (snapshot: Snapshot) => boolean = () => false
): number {
  switch (row.type) {
    case 'now':
      return ONE_LINE_HEIGHT;
    case 'day':
      return DAY_HEIGHT;
    case 'placeholder':
      return TWO_LINE_HEIGHT;
    case 'restore':
      return isMeasured(row, opened) ? (measured.get(rowKey(row)) ?? OPENED_HEIGHT) : TWO_LINE_HEIGHT;
    case 'snapshot': {
      const { snapshot } = row;
      if (isMeasured(row, opened)) {
        return measured.get(snapshot.name) ?? (snapshot.name === opened ? OPENED_HEIGHT : FAILED_HEIGHT);
      }
      const marked =
        isHeld(snapshot, now) ||
        snapshot.origin === 'safety' ||
        snapshot.origin === 'auto' ||
        snapshot.omissions.length > 0 ||
        used(snapshot);
      return marked || secondLine(snapshot, false, trans) !== null ? TWO_LINE_HEIGHT : ONE_LINE_HEIGHT;
    }
  }
}
