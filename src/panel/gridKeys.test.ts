import { moveInActions, moveInList } from './gridKeys';

it.each([
  ['ArrowDown', 0, 1],
  ['ArrowDown', 9, 9],
  ['ArrowUp', 0, 0],
  ['ArrowUp', -1, 0],
  ['Home', 5, 0],
  ['End', 5, 9],
  ['PageDown', 0, 8],
  ['PageUp', 3, 0],
  ['x', 3, null]
])('%s from row %d goes to %s', (key, from, to) => {
  expect(moveInList(key, from, 10)).toBe(to);
});

it('does not move in an empty list', () => {
  expect(moveInList('ArrowDown', -1, 0)).toBeNull();
});

it('goes from button to button and back to the list, in both directions of writing', () => {
  expect(moveInActions('ArrowRight', 0, 3, false)).toBe(1);
  expect(moveInActions('ArrowRight', 2, 3, false)).toBe(2);
  expect(moveInActions('ArrowLeft', 0, 3, false)).toBe('list');
  expect(moveInActions('ArrowLeft', 0, 3, true)).toBe(1);
  expect(moveInActions('ArrowRight', 0, 3, true)).toBe('list');
  expect(moveInActions('Escape', 2, 3, false)).toBe('list');
  expect(moveInActions('Enter', 2, 3, false)).toBeNull();
});
