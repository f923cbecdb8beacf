import { ageSeconds, guardOf } from './freshnessGuard';

const NOW = new Date('2026-11-23T12:00:00Z');
const told = (asOf: string): Parameters<typeof ageSeconds>[0] => ({ known: true, asOf, snapshot: null });
const HOUR = { maxAgeSeconds: 3600, setBy: 'annotation' } as const;

test('data is fresh up to the demanded age, and stale after it', () => {
  expect(guardOf(HOUR, told('2026-11-23T11:00:00Z'), NOW)).toEqual({ ...HOUR, state: 'fresh' });
  expect(guardOf(HOUR, told('2026-11-23T10:59:59Z'), NOW)).toEqual({ ...HOUR, state: 'stale' });
});

test('data of unknown age is neither', () => {
  const unknown = { known: false, reason: 'lag_time is absent', snapshot: null } as const;
  expect(guardOf(HOUR, unknown, NOW).state).toBe('unknown');
  expect(ageSeconds(unknown, NOW)).toBeNull();
});

test('a clock that is behind makes no negative age', () => {
  expect(ageSeconds(told('2026-11-23T12:00:05Z'), NOW)).toBe(0);
});

test('data that is not made yet by its time is of unknown age: a clock is wrong', () => {
  expect(ageSeconds(told('2026-11-23T12:01:01Z'), NOW)).toBeNull();
  expect(guardOf(HOUR, told('2026-11-23T13:00:00Z'), NOW).state).toBe('unknown');
});
