/** Whether two volumes can be reached from one node at all, as their node affinities say. Pure. */
import { z } from 'zod';
import type { PersistentVolume } from './persistentVolume';

const NodeSelector = z.object({
  nodeSelectorTerms: z.array(
    z.object({
      matchExpressions: z
        .array(z.object({ key: z.string(), operator: z.string(), values: z.array(z.string()).default([]) }))
        .default([])
    })
  )
});
/** Values by key of one term: all have to match. */
type Term = ReadonlyMap<string, readonly string[]>;

/** What is elsewhere, in words; null: nothing says that no node reaches both. */
export function placeConflict(old: PersistentVolume, fresh: PersistentVolume): string | null {
  const [from, to] = [termsOf(old), termsOf(fresh)];
  let conflict: string | null = null;
  for (const one of from) {
    for (const other of to) {
      const found = differingKey(one, other);
      if (found === null) {
        return null;
      }
      conflict ??= found;
    }
  }
  return conflict;
}

/** One of them is enough for a node. */
function termsOf({ spec }: PersistentVolume): Term[] {
  const read = NodeSelector.safeParse(spec.nodeAffinity?.required);
  return read.success
    ? read.data.nodeSelectorTerms.map(
        ({ matchExpressions }) =>
          new Map(
            matchExpressions
              .filter(({ operator }) => operator === 'In')
              .map(({ key, values }) => [key, values] as const)
          )
      )
    : [];
}

function differingKey(one: Term, other: Term): string | null {
  for (const [key, values] of one) {
    const others = other.get(key);
    if (others !== undefined && !others.some(value => values.includes(value))) {
      return `${key} is ${others.join(' or ')}, where the present volume has ${values.join(' or ')}`;
    }
  }
  return null;
}
