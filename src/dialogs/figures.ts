/** The few values that dialogs, messages and cell outputs write in a way of their own; all others: src/model/format. */
import type { TranslationBundle } from '@jupyterlab/translation';
import type { Format } from '../model/format';

/** Words, writers of values and the clock, as every dialog gets them. */
export interface ILanguage {
  readonly trans: TranslationBundle;
  readonly format: Format;
  readonly now: () => Date;
}

/** A measured length of time, in milliseconds: `1.8 s`, `42 s`, `1 min 50 s`, `1 h 02 min`. */
export function measuredText(ms: number, trans: TranslationBundle): string {
  if (ms < 9950) {
    return trans.__('%1 s', String(Number((ms / 1000).toFixed(1))));
  }
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) {
    return trans.__('%1 s', seconds);
  }
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) {
    return seconds % 60 === 0 ? trans.__('%1 min', minutes) : trans.__('%1 min %2 s', minutes, seconds % 60);
  }
  return trans.__('%1 h %2 min', Math.floor(minutes / 60), String(minutes % 60).padStart(2, '0'));
}

// No snapshot is from then, so the year is always written.
const ANOTHER_YEAR = new Date(0);

/** A moment with its year, for sentences that decide something: `17 Nov 2026, 09:12`. */
export const momentWithYear = (instant: string, format: Format): string => format.moment(instant, ANOTHER_YEAR);

/** The title that is offered for a new snapshot, local time: `2026-11-19 14:20`. */
export function isoTitle(now: Date): string {
  const two = (value: number) => String(value).padStart(2, '0');
  const day = `${String(now.getFullYear())}-${two(now.getMonth() + 1)}-${two(now.getDate())}`;
  return `${day} ${two(now.getHours())}:${two(now.getMinutes())}`;
}

/** File name of a path below the server's root. */
export const fileName = (path: string): string => path.slice(path.lastIndexOf('/') + 1);
