import { isoDuration, secondsOf } from './isoDuration';

it.each([
  [0, 'PT0S'],
  [59.9, 'PT59S'],
  [30_942, 'PT8H35M42S'],
  [86_400, 'P1D'],
  [183_600, 'P2DT3H'],
  [90_061, 'P1DT1H1M1S']
])('%s s is %s, and back', (seconds, text) => {
  expect(isoDuration(seconds)).toBe(text);
  expect(secondsOf(text)).toBe(Math.floor(seconds));
});

it.each([
  ['PT90M', 5400],
  ['P1W', 604_800],
  ['PT1.5S', 1.5],
  ['P', null],
  ['PT', null],
  ['8h', null],
  ['', null]
])('%s is %s s', (text, seconds) => {
  expect(secondsOf(text)).toBe(seconds);
});
