/** The order of every list of things with a time. */

/** A sorted copy; equal times keep the order they have. */
export function newestFirst<T>(items: readonly T[], timeOf: (item: T) => string): T[] {
  return items
    .map(item => ({ item, at: Date.parse(timeOf(item)) }))
    .sort((one, other) => other.at - one.at)
    .map(({ item }) => item);
}
