/** Keyboard of the timeline as the product's key table has it. Pure: from a key and the rows to what is to be done. */
import { CommandIDs, type TimelineRow } from '../../tokens';
import { moveInList } from '../gridKeys';

export type TimelineAction =
  | { readonly do: 'move'; readonly row: number }
  | { readonly do: 'toggle' }
  | { readonly do: 'actions' }
  | { readonly do: 'command'; readonly command: string }
  | { readonly do: 'search' }
  | { readonly do: 'menu' }
  | { readonly do: 'close' };

export interface TimelineKey {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly shiftKey: boolean;
  readonly altKey: boolean;
  readonly metaKey: boolean;
}

export interface TimelineKeyContext {
  readonly rows: readonly TimelineRow[];
  /** Row that has the focus, or -1. */
  readonly active: number;
  /** Rows per page. */
  readonly page: number;
  readonly rightToLeft: boolean;
  /** Whether the active snapshot is held: H then releases it. */
  readonly held: boolean;
}

/** What a key does, or null where it is not for the list. */
export function timelineAction(key: TimelineKey, context: TimelineKeyContext): TimelineAction | null {
  const { rows, active, page, rightToLeft, held } = context;
  if (key.altKey || key.metaKey) {
    return null;
  }
  if (key.ctrlKey) {
    const direction = key.key === 'ArrowDown' ? 1 : key.key === 'ArrowUp' ? -1 : 0;
    const row = direction === 0 ? null : firstOfDay(rows, active, direction);
    return row === null ? null : { do: 'move', row };
  }
  const to = moveInList(key.key, active, rows.length, page);
  if (to !== null) {
    const backwards = key.key === 'ArrowUp' || key.key === 'End' || key.key === 'PageUp';
    const row = nearestRow(rows, to, backwards ? -1 : 1);
    return row === null ? null : { do: 'move', row };
  }
  if (key.key === '/') {
    return { do: 'search' };
  }
  if (key.key === 'Escape') {
    return { do: 'close' };
  }
  const here = rows[active]?.type;
  if (here !== 'snapshot' && here !== 'restore') {
    return null;
  }
  switch (key.key) {
    case 'Enter':
      return { do: 'toggle' };
    case rightToLeft ? 'ArrowLeft' : 'ArrowRight':
      return { do: 'actions' };
    case 'ContextMenu':
      return { do: 'menu' };
    case 'F10':
      return key.shiftKey ? { do: 'menu' } : null;
  }
  return here === 'snapshot' ? commandOf(key.key, held) : null;
}

/** Keys that act on a snapshot. */
function commandOf(key: string, held: boolean): TimelineAction | null {
  switch (key) {
    case 'F2':
      return { do: 'command', command: CommandIDs.renameSnapshot };
    case 'Delete':
      return { do: 'command', command: CommandIDs.deleteSnapshot };
  }
  switch (key.toLowerCase()) {
    case 'r':
      return { do: 'command', command: CommandIDs.restoreSnapshot };
    case 'c':
      return { do: 'command', command: CommandIDs.cloneSnapshot };
    case 'h':
      return { do: 'command', command: held ? CommandIDs.releaseSnapshot : CommandIDs.holdSnapshot };
  }
  return null;
}

const isStop = (row: TimelineRow | undefined): boolean => row !== undefined && row.type !== 'day' && row.type !== 'now';

/** The row itself or the next one that is no heading, in a direction and then in the other. */
export function nearestRow(rows: readonly TimelineRow[], from: number, direction: 1 | -1): number | null {
  for (const way of [direction, -direction]) {
    for (let row = from; row >= 0 && row < rows.length; row += way) {
      if (isStop(rows[row])) {
        return row;
      }
    }
  }
  return null;
}

/** First row of the next or previous day. */
function firstOfDay(rows: readonly TimelineRow[], active: number, direction: 1 | -1): number | null {
  // Upwards the own heading comes first: the one before it is the previous day's.
  let headings = direction === 1 ? 1 : 2;
  for (let row = active; row >= 0 && row < rows.length; row += direction) {
    if (rows[row]?.type === 'day' && row !== active && --headings === 0) {
      return nearestRow(rows, row, 1);
    }
  }
  return null;
}
