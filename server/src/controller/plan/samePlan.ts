/** Whether a plan says what the one before said: a plan that is the same is not written again. Pure. */
import type { RestoreStatus } from '../../providers/kubernetes/volumeRestore';

/** Times of the look itself. */
const OF_THE_LOOK = ['madeAt', 'verifiedAt'];

/** Compares what `fresh` has. */
export const isSamePlan = (before: RestoreStatus, fresh: Partial<RestoreStatus>): boolean =>
  Object.entries(fresh).every(([key, value]) => words(before[key as keyof RestoreStatus]) === words(value));

/** As JSON in one order, without what is not set. */
const words = (value: unknown): string =>
  JSON.stringify(value ?? null, (key, part: unknown) => {
    if (OF_THE_LOOK.includes(key) || part === null) {
      return undefined;
    }
    return typeof part === 'object' && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part ?? {}).sort(([one], [other]) => (one < other ? -1 : 1)))
      : part;
  }) ?? '';
