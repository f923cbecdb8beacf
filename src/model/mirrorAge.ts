/** How old arrived data is, and whether that is more than the schedule or a person allows. Pure; `now` is the server’s clock. */
import type { FreshnessGuard, Mirror } from '../../contract';

/** Age in ms; negative where the clocks differ; null: not known. */
export const ageOf = ({ data }: Pick<Mirror, 'data'>, now: Date): number | null =>
  data.known ? now.getTime() - Date.parse(data.asOf) : null;

/** What a guard says now: what was told of it grows old with the data. null: the volume has none. */
export function guardNow({ data, guard }: Pick<Mirror, 'data' | 'guard'>, now: Date): FreshnessGuard['state'] | null {
  if (guard === null) {
    return null;
  }
  const age = ageOf({ data }, now);
  return age === null ? 'unknown' : age > guard.maxAgeSeconds * 1_000 ? 'stale' : 'fresh';
}

/**
 * The oldest that data gets while all goes as the schedule says, in seconds: right before a transfer ends it is as old as the
 * pause between two and this transfer together. null: the schedule or the length of a transfer is not known.
 */
export function promisedAge({ schedule, lastTransfer }: Pick<Mirror, 'schedule' | 'lastTransfer'>): number | null {
  const every = schedule?.everySeconds ?? null;
  const seconds = lastTransfer?.seconds ?? null;
  return every === null || seconds === null ? null : every + seconds;
}

/** Whether data is older than the schedule promises; false where one of both is not known. */
export function isLate(mirror: Pick<Mirror, 'data' | 'schedule' | 'lastTransfer'>, now: Date): boolean {
  const age = ageOf(mirror, now);
  const promised = promisedAge(mirror);
  return age !== null && promised !== null && age > promised * 1_000;
}

/** When the next guard turns stale, in ms from `now`; null: none will, as far as is known. */
export function untilStale(mirrors: readonly Mirror[], now: Date): number | null {
  const left = mirrors.flatMap(mirror => {
    const age = ageOf(mirror, now);
    const { guard } = mirror;
    return guard === null || age === null || guardNow(mirror, now) !== 'fresh'
      ? []
      : [guard.maxAgeSeconds * 1_000 - age];
  });
  return left.length === 0 ? null : Math.min(...left);
}
