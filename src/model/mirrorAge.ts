/** How old arrived data is, and whether that is more than the schedule or a person allows. Pure; `now` is the server’s clock. */
import type { FreshnessGuard, Mirror, MirrorState } from '../../contract';

/** By so much two clocks differ without anything being wrong, in ms. */
const CLOCKS_DIFFER_MS = 60_000;

/** Age in ms, never negative; null: not known, also where by its time the data is not made yet, since a clock is wrong. */
export function ageOf({ data }: Pick<Mirror, 'data'>, now: Date): number | null {
  const age = data.known ? now.getTime() - Date.parse(data.asOf) : Number.NaN;
  return age >= -CLOCKS_DIFFER_MS ? Math.max(0, age) : null;
}

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
 * pause between two and this transfer together. Where no length is known: a schedule can only be kept by transfers that are
 * shorter than its pause. null: the schedule is not known.
 */
export function promisedAge({
  schedule,
  ...mirror
}: Pick<Mirror, 'schedule' | 'lastTransfer' | 'seen'>): number | null {
  const every = schedule?.everySeconds ?? null;
  return every === null ? null : every + (secondsOfUpdate(mirror) ?? every);
}

/** How long the last update took that succeeded; one that failed or was the first tells nothing of the next. */
function secondsOfUpdate({ lastTransfer, seen }: Pick<Mirror, 'lastTransfer' | 'seen'>): number | null {
  const known = [...(seen?.items ?? []), ...(lastTransfer === null ? [] : [lastTransfer])];
  const good = known.findLast(
    ({ type, state, seconds }) => type !== 'initialize' && state === 'succeeded' && seconds !== null
  );
  return good?.seconds ?? null;
}

/** States in which no schedule promises anything. */
const ENDED: readonly MirrorState[] = ['broken-off', 'promoted', 'released'];

/** Whether data is older than the schedule promises; false where one of both is not known, or replication was ended. */
export function isLate(
  mirror: Pick<Mirror, 'data' | 'schedule' | 'lastTransfer' | 'seen' | 'state'>,
  now: Date
): boolean {
  const age = ageOf(mirror, now);
  const promised = promisedAge(mirror);
  return !ENDED.includes(mirror.state) && age !== null && promised !== null && age > promised * 1_000;
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
