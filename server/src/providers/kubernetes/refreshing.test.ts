/** When the cluster is looked at where nothing tells of changes. */
import { Refreshing } from './refreshing';

let looks: number;
let busy: boolean;
let needed: boolean;
let refreshing: Refreshing;

beforeEach(() => {
  jest.useFakeTimers();
  looks = 0;
  busy = false;
  needed = true;
  refreshing = new Refreshing({
    needed: () => needed,
    busy: () => busy,
    refresh: () => {
      looks += 1;
      return Promise.resolve();
    }
  });
});

afterEach(() => {
  refreshing.stop();
  jest.useRealTimers();
});

const after = async (ms: number): Promise<number> => {
  const before = looks;
  await jest.advanceTimersByTimeAsync(ms);
  return looks - before;
};

it('looks as soon as somebody follows, then ever more rarely, at most every 30 s', async () => {
  refreshing.follow(1);
  expect(await after(1)).toBe(1);
  expect(await after(15_000 + 20_000)).toBe(1);
  expect(await after(300_000)).toBeLessThanOrEqual(11);
});

it('looks every 2 s while something is being made, from the moment it begins', async () => {
  refreshing.follow(1);
  await after(60_000);
  busy = true;
  refreshing.hurry();
  expect(await after(10_000)).toBe(5);
  busy = false;
  refreshing.hurry();
  expect(await after(10_000)).toBe(0);
});

it('does not look while nobody follows, nor where a watch tells', async () => {
  expect(await after(600_000)).toBe(0);
  refreshing.follow(1);
  await after(1);
  refreshing.follow(0);
  expect(await after(600_000)).toBe(0);
  needed = false;
  refreshing.follow(1);
  expect(await after(600_000)).toBe(0);
});
