/** How often a caller may ask. */
import { CallerLimits } from './callerLimits';

it('lets some through at once, then as many as a minute allows, each caller for itself', () => {
  let now = 0;
  const limits = new CallerLimits({ atOnce: 2, perMinute: 60 }, () => now);

  expect([limits.take('a'), limits.take('a'), limits.take('a')]).toEqual([0, 0, 1_000]);
  expect(limits.take('b')).toBe(0);
  now = 999;
  expect(limits.take('a')).toBe(1);
  now = 1_000;
  expect(limits.take('a')).toBe(0);
});
