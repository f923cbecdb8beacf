/** What a schedule of ONTAP promises: the longest pause between two transfers, and when the next one begins. Pure. */
import type { MirrorSchedule } from '../../../../contract';
import { secondsOfIsoDuration } from './isoDuration';

/** `cron` of a schedule in ONTAP REST: an empty or absent list, and -1 in it, mean all; days and weekdays are each enough. */
export interface CronFields {
  readonly minutes?: readonly number[] | undefined;
  readonly hours?: readonly number[] | undefined;
  /** Of the month, from 1. */
  readonly days?: readonly number[] | undefined;
  /** From 1. */
  readonly months?: readonly number[] | undefined;
  /** From 0, Sunday. */
  readonly weekdays?: readonly number[] | undefined;
}

export interface ToldSchedule {
  readonly name: string;
  /** ISO 8601 duration. */
  readonly interval?: string | null | undefined;
  readonly cron?: CronFields | null | undefined;
}

export interface ScheduleClock {
  readonly now: Date;
  /** How far ONTAP’s own time zone is ahead of UTC; null: not known, and then no next time of a cron schedule is told. */
  readonly offsetSeconds: number | null;
  /** When the last transfer by an interval schedule began; null: not known, and then no next time of it is told. */
  readonly lastBeganAt: Date | null;
}

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
/** Every weekday falls on every date in it, and leap days too, except around 2100. */
const CYCLE_DAYS = 28 * 366;

/** Longest pauses, in seconds, that were found before: to find one takes a look at each day of 28 years. */
export type KnownPauses = WeakMap<ToldSchedule, number | null>;

/** Name, longest pause and next time, each as far as it is known. */
export function scheduleOf(
  told: ToldSchedule,
  clock: ScheduleClock,
  pauses: KnownPauses = new WeakMap()
): MirrorSchedule {
  const interval = secondsOfIsoDuration(told.interval);
  if (interval !== null && interval > 0) {
    return { name: told.name, everySeconds: interval, nextAt: nextByInterval(interval, clock) };
  }
  const times = told.cron === null || told.cron === undefined ? null : minutesOfDay(told.cron);
  if (times === null) {
    return { name: told.name, everySeconds: null, nextAt: null };
  }
  const cron = told.cron ?? {};
  const isDay = dayTest(cron);
  const isDaily = isAll(cron.days ?? []) && isAll(cron.months ?? []) && isAll(cron.weekdays ?? []);
  const days = isDaily ? 2 : CYCLE_DAYS;
  const known = pauses.get(told);
  const everySeconds = known === undefined ? longestPause(times, isDay, { now: clock.now, days }) : known;
  pauses.set(told, everySeconds);
  return { name: told.name, everySeconds, nextAt: next(times, isDay, clock) };
}

function nextByInterval(seconds: number, { now, lastBeganAt }: ScheduleClock): string | null {
  if (lastBeganAt === null) {
    return null;
  }
  const periods = Math.max(1, Math.ceil((now.getTime() - lastBeganAt.getTime()) / (seconds * 1000)));
  return new Date(lastBeganAt.getTime() + periods * seconds * 1000).toISOString();
}

/** Ascending; null where no minute is told, which cron schedules must have. */
function minutesOfDay({ minutes = [], hours = [] }: CronFields): number[] | null {
  const chosenMinutes = all(minutes, 0, 59);
  if (minutes.length === 0 || chosenMinutes.length === 0) {
    return null;
  }
  return all(hours, 0, 23).flatMap(hour => chosenMinutes.map(minute => hour * 60 + minute));
}

function all(told: readonly number[], from: number, to: number): number[] {
  const every = Array.from({ length: to - from + 1 }, (_, index) => from + index);
  return isAll(told) ? every : every.filter(value => told.includes(value));
}

const isAll = (told: readonly number[]): boolean => told.length === 0 || told.includes(-1);

/** Whether it runs on the day that a moment of UTC lies in. */
function dayTest({ days = [], months = [], weekdays = [] }: CronFields): (at: Date) => boolean {
  return at => {
    if (!isAll(months) && !months.includes(at.getUTCMonth() + 1)) {
      return false;
    }
    const inDays = days.includes(at.getUTCDate());
    const inWeekdays = weekdays.includes(at.getUTCDay());
    // ONTAP commands, job schedule cron create: days of the month and of the week are considered independently.
    return isAll(days) ? isAll(weekdays) || inWeekdays : isAll(weekdays) ? inDays : inDays || inWeekdays;
  };
}

/** In seconds, looking at so many days; null: it never runs. */
function longestPause(
  times: readonly number[],
  isDay: (at: Date) => boolean,
  { now, days }: { readonly now: Date; readonly days: number }
): number | null {
  const [first = 0] = times;
  const last = times.at(-1) ?? 0;
  const within = times.slice(1).reduce((longest, time, index) => Math.max(longest, time - (times[index] ?? 0)), 0);
  const start = Math.floor(now.getTime() / DAY_MS);
  let longest = within;
  let before: number | null = null;
  for (let day = start; day < start + days; day++) {
    if (isDay(new Date(day * DAY_MS))) {
      longest = before === null ? longest : Math.max(longest, (day - before) * 1440 - last + first);
      before = day;
    }
  }
  return before === null ? null : longest * 60;
}

function next(
  times: readonly number[],
  isDay: (at: Date) => boolean,
  { now, offsetSeconds }: ScheduleClock
): string | null {
  if (offsetSeconds === null) {
    return null;
  }
  const there = now.getTime() + offsetSeconds * 1000;
  const today = Math.floor(there / DAY_MS);
  for (let day = today; day < today + CYCLE_DAYS; day++) {
    const time = isDay(new Date(day * DAY_MS))
      ? times.find(minute => day * DAY_MS + minute * MINUTE_MS > there)
      : undefined;
    if (time !== undefined) {
      return new Date(day * DAY_MS + time * MINUTE_MS - offsetSeconds * 1000).toISOString();
    }
  }
  return null;
}
