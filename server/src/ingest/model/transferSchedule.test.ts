import { scheduleOf, type CronFields } from './transferSchedule';

/** A Monday. */
const NOW = new Date('2026-11-23T12:07:30Z');
const UTC = { now: NOW, offsetSeconds: 0, lastBeganAt: null };
const HOUR = 3600;
const DAY = 24 * HOUR;

const ofCron = (cron: CronFields, offsetSeconds: number | null = 0): ReturnType<typeof scheduleOf> =>
  scheduleOf({ name: 'some', cron }, { ...UTC, offsetSeconds });

test('an interval promises itself; its next time counts from the last transfer', () => {
  expect(scheduleOf({ name: '10m', interval: 'PT10M' }, UTC)).toEqual({ name: '10m', everySeconds: 600, nextAt: null });
  const lastBeganAt = new Date('2026-11-23T11:55:00Z');
  expect(scheduleOf({ name: '10m', interval: 'PT10M' }, { ...UTC, lastBeganAt }).nextAt).toBe(
    '2026-11-23T12:15:00.000Z'
  );
});

test('minutes alone run every hour', () => {
  expect(ofCron({ minutes: [5] })).toEqual({ name: 'some', everySeconds: HOUR, nextAt: '2026-11-23T13:05:00.000Z' });
});

test('the longest pause counts, not the usual one', () => {
  expect(ofCron({ minutes: [0, 5, 10, 15] }).everySeconds).toBe(45 * 60);
  expect(ofCron({ minutes: [0], hours: [8, 12, 16] })).toMatchObject({
    everySeconds: 16 * HOUR,
    nextAt: '2026-11-23T16:00:00.000Z'
  });
});

test('the pause over the weekend counts', () => {
  expect(ofCron({ minutes: [0], hours: [2], weekdays: [1, 2, 3, 4, 5] })).toMatchObject({
    everySeconds: 3 * DAY,
    nextAt: '2026-11-24T02:00:00.000Z'
  });
});

test('days of the month and of the week are each enough', () => {
  const both = ofCron({ minutes: [0], hours: [0], days: [24], weekdays: [0] });
  expect(both).toMatchObject({ everySeconds: 7 * DAY, nextAt: '2026-11-24T00:00:00.000Z' });
});

test('a day that comes only in leap years is found', () => {
  expect(ofCron({ minutes: [0], hours: [0], days: [29], months: [2] }).nextAt).toBe('2028-02-29T00:00:00.000Z');
});

test('-1 means all', () => {
  expect(ofCron({ minutes: [5], hours: [-1], days: [-1] }).everySeconds).toBe(HOUR);
});

test('cron runs by the clock of ONTAP', () => {
  expect(ofCron({ minutes: [30], hours: [13] }, HOUR).nextAt).toBe('2026-11-23T12:30:00.000Z');
  expect(ofCron({ minutes: [30], hours: [13] }, null)).toMatchObject({ everySeconds: DAY, nextAt: null });
});

test.each([
  ['no times', { name: 'x' }],
  ['no minutes', { name: 'x', cron: { hours: [1] } }],
  ['a day that never comes', { name: 'x', cron: { minutes: [0], days: [31], months: [2] } }],
  ['an interval that is none', { name: 'x', interval: 'soon' }]
])('of a schedule with %s only the name is known', (_, told) => {
  expect(scheduleOf(told, UTC)).toEqual({ name: 'x', everySeconds: null, nextAt: null });
});

test('what a monthly schedule promises is found once for all its mirrors', () => {
  const told = { name: 'monthly', cron: { minutes: [5], hours: [2], days: [1] } };
  const pauses = new WeakMap();
  const first = scheduleOf(told, UTC, pauses);
  expect(pauses.get(told)).toBe(first.everySeconds);
  // Far too little time to look at each day of 28 years for each mirror.
  const began = performance.now();
  for (let mirror = 0; mirror < 5_000; mirror++) {
    expect(scheduleOf(told, UTC, pauses)).toEqual(first);
  }
  expect(performance.now() - began).toBeLessThan(2_000);
});
