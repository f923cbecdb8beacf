import { groupsIn, heightOf, layoutOf, rowAt, rowsIn, scrollTo, topOf } from './layout';

// Rows 0, 5 and 8 are headings of 24 px; the others are 42 px high.
const HEADINGS = [0, 5, 8];
const layout = layoutOf(
  12,
  row => (HEADINGS.includes(row) ? 24 : 42),
  row => HEADINGS.includes(row)
);

it('adds up heights', () => {
  expect(topOf(layout, 1)).toBe(24);
  expect(topOf(layout, 5)).toBe(24 + 4 * 42);
  expect(heightOf(layout)).toBe(3 * 24 + 9 * 42);
});

it('finds the row at every height', () => {
  for (let row = 0; row < 12; row++) {
    expect(rowAt(layout, topOf(layout, row))).toBe(row);
    expect(rowAt(layout, topOf(layout, row + 1) - 1)).toBe(row);
  }
  expect(rowAt(layout, -5)).toBe(0);
  expect(rowAt(layout, 1e9)).toBe(11);
});

it('renders what a viewport shows and some rows beyond', () => {
  expect(rowsIn(layout, { top: topOf(layout, 5), height: 60 }, 1)).toEqual({ first: 4, last: 7 });
  expect(rowsIn(layout, { top: 0, height: 1e9 }, 5)).toEqual({ first: 0, last: 11 });
  const empty = layoutOf(
    0,
    () => 42,
    () => false
  );
  const range = rowsIn(empty, { top: 0, height: 100 }, 2);
  expect(range.last).toBeLessThan(range.first);
  expect(groupsIn(empty, range)).toEqual([]);
});

it('cuts a range at day headings and keeps the heading of a day whose top is not in it', () => {
  expect(groupsIn(layout, { first: 3, last: 6 })).toEqual([
    { start: 0, end: 5, first: 3, last: 4 },
    { start: 5, end: 8, first: 5, last: 6 }
  ]);
});

it('scrolls as little as needed, and not under the sticky heading', () => {
  const port = { top: topOf(layout, 5), height: 150 };
  expect(scrollTo(layout, 6, port, 24)).toBe(port.top);
  expect(scrollTo(layout, 5, port, 24)).toBe(port.top - 24);
  expect(scrollTo(layout, 1, port, 24)).toBe(0);
  expect(scrollTo(layout, 11, port, 24)).toBe(heightOf(layout) - 150);
});

it('lays out 100,000 rows within a frame or two', () => {
  const begin = performance.now();
  const many = layoutOf(
    100_000,
    row => (row % 25 === 0 ? 24 : 42),
    row => row % 25 === 0
  );
  rowsIn(many, { top: 2_000_000, height: 600 }, 8);
  expect(performance.now() - begin).toBeLessThan(100);
});
