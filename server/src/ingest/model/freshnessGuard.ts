/** Whether the data of a volume is younger than somebody demands. Pure. */
import type { ArrivedData, FreshnessGuard } from '../../../../contract';

/** The demand, as annotation or setting. */
export type MaxAge = Pick<FreshnessGuard, 'maxAgeSeconds' | 'setBy'>;

/** Age at `now` in seconds, never negative; null where it is not known. */
export const ageSeconds = (data: ArrivedData, now: Date): number | null =>
  data.known ? Math.max(0, (now.getTime() - Date.parse(data.asOf)) / 1000) : null;

/** The guard as of `now`; data of unknown age is neither fresh nor stale. */
export function guardOf(maxAge: MaxAge, data: ArrivedData, now: Date): FreshnessGuard {
  const age = ageSeconds(data, now);
  const state = age === null ? 'unknown' : age > maxAge.maxAgeSeconds ? 'stale' : 'fresh';
  return { maxAgeSeconds: maxAge.maxAgeSeconds, setBy: maxAge.setBy, state };
}
