import type { SeenTransfers } from '../../../contract';
import { SPARK_HEIGHT, sparkBars } from './sparkBars';

const seen = (...ages: (number | null)[]): SeenTransfers => ({
  since: '2026-11-10T10:00:00Z',
  gaps: false,
  items: ages.map(ageSeconds => ({
    endedAt: '2026-11-19T14:00:00Z',
    type: 'update',
    state: 'succeeded',
    bytes: 1,
    seconds: 1,
    ageSeconds
  }))
});

it('draws one bar for each known age, the newest at the end, scaled to the oldest or the promise', () => {
  const { bars, highest, promised } = sparkBars(seen(100, null, 50), 200);
  expect(bars.map(({ height }) => height)).toEqual([12, 6]);
  expect(bars.map(({ x }) => Math.round((x / 234) * 24))).toEqual([21, 23]);
  expect(highest).toBe(100);
  expect(promised).toBe(SPARK_HEIGHT - 24);
});

it('marks what is older than promised, and nothing where nothing is promised', () => {
  expect(sparkBars(seen(100, 300), 200)).toMatchObject({ late: 1, bars: [{ bad: false }, { bad: true }] });
  expect(sparkBars(seen(100, 300), null)).toMatchObject({ late: 0, promised: null });
});

it('marks a transfer that failed, however young the data was', () => {
  const [item] = seen(1).items;
  if (item === undefined) {
    throw new Error('there is one');
  }
  expect(sparkBars({ ...seen(), items: [{ ...item, state: 'failed' }] }, 200).late).toBe(1);
});

it('knows no highest age where none was told', () => {
  expect(sparkBars(seen(null, null), 200)).toMatchObject({ bars: [], highest: null });
});
