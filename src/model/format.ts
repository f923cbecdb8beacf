/** How values are written: times, days, durations, sizes. Pure. */
import type { TranslationBundle } from '@jupyterlab/translation';
import type { Size } from '../../contract';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'] as const;

/** Stands for what is not known. Never 0. */
export const UNKNOWN = '–';

/** Writers of values in one language and time zone. */
export interface Format {
  /** "just now", "12 min ago", "1 h ago" (today), else the clock time, because the day heading names the day. */
  ago(instant: string, now: Date): string;
  /** As `ago`, but complete where no day heading stands above: "17 Nov, 09:12". */
  agoAlone(instant: string, now: Date): string;
  /** "09:12" */
  clock(instant: string | Date): string;
  /** "14:08:03" */
  clockSeconds(instant: string): string;
  /** "19 Nov 2026, 14:08:03 (UTC+1)", for hover and screen readers. */
  full(instant: string): string;
  /** "17 Nov, 09:12", with the year if it is another one than now's. */
  moment(instant: string, now: Date): string;
  /** "Today, Thu 19 Nov", "Yesterday, Wed 18 Nov", "Tue 17 Nov", with the year if it is another one. `day` is YYYY-MM-DD. */
  day(day: string, now: Date): string;
  /** Calendar day of an instant, YYYY-MM-DD. */
  dayOf(instant: string | Date): string;
  /** "42 s", "6 min", "1 h 02 min"; `ms` in milliseconds. */
  duration(ms: number): string;
  /** "1.2 GiB": IEC units, three significant digits. */
  bytes(bytes: number): string;
  /** Bytes, or "–". */
  size(size: Size): string;
  /** "12.4 of 50 GiB", "– of 2 TiB". */
  usedOf(used: Size, requested: Size): string;
  /** "10,412" */
  count(count: number): string;
  /** "0.871": a measured number, four significant digits. */
  figure(value: number): string;
}

