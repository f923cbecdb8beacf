// Schedules of transfers, and when they come due. Cron fields as ONTAP's: absent means every one; times are UTC.
import { randomUUID } from 'node:crypto';
import { secondsOf } from './isoDuration';

const MINUTE_MS = 60_000;
/** Longest look ahead for a cron time: a year and a day of minutes. */
const MOST_MINUTES = 367 * 24 * 60;

export interface Cron {
  readonly minutes?: readonly number[] | undefined;
  readonly hours?: readonly number[] | undefined;
  readonly days?: readonly number[] | undefined;
  readonly months?: readonly number[] | undefined;
  readonly weekdays?: readonly number[] | undefined;
}

/** A schedule of the cluster: either cron or an interval as ISO 8601 duration. */
export class TransferSchedule {
  readonly uuid = randomUUID();
  private _known: { from: number; next: number } | null = null;

  constructor(
    readonly name: string,
    readonly when: { readonly cron: Cron } | { readonly interval: string }
  ) {
    if ('interval' in when && !(secondsOf(when.interval) ?? 0)) {
      throw new Error(`${when.interval} is no interval`);
    }
  }

  /** The first time after `after`, which for an interval is when the last one came due. Milliseconds of the epoch. */
  next(after: number): number {
    if ('interval' in this.when) {
      return after + (secondsOf(this.when.interval) ?? 0) * 1000;
    }
    // Thousands of mirrors ask for the same one.
    if (this._known === null || after < this._known.from || after >= this._known.next) {
      this._known = { from: after, next: nextOfCron(this.when.cron, after) };
    }
    return this._known.next;
  }

  /** As REST tells it. */
  record(): object {
    const { name, uuid } = this;
    return { uuid, name, type: 'interval' in this.when ? 'interval' : 'cron', scope: 'cluster', ...this.when };
  }
}

function nextOfCron({ minutes, hours, days, months, weekdays }: Cron, after: number): number {
  const fits = (wanted: readonly number[] | undefined, value: number) => wanted === undefined || wanted.includes(value);
  let at = Math.floor(after / MINUTE_MS) * MINUTE_MS;
  for (let tries = 0; tries < MOST_MINUTES; tries += 1) {
    at += MINUTE_MS;
    const date = new Date(at);
    const day = fits(days, date.getUTCDate()) && fits(weekdays, date.getUTCDay());
    if (
      fits(minutes, date.getUTCMinutes()) &&
      fits(hours, date.getUTCHours()) &&
      day &&
      fits(months, date.getUTCMonth() + 1)
    ) {
      return at;
    }
  }
  return Infinity;
}

/** Those that every cluster has. */
export const usualSchedules = (): TransferSchedule[] => [
  new TransferSchedule('5min', { cron: { minutes: Array.from({ length: 12 }, (_, index) => index * 5) } }),
  new TransferSchedule('10min', { cron: { minutes: [0, 10, 20, 30, 40, 50] } }),
  new TransferSchedule('hourly', { cron: { minutes: [5] } }),
  new TransferSchedule('8hour', { cron: { minutes: [15], hours: [2, 10, 18] } }),
  new TransferSchedule('daily', { cron: { minutes: [10], hours: [0] } }),
  new TransferSchedule('weekly', { cron: { minutes: [15], hours: [0], weekdays: [0] } }),
  new TransferSchedule('monthly', { cron: { minutes: [20], hours: [0], days: [1] } })
];
