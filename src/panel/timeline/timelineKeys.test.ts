import { sampleRestore, sampleSnapshot } from '../../testing/samples';
import { CommandIDs, type TimelineRow } from '../../tokens';
import { nearestRow, timelineAction, type TimelineKeyContext } from './timelineKeys';

const snapshot = (name: string): TimelineRow => ({ type: 'snapshot', snapshot: sampleSnapshot({ name }) });
const rows: TimelineRow[] = [
  { type: 'now' },
  { type: 'day', day: '2026-11-19', count: 2 },
  snapshot('a'),
  snapshot('b'),
  { type: 'day', day: '2026-11-18', count: 2 },
  snapshot('c'),
  { type: 'placeholder', day: '2026-11-18', index: 1 }
];
const press = (key: string, active: number, more: Partial<TimelineKeyContext> = {}, modifiers = {}) =>
  timelineAction(
    { key, ctrlKey: false, shiftKey: false, altKey: false, metaKey: false, ...modifiers },
    { rows, active, page: 3, rightToLeft: false, held: false, ...more }
  );

it('skips day headings and Now', () => {
  expect(press('ArrowDown', 3)).toEqual({ do: 'move', row: 5 });
  expect(press('ArrowUp', 5)).toEqual({ do: 'move', row: 3 });
  expect(press('ArrowUp', 2)).toEqual({ do: 'move', row: 2 });
  expect(press('Home', 5)).toEqual({ do: 'move', row: 2 });
  expect(press('End', 2)).toEqual({ do: 'move', row: 6 });
  expect(press('PageDown', 2)).toEqual({ do: 'move', row: 5 });
});

it('goes to the next and previous day with Ctrl', () => {
  expect(press('ArrowDown', 2, {}, { ctrlKey: true })).toEqual({ do: 'move', row: 5 });
  expect(press('ArrowUp', 6, {}, { ctrlKey: true })).toEqual({ do: 'move', row: 2 });
  expect(press('ArrowDown', 6, {}, { ctrlKey: true })).toBeNull();
  expect(press('r', 2, {}, { ctrlKey: true })).toBeNull();
});

it.each([
  ['r', CommandIDs.restoreSnapshot],
  ['R', CommandIDs.restoreSnapshot],
  ['c', CommandIDs.cloneSnapshot],
  ['h', CommandIDs.holdSnapshot],
  ['F2', CommandIDs.renameSnapshot],
  ['Delete', CommandIDs.deleteSnapshot]
])('%s runs %s', (key, command) => {
  expect(press(key, 2)).toEqual({ do: 'command', command });
});

it('releases with H what is held', () => {
  expect(press('h', 2, { held: true })).toEqual({ do: 'command', command: CommandIDs.releaseSnapshot });
});

it('opens, enters actions, opens the menu, searches, closes', () => {
  expect(press('Enter', 2)).toEqual({ do: 'toggle' });
  expect(press('ArrowRight', 2)).toEqual({ do: 'actions' });
  expect(press('ArrowLeft', 2, { rightToLeft: true })).toEqual({ do: 'actions' });
  expect(press('ContextMenu', 2)).toEqual({ do: 'menu' });
  expect(press('F10', 2, {}, { shiftKey: true })).toEqual({ do: 'menu' });
  expect(press('F10', 2)).toBeNull();
  expect(press('/', -1)).toEqual({ do: 'search' });
  expect(press('Escape', 2)).toEqual({ do: 'close' });
});

it('does nothing to a row that is not loaded', () => {
  expect(press('Delete', 6)).toBeNull();
  expect(press('Enter', 6)).toBeNull();
});

it('treats a restore as a row of its own, with nothing that changes a snapshot', () => {
  const withRestore: TimelineRow[] = [...rows.slice(0, 3), { type: 'restore', restore: sampleRestore() }];
  const at = (key: string, active: number) => press(key, active, { rows: withRestore });
  expect(at('ArrowDown', 2)).toEqual({ do: 'move', row: 3 });
  expect(at('Enter', 3)).toEqual({ do: 'toggle' });
  expect(at('ArrowRight', 3)).toEqual({ do: 'actions' });
  expect(at('ContextMenu', 3)).toEqual({ do: 'menu' });
  expect(['r', 'c', 'h', 'F2', 'Delete'].map(key => at(key, 3))).toEqual([null, null, null, null, null]);
});

it('finds no row where there is none', () => {
  expect(nearestRow([{ type: 'now' }], 0, 1)).toBeNull();
});
