/** Names of timeline rows and ids of their elements. Pure. */
import type { TimelineRow } from '../../tokens';

/** Name of a row that stays the same while rows come and go around it. */
export function rowKey(row: TimelineRow): string {
  switch (row.type) {
    case 'now':
      return 'now';
    case 'day':
      return `day:${row.day}`;
    case 'snapshot':
      return row.snapshot.name;
    case 'restore':
      return `restore:${row.restore.id}`;
    case 'placeholder':
      return `${row.day}:${row.index}`;
  }
}

/** Id of a row's element. */
export function rowId(row: TimelineRow | undefined): string {
  return row === undefined ? 'dm-row' : `dm-row-${rowKey(row)}`;
}
