import { pauseBefore } from './connectionLoop';

it('waits longer after every failure, up to a minute, and never less than half of that', () => {
  const longest = [1, 2, 3, 7, 50].map(failure => pauseBefore(failure, () => 1));
  expect(longest).toEqual([1_000, 2_000, 4_000, 60_000, 60_000]);
  expect(pauseBefore(3, () => 0)).toBe(2_000);
});