/** Makes the writers; without `timeZone` the browser's is used. */
export function makeFormat(options: { trans: TranslationBundle; locale: string; timeZone?: string }): Format {
  const { trans, timeZone } = options;
  const locale = options.locale.replace('_', '-');
  const english = locale.startsWith('en');
  const writer = (parts: Intl.DateTimeFormatOptions, of = locale) =>
    new Intl.DateTimeFormat(of, { timeZone, ...parts });
  const clockWriter = writer({ hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
  const secondsWriter = writer({ hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' });
  const isoDay = writer({ year: 'numeric', month: '2-digit', day: '2-digit' }, 'en-CA');
  const offset = writer({ timeZoneName: 'shortOffset' }, 'en-US');
  const shortDate: Intl.DateTimeFormatOptions = { day: 'numeric', month: 'short' };
  const countWriter = new Intl.NumberFormat(locale);
  const figures = new Intl.NumberFormat(locale, { maximumSignificantDigits: 4, useGrouping: false });
  const digits = new Intl.NumberFormat(locale, { maximumSignificantDigits: 3, useGrouping: false });

  const dateWriter = (parts: Intl.DateTimeFormatOptions, utc: boolean) => {
    const made = new Intl.DateTimeFormat(english ? 'en-US' : locale, { timeZone: utc ? 'UTC' : timeZone, ...parts });
    return (date: Date): string => {
      if (!english) {
        return made.format(date);
      }
      // English months and weekdays, in the order day month year.
      const named = new Map(made.formatToParts(date).map(part => [part.type, part.value]));
      return [named.get('weekday'), named.get('day'), named.get('month'), named.get('year')]
        .filter(part => part !== undefined)
        .join(' ');
    };
  };
  const date = dateWriter(shortDate, false);
  const dateWithYear = dateWriter({ ...shortDate, year: 'numeric' }, false);
  const dayName = dateWriter({ ...shortDate, weekday: 'short' }, true);
  const dayNameWithYear = dateWriter({ ...shortDate, weekday: 'short', year: 'numeric' }, true);

  const clock = (instant: string | Date) => clockWriter.format(new Date(instant));
  const dayOf = (instant: string | Date) => isoDay.format(new Date(instant));
  const moment = (instant: string, now: Date) => {
    const then = new Date(instant);
    const sameYear = dayOf(then).slice(0, 4) === dayOf(now).slice(0, 4);
    return `${(sameYear ? date : dateWithYear)(then)}, ${clock(then)}`;
  };
  /** Relative words, or null where the clock time says more. */
  const relative = (instant: string, now: Date): string | null => {
    const age = now.getTime() - Date.parse(instant);
    // Clocks of server and page may differ a little; what lies further ahead is told by its clock time.
    if (age < -MINUTE) {
      return null;
    }
    if (age < MINUTE) {
      return trans.__('just now');
    }
    if (age < HOUR) {
      return trans.__('%1 min ago', Math.floor(age / MINUTE));
    }
    return dayOf(instant) === dayOf(now) ? trans.__('%1 h ago', Math.floor(age / HOUR)) : null;
  };
  const unitOf = (bytes: number): number => {
    let unit = 0;
    // 999.5 would be written as 1000: the next unit says it in three digits.
    while (unit < UNITS.length - 1 && bytes / 1024 ** unit >= 999.5) {
      unit++;
    }
    return unit;
  };
  const inUnit = (bytes: number, unit: number) => digits.format(bytes / 1024 ** unit);
  const bytes = (value: number) => `${inUnit(value, unitOf(value))} ${UNITS[unitOf(value)] ?? ''}`;
  const size = (value: Size) => (value.known ? bytes(value.bytes) : UNKNOWN);

  return {
    ago: (instant, now) => relative(instant, now) ?? clock(instant),
    agoAlone: (instant, now) => relative(instant, now) ?? moment(instant, now),
    clock,
    clockSeconds: instant => secondsWriter.format(new Date(instant)),
    full: instant => {
      const then = new Date(instant);
      const zone = offset.formatToParts(then).find(part => part.type === 'timeZoneName')?.value ?? 'GMT';
      return `${dateWithYear(then)}, ${secondsWriter.format(then)} (${zone.replace('GMT', 'UTC')})`;
    },
    moment,
    day: (day, now) => {
      const today = dayOf(now);
      const name = (day.slice(0, 4) === today.slice(0, 4) ? dayName : dayNameWithYear)(new Date(`${day}T12:00:00Z`));
      if (day === today) {
        return trans.__('Today, %1', name);
      }
      return day === dayBefore(today) ? trans.__('Yesterday, %1', name) : name;
    },
    dayOf,
    duration: ms => {
      const seconds = Math.max(0, Math.floor(ms / 1000));
      if (seconds < 60) {
        return trans.__('%1 s', seconds);
      }
      const minutes = Math.floor(seconds / 60);
      if (minutes < 60) {
        return trans.__('%1 min', minutes);
      }
      return trans.__('%1 h %2 min', Math.floor(minutes / 60), String(minutes % 60).padStart(2, '0'));
    },
    bytes,
    size,
    usedOf: (used, requested) => {
      if (!used.known || !requested.known) {
        return trans.__('%1 of %2', size(used), size(requested));
      }
      const unit = unitOf(requested.bytes);
      const readable = used.bytes === 0 || used.bytes / 1024 ** unit >= 0.01;
      return trans.__('%1 of %2', readable ? inUnit(used.bytes, unit) : bytes(used.bytes), bytes(requested.bytes));
    },
    count: count => countWriter.format(count),
    figure: value => figures.format(value)
  };
}

/** The calendar day before YYYY-MM-DD. */
export function dayBefore(day: string): string {
  const date = new Date(`${day}T00:00:00Z`);
  date.setUTCDate(date.getUTCDate() - 1);
  return date.toISOString().slice(0, 10);
}

/** First and last instant of a calendar day YYYY-MM-DD in the browser's time zone; `to` is exclusive. */
export function boundsOfDay(day: string): { from: string; to: string } {
  const [year = 1970, month = 1, date = 1] = day.split('-').map(Number);
  return {
    from: new Date(year, month - 1, date).toISOString(),
    to: new Date(year, month - 1, date + 1).toISOString()
  };
}
