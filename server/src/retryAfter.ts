/** Reads Retry-After (RFC 9110, 10.2.3): seconds or a date. */

/** In ms from now, never negative; null where there is none or it can't be read. */
export function retryAfterMs(header: string | string[] | undefined, now = Date.now()): number | null {
  const text = (Array.isArray(header) ? header[0] : header)?.trim();
  if (text === undefined || text === '') {
    return null;
  }
  if (/^\d+$/.test(text)) {
    return Number(text) * 1000;
  }
  const date = Date.parse(text);
  return Number.isNaN(date) ? null : Math.max(0, date - now);
}
