/** Arithmetic of the virtual list: where each row stands, which rows a viewport shows. Pure; heights in CSS pixels. */

/** Heights of all rows, added up, and the days they belong to. */
export interface Layout {
  /** Top of row i; one entry more than rows, the last is the height of all. */
  readonly tops: Float64Array;
  /** Row at which each group begins: a day heading, or row 0. Ascending. */
  readonly groups: readonly number[];
}

/** Adds up heights. `heading` tells rows that begin a group. */
export function layoutOf(size: number, height: (row: number) => number, heading: (row: number) => boolean): Layout {
  const tops = new Float64Array(size + 1);
  const groups: number[] = [];
  let top = 0;
  for (let row = 0; row < size; row++) {
    tops[row] = top;
    top += height(row);
    if (row === 0 || heading(row)) {
      groups.push(row);
    }
  }
  tops[size] = top;
  return { tops, groups };
}

/** Top of a row; past the end, the height of all rows. */
export const topOf = (layout: Layout, row: number): number => layout.tops[Math.min(row, sizeOf(layout))] ?? 0;

/** Height of all rows. */
export const heightOf = (layout: Layout): number => layout.tops[sizeOf(layout)] ?? 0;

const sizeOf = (layout: Layout): number => layout.tops.length - 1;

/** The row at a height: the last one whose top is not below it. */
export function rowAt(layout: Layout, y: number): number {
  let low = 0;
  let high = Math.max(0, sizeOf(layout) - 1);
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (topOf(layout, middle) <= y) {
      low = middle;
    } else {
      high = middle - 1;
    }
  }
  return low;
}

/** First and last row to render for a viewport, with some beyond both ends; an empty list gives last < first. */
export function rowsIn(
  layout: Layout,
  viewport: { readonly top: number; readonly height: number },
  beyond: number
): { first: number; last: number } {
  const size = sizeOf(layout);
  return {
    first: Math.max(0, rowAt(layout, viewport.top) - beyond),
    last: Math.min(size - 1, rowAt(layout, viewport.top + viewport.height) + beyond)
  };
}

/** One day's rows that are to be rendered, and the space the whole day takes. */
export interface GroupPart {
  /** Row that begins the group. */
  readonly start: number;
  /** Row after its last. */
  readonly end: number;
  readonly first: number;
  readonly last: number;
}

/** Cuts a range of rows at the groups. */
export function groupsIn(layout: Layout, range: { readonly first: number; readonly last: number }): GroupPart[] {
  const size = sizeOf(layout);
  const parts: GroupPart[] = [];
  layout.groups.forEach((start, at) => {
    const end = layout.groups[at + 1] ?? size;
    if (start <= range.last && end > range.first) {
      parts.push({ start, end, first: Math.max(start, range.first), last: Math.min(end - 1, range.last) });
    }
  });
  return parts;
}

/** Scroll position that shows a row, as near as possible to where it is now. `cover`: height hidden by a sticky heading. */
export function scrollTo(
  layout: Layout,
  row: number,
  viewport: { readonly top: number; readonly height: number },
  cover: number
): number {
  const top = topOf(layout, row);
  const bottom = topOf(layout, row + 1);
  if (top - cover < viewport.top) {
    return Math.max(0, top - cover);
  }
  return bottom > viewport.top + viewport.height ? bottom - viewport.height : viewport.top;
}
