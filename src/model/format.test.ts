import { nullTranslator } from '@jupyterlab/translation';
import { boundsOfDay, dayBefore, makeFormat } from './format';

const trans = nullTranslator.load('jupyterlab_datamark');
const format = makeFormat({ trans, locale: 'en', timeZone: 'Europe/Berlin' });
const now = new Date('2026-11-19T13:20:00Z');

it.each([
  ['2026-11-19T13:19:30Z', 'just now'],
  ['2026-11-19T13:20:20Z', 'just now'],
  ['2026-11-19T13:08:00Z', '12 min ago'],
  ['2026-11-19T12:15:00Z', '1 h ago'],
  ['2026-11-18T15:40:00Z', '16:40'],
  ['2026-11-18T23:30:00Z', '13 h ago'],
  ['2026-11-18T22:30:00Z', '23:30'],
  ['2027-01-01T00:00:00Z', '01:00']
])('writes the time %s as "%s"', (instant, text) => {
  expect(format.ago(instant, now)).toBe(text);
});

it('writes the whole time with its offset for hover', () => {
  expect(format.full('2026-11-19T13:08:03Z')).toBe('19 Nov 2026, 14:08:03 (UTC+1)');
  expect(format.full('2026-07-01T13:08:03Z')).toBe('1 Jul 2026, 15:08:03 (UTC+2)');
});

it('names the day where no heading does', () => {
  expect(format.agoAlone('2026-11-17T08:12:00Z', now)).toBe('17 Nov, 09:12');
  expect(format.agoAlone('2025-11-17T08:12:00Z', now)).toBe('17 Nov 2025, 09:12');
});

it.each([
  ['2026-11-19', 'Today, Thu 19 Nov'],
  ['2026-11-18', 'Yesterday, Wed 18 Nov'],
  ['2026-11-17', 'Tue 17 Nov'],
  ['2025-03-12', 'Wed 12 Mar 2025']
])('heads the day %s as "%s"', (day, text) => {
  expect(format.day(day, now)).toBe(text);
});

it('takes the day from the time zone, not from UTC', () => {
  expect(format.dayOf('2026-11-18T23:30:00Z')).toBe('2026-11-19');
});

it.each([
  [0, '0 s'],
  [42_900, '42 s'],
  [6 * 60_000 + 59_000, '6 min'],
  [62 * 60_000, '1 h 02 min'],
  [-5, '0 s']
])('writes %d ms as "%s"', (ms, text) => {
  expect(format.duration(ms)).toBe(text);
});

it.each([
  [0, '0 B'],
  [999, '999 B'],
  [1000, '0.977 KiB'],
  [1024, '1 KiB'],
  [1.2 * 2 ** 30, '1.2 GiB'],
  [214 * 2 ** 20, '214 MiB'],
  [1.016 * 2 ** 40, '1.02 TiB'],
  [12_400 * 2 ** 50, '12400 PiB']
])('writes %d bytes as "%s"', (bytes, text) => {
  expect(format.bytes(bytes)).toBe(text);
});

it('writes used of requested in one unit, and unknown as a dash', () => {
  const gib = (value: number) => ({ known: true as const, bytes: value * 2 ** 30 });
  const unknown = { known: false as const, reason: 'never measured' };
  expect(format.usedOf(gib(12.4), gib(50))).toBe('12.4 of 50 GiB');
  expect(format.usedOf(unknown, gib(2048))).toBe('– of 2 TiB');
  expect(format.usedOf(gib(0), gib(50))).toBe('0 of 50 GiB');
  expect(format.usedOf(gib(0.2), gib(20480))).toBe('205 MiB of 20 TiB');
  expect(format.size(unknown)).toBe('–');
});

it('writes dates of other languages in their own order', () => {
  const german = makeFormat({ trans, locale: 'de_DE', timeZone: 'Europe/Berlin' });
  expect(german.day('2026-11-17', now)).toMatch(/^Di\.?, 17\. Nov/);
});

it('knows the day before and the bounds of a day', () => {
  expect(dayBefore('2026-03-01')).toBe('2026-02-28');
  const { from, to } = boundsOfDay('2026-03-29');
  const hours = (Date.parse(to) - Date.parse(from)) / 3_600_000;
  expect([23, 24, 25]).toContain(hours);
  expect(new Date(from).getHours()).toBe(0);
});
