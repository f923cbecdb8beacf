/** What servers say in Retry-After. */
import { retryAfterMs } from './retryAfter';

const NOW = Date.parse('2026-03-01T12:00:00Z');

it.each([
  ['7', 7000],
  ['0', 0],
  [' 120 ', 120_000],
  ['Sun, 01 Mar 2026 12:00:30 GMT', 30_000],
  ['Sun, 01 Mar 2026 11:59:00 GMT', 0],
  ['soon', null],
  ['', null],
  [undefined, null]
])('%j is %j ms', (header, expected) => {
  expect(retryAfterMs(header, NOW)).toBe(expected);
});
