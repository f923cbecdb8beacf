/** Whether the data of a volume is younger than somebody demands. Pure. */
import type { ArrivedData, FreshnessGuard } from '../../../../contract';

/** The demand, as annotation or setting. */
export type MaxAge = Pick<FreshnessGuard, 'maxAgeSeconds' | 'setBy'>;

/** By so much two clocks differ without anything being wrong. */
const CLOCKS_DIFFER_SECONDS = 60;

/** Age at `now` in seconds, never negative; null: not known, also where by its time the data is not made yet. */
export function ageSeconds(data: ArrivedData, now: Date): number | null {
  const age = data.known ? (now.getTime() - Date.parse(data.asOf)) / 1000 : Number.NaN;
  return age >= -CLOCKS_DIFFER_SECONDS ? Math.max(0, age) : null;
}

/** The guard as of `now`; data of unknown age is neither fresh nor stale. */
export function guardOf(maxAge: MaxAge, data: ArrivedData, now: Date): FreshnessGuard {
  const age = ageSeconds(data, now);
  const state = age === null ? 'unknown' : age > maxAge.maxAgeSeconds ? 'stale' : 'fresh';
  return { maxAgeSeconds: maxAge.maxAgeSeconds, setBy: maxAge.setBy, state };
}
