/**
 * The one order of everything that has a time, whatever order the storage tells it in: newest first, and of one moment
 * (a cluster's clock counts whole seconds) the last name first, as the names that are given here hold the time of making.
 */

/** Where something stands; `name` is its own among its kind. */
export interface Position {
  readonly createdMs: number;
  readonly name: string;
}

/** Negative: `one` stands before (is newer than) `other`. */
export function comparePositions(one: Position, other: Position): number {
  if (one.createdMs !== other.createdMs) {
    return other.createdMs - one.createdMs;
  }
  return one.name > other.name ? -1 : one.name < other.name ? 1 : 0;
}

/** A sorted copy; `at` is written as in the contract. */
export function newestFirst<T>(items: readonly T[], placeOf: (item: T) => { at: string; name: string }): T[] {
  return items
    .map(item => {
      const { at, name } = placeOf(item);
      return { item, createdMs: Date.parse(at), name };
    })
    .sort(comparePositions)
    .map(({ item }) => item);
}
