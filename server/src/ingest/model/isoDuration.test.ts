import { secondsOfIsoDuration, secondsOfMaxAge } from './isoDuration';

test.each([
  ['PT8H35M42S', 30_942],
  ['P2DT3H', 183_600],
  ['P1W', 604_800],
  ['PT0S', 0],
  ['PT1.5S', 1.5],
  ['PT1000H', 3_600_000]
])('reads %s', (text, seconds) => {
  expect(secondsOfIsoDuration(text)).toBe(seconds);
});

test.each([undefined, null, '', 'P', 'PT', 'P1DT', 'P1Y', 'P1M', '-PT5M', 'PT5X', '300', 'unknown'])(
  'an age that is told as %p is not known',
  text => {
    expect(secondsOfIsoDuration(text)).toBeNull();
  }
);

test.each([
  ['1h', 3600],
  ['90 s', 90],
  ['30m', 1800],
  ['30 min', 1800],
  ['1.5d', 129_600],
  ['2W', 1_209_600],
  ['pt1h', 3600]
])('a demand of %s is read', (text, seconds) => {
  expect(secondsOfMaxAge(text)).toBe(seconds);
});

test.each([undefined, '', '0h', '1', 'an hour', '-1h', '1h30m'])('a demand of %p is none', text => {
  expect(secondsOfMaxAge(text)).toBeNull();
});
