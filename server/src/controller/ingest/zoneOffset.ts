/** How far a time zone is ahead of UTC at a moment. Pure. */

/** In seconds; null: the zone is not known here. */
export function zoneOffsetSeconds(timeZone: string, at: Date): number | null {
  try {
    const parts = new Intl.DateTimeFormat('en-US', { timeZone, timeZoneName: 'longOffset' }).formatToParts(at);
    const told = parts.find(({ type }) => type === 'timeZoneName')?.value ?? '';
    const [, sign, hours = '0', minutes = '0', seconds = '0'] =
      /^GMT(?:([+-])(\d{2}):(\d{2})(?::(\d{2}))?)?$/.exec(told) ?? [];
    if (!told.startsWith('GMT')) {
      return null;
    }
    const offset = Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds);
    return sign === '-' ? -offset : offset;
  } catch {
    return null;
  }
}
