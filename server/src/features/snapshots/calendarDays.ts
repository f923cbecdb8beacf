/**
 * The calendar day of instants in a time zone. Intl is slow per call, so the beginning of a day is computed once and
 * the instants of that day are only compared with it.
 */
import { ProblemError } from '../../problemError';

const DAY_MS = 86_400_000;

/** Days in one time zone. */
export class CalendarDays {
  /** null: UTC, which is computed: Intl takes 8 MB from its first use on. */
  private readonly format: Intl.DateTimeFormat | null;

  /** Throws `invalid-request` for a name that is not in the IANA time zone database. */
  constructor(timeZone: string) {
    if (timeZone === 'UTC') {
      this.format = null;
      return;
    }
    try {
      this.format = new Intl.DateTimeFormat('en-US', {
        timeZone,
        calendar: 'gregory',
        numberingSystem: 'latn',
        era: 'short',
        year: 'numeric',
        month: '2-digit',
        day: '2-digit',
        hour: '2-digit',
        minute: '2-digit',
        second: '2-digit',
        hourCycle: 'h23'
      });
    } catch {
      throw new ProblemError('invalid-request', {
        detail: 'The time zone is not known.',
        next: 'Use an IANA name, for example Europe/Berlin, or leave it out for UTC.',
        fields: [{ path: 'query.timeZone', message: 'Use an IANA name, for example Europe/Berlin.' }]
      });
    }
  }

  /** `yyyy-mm-dd` of each instant (ms since 1970, UTC), which must come newest first. */
  daysOf(instants: readonly number[]): string[] {
    let day = '';
    let begin = Number.POSITIVE_INFINITY;
    return instants.map(instant => {
      if (instant < begin) {
        const clock = this.clock(instant);
        day = isoDay(clock);
        begin = this.beginOfDay(instant, clock);
      }
      return day;
    });
  }

  /** First instant of the day, or the instant itself where the day begins in an unusual way, for example without a midnight. */
  private beginOfDay(instant: number, clock: number): number {
    const second = Math.floor(instant / 1000) * 1000;
    const midnight = Math.floor(clock / DAY_MS) * DAY_MS;
    const guess = midnight - (clock - second);
    // Another offset at midnight: the clocks were changed during this day.
    const begin = guess - (this.clock(guess) - midnight);
    const right = this.clock(begin) === midnight && this.clock(begin - 1000) < midnight;
    return right && begin <= instant ? begin : instant;
  }

  /** What the clocks of the zone show, to the second, as if it were UTC. */
  private clock(instant: number): number {
    if (this.format === null) {
      return Math.floor(instant / 1000) * 1000;
    }
    const parts: Partial<Record<Intl.DateTimeFormatPartTypes, string>> = {};
    for (const { type, value } of this.format.formatToParts(instant)) {
      parts[type] = value;
    }
    const year = parts.era?.startsWith('B') === true ? 1 - Number(parts.year) : Number(parts.year);
    return Date.UTC(
      year,
      Number(parts.month) - 1,
      Number(parts.day),
      Number(parts.hour),
      Number(parts.minute),
      Number(parts.second)
    );
  }
}

const isoDay = (clock: number): string => new Date(clock).toISOString().slice(0, 10);
