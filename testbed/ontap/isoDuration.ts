// Durations as ONTAP writes them, ISO 8601: PT8H35M42S, P2DT3H. Its filters also take the short P2DT and plain PT90M.
const UNITS = { W: 604_800, D: 86_400, H: 3600, M: 60, S: 1 } as const;
const SHAPE = /^P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?$/;

/** Text of so many seconds; parts of a second are left out. */
export function isoDuration(seconds: number): string {
  let left = Math.max(0, Math.floor(seconds));
  const take = (unit: 'D' | 'H' | 'M' | 'S'): string => {
    const count = Math.floor(left / UNITS[unit]);
    left -= count * UNITS[unit];
    return count > 0 ? `${count}${unit}` : '';
  };
  const days = take('D');
  const time = take('H') + take('M') + take('S');
  return days === '' && time === '' ? 'PT0S' : `P${days}${time === '' ? '' : `T${time}`}`;
}

/** Seconds of such a text; null: it is none. */
export function secondsOf(text: string): number | null {
  const parts = SHAPE.exec(text);
  if (parts === null || text === 'P' || text === 'PT') {
    return null;
  }
  const [, weeks = 0, days = 0, hours = 0, minutes = 0, seconds = 0] = parts;
  return (
    Number(weeks) * UNITS.W +
    Number(days) * UNITS.D +
    Number(hours) * UNITS.H +
    Number(minutes) * UNITS.M +
    Number(seconds)
  );
}
