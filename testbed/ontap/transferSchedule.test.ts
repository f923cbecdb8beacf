import { TransferSchedule, usualSchedules } from './transferSchedule';

const times = (schedule: TransferSchedule, from: string, count: number): string[] => {
  let at = Date.parse(from);
  return Array.from({ length: count }, () => {
    at = schedule.next(at);
    return new Date(at).toISOString().slice(0, 16);
  });
};
const usual = (name: string): TransferSchedule => {
  const schedule = usualSchedules().find(one => one.name === name);
  if (schedule === undefined) {
    throw new Error(`there is no ${name}`);
  }
  return schedule;
};

it.each([
  ['5min', ['2026-11-23T10:05', '2026-11-23T10:10', '2026-11-23T10:15']],
  ['hourly', ['2026-11-23T10:05', '2026-11-23T11:05', '2026-11-23T12:05']],
  ['8hour', ['2026-11-23T10:15', '2026-11-23T18:15', '2026-11-24T02:15']],
  ['daily', ['2026-11-24T00:10', '2026-11-25T00:10', '2026-11-26T00:10']],
  ['weekly', ['2026-11-29T00:15', '2026-12-06T00:15', '2026-12-13T00:15']],
  ['monthly', ['2026-12-01T00:20', '2027-01-01T00:20', '2027-02-01T00:20']]
])('%s comes due when a cluster’s does', (name, due) => {
  expect(times(usual(name), '2026-11-23T10:00:00Z', 3)).toEqual(due);
});

it('an interval counts from the last time', () => {
  const schedule = new TransferSchedule('often', { interval: 'PT7M30S' });
  expect(schedule.next(1000)).toBe(451_000);
  expect(() => new TransferSchedule('never', { interval: 'soon' })).toThrow('no interval');
});

it('asked for an earlier time again, it does not tell the later one', () => {
  const schedule = usual('hourly');
  const late = Date.parse('2026-11-23T12:00:00Z');
  schedule.next(late);
  expect(times(schedule, '2026-11-23T10:00:00Z', 1)).toEqual(['2026-11-23T10:05']);
});

it('a day that never comes is never due', () => {
  expect(new TransferSchedule('never', { cron: { months: [2], days: [30] } }).next(0)).toBe(Infinity);
});
