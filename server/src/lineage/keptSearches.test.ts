import { KeptSearches } from './keptSearches';

beforeEach(() => jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask'] }));
afterEach(() => jest.useRealTimers());

test('what was found is kept as long as it may be told, and no longer', async () => {
  const searches = new KeptSearches<string>();
  let asked = 0;
  const find = async () => ({ runs: [`found ${(asked += 1)}`] });
  expect(await searches.of('a', find)).toMatchObject({ complete: true, runs: ['found 1'], more: false });
  jest.advanceTimersByTime(29_000);
  expect(await searches.of('a', find)).toMatchObject({ runs: ['found 1'] });
  jest.advanceTimersByTime(60_000);
  expect(jest.getTimerCount()).toBe(0);
  expect(await searches.of('a', find)).toMatchObject({ runs: ['found 2'] });
  searches.dispose();
});

test('that there are others is told', async () => {
  const searches = new KeptSearches<string>();
  expect(await searches.of('a', async () => ({ runs: [], more: true }))).toMatchObject({ more: true });
  searches.dispose();
});

test('asked anew, what was found does not serve, and a search that is under way does', async () => {
  const searches = new KeptSearches<string>({ answerMs: 0 });
  let asked = 0;
  const find = async () => ({ runs: [`found ${(asked += 1)}`] });
  await searches.of('a', find);
  expect(await searches.of('a', find, { anew: true })).toMatchObject({ runs: ['found 2'] });
  expect(await searches.of('a', find)).toMatchObject({ runs: ['found 2'] });

  let finish = (): void => undefined;
  const slow = () => new Promise<{ runs: string[] }>(resolve => (finish = () => resolve({ runs: ['slow'] })));
  const begun = searches.of('b', slow);
  await jest.advanceTimersByTimeAsync(1);
  expect(await begun).toMatchObject({ complete: false });
  const joined = searches.of('b', find, { anew: true });
  finish();
  expect(await joined).toMatchObject({ runs: ['slow'] });
  searches.dispose();
});
