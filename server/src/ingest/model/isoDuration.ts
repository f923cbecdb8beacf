/** Durations as ONTAP writes them (ISO 8601) and as people write them in settings and annotations. Pure. */

/** Years and months have no fixed length: ONTAP tells none, and they are not read. */
const ISO = /^P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:[.,]\d+)?)S)?)?$/;

const WEEK = 604_800;
const DAY = 86_400;
const HOUR = 3_600;
const MINUTE = 60;

/** Seconds of `PT8H35M42S` or `P2DT3H`; null where it is absent or none. */
export function secondsOfIsoDuration(text: string | null | undefined): number | null {
  const match = ISO.exec(text?.trim() ?? '');
  const parts = match?.slice(1) ?? [];
  if (match === null || parts.every(part => part === undefined) || match[0].endsWith('T')) {
    return null;
  }
  const [weeks = 0, days = 0, hours = 0, minutes = 0, seconds = 0] = parts.map(part =>
    Number((part ?? '0').replace(',', '.'))
  );
  const sum = weeks * WEEK + days * DAY + hours * HOUR + minutes * MINUTE + seconds;
  return Number.isSafeInteger(Math.ceil(sum)) ? sum : null;
}

const UNITS: Readonly<Record<string, number>> = { s: 1, m: MINUTE, min: MINUTE, h: HOUR, d: DAY, w: WEEK };

/** Seconds of `90s`, `30m`, `1h`, `1.5 d`, or of an ISO 8601 duration; null where it is none, or zero. */
export function secondsOfMaxAge(text: string | null | undefined): number | null {
  const [, amount, unit = ''] = /^(\d+(?:\.\d+)?)\s*(s|m|min|h|d|w)$/i.exec(text?.trim() ?? '') ?? [];
  const factor = UNITS[unit.toLowerCase()];
  const seconds =
    amount === undefined || factor === undefined ? secondsOfIsoDuration(text?.toUpperCase()) : Number(amount) * factor;
  return seconds !== null && seconds > 0 && Number.isFinite(seconds) ? seconds : null;
}
