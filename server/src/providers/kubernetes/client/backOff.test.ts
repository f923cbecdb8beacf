/** How long the client waits between its tries. */
import { backOffMs, waitMs } from './backOff';

const PACE = { baseMs: 100, capMs: 1000 };

it('doubles the longest wait with each failure, up to a bound', () => {
  const longest = [1, 2, 3, 4, 5, 60].map(failures => backOffMs(PACE, failures, () => 1));
  expect(longest).toEqual([100, 200, 400, 800, 1000, 1000]);
});

it('waits for any part of it, so that many clients do not come back at once', () => {
  expect(backOffMs(PACE, 3, () => 0)).toBe(0);
  expect(backOffMs(PACE, 3, () => 0.25)).toBe(100);
});

it('never comes back before the server wants', () => {
  expect(waitMs(PACE, 1, 5000, () => 0)).toBe(5000);
  expect(waitMs(PACE, 9, 5000, () => 1)).toBe(5100);
});
