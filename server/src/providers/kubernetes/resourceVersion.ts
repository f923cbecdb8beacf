/**
 * Order of two states of one object. Resource versions are integers of any length, comparable since Kubernetes 1.35 by
 * contract and before that in fact (KEP-5504); anything else is not ordered.
 */

const NUMBER = /^\d+$/;

/** Negative: the first is older. null: they can't be compared. */
export function compareVersions(one: string, other: string): number | null {
  if (!NUMBER.test(one) || !NUMBER.test(other)) {
    return null;
  }
  if (one.length !== other.length) {
    return one.length - other.length;
  }
  return one === other ? 0 : one < other ? -1 : 1;
}
