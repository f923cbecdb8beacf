/** One question for all who ask. */
import { SharedPoll, type PollOptions } from './sharedPoll';
import { until } from '../../testing/until';

const polls: SharedPoll<number>[] = [];
afterEach(async () => {
  await Promise.all(polls.splice(0).map(poll => poll.stop()));
});

function opened(options: Partial<PollOptions<number>> = {}): { poll: SharedPoll<number>; asked: () => number } {
  let asked = 0;
  const ask = (): Promise<number> => Promise.resolve(++asked);
  const poll = new SharedPoll({ ask, intervalMs: 60_000, ...options });
  polls.push(poll);
  return { poll, asked: () => asked };
}

it('asks once for 500 callers', async () => {
  const { poll, asked } = opened();

  const answers = await Promise.all(Array.from({ length: 500 }, () => poll.read()));

  expect(new Set(answers.map(({ value }) => value))).toEqual(new Set([1]));
  expect(asked()).toBe(1);
});

it('asks nothing while nobody looks', () => {
  const { asked } = opened();

  expect(asked()).toBe(0);
});

it('goes on for two intervals after the last caller, then rests', async () => {
  jest.useFakeTimers({ doNotFake: ['setImmediate', 'nextTick'] });
  try {
    const { poll, asked } = opened({ intervalMs: 1_000 });
    await poll.read();

    await jest.advanceTimersByTimeAsync(10_000);
    expect(asked()).toBe(3);

    await poll.read();
    expect(asked()).toBe(4);
  } finally {
    jest.useRealTimers();
  }
});

it('asks anew at most as often as it may', async () => {
  const { poll, asked } = opened({ leastMs: 60_000 });
  await poll.read();

  await Promise.all([poll.read({ anew: true }), poll.read({ anew: true })]);

  expect(asked()).toBe(1);
});

it('asks anew where the last answer is older than that', async () => {
  const { poll, asked } = opened({ leastMs: 0 });
  await poll.read();

  expect((await poll.read({ anew: true })).value).toBe(2);
  expect(asked()).toBe(2);
});

it('keeps what it knew, with the reason, when it fails', async () => {
  const failure = new Error('gone');
  let fails = false;
  const ask = (): Promise<number> => (fails ? Promise.reject(failure) : Promise.resolve(7));
  const { poll } = opened({ ask, leastMs: 0 });
  await poll.read();
  fails = true;

  expect(await poll.read({ anew: true })).toEqual({ value: 7, error: failure });
  fails = false;
  expect(await poll.read({ anew: true })).toEqual({ value: 7, error: null });
});

it('waits as long as an error asks it to', async () => {
  let asked = 0;
  const ask = (): Promise<number> => {
    asked += 1;
    return Promise.reject(new Error('busy'));
  };
  const { poll } = opened({ ask, leastMs: 0, intervalMs: 1, waitAfter: () => 60_000 });

  await poll.read();
  await poll.read({ anew: true });

  expect(asked).toBe(1);
});

it('tells the older answer to who would have to wait too long', async () => {
  let answer: (value: number) => void = () => undefined;
  const { poll } = opened({ leastMs: 0, patienceMs: 5, ask: () => new Promise(resolve => (answer = resolve)) });
  const first = poll.read();
  answer(1);
  await first;

  expect((await poll.read({ anew: true })).value).toBe(1);
  answer(2);
  await until(() => poll.known.value === 2);
});

it('makes nobody wait long for what never answered', async () => {
  let asked = 0;
  const ask = (): Promise<number> => {
    asked += 1;
    return new Promise(() => undefined);
  };
  const poll = new SharedPoll({ ask, intervalMs: 60_000, firstMs: 5 });

  expect(await poll.read()).toEqual({ value: null, error: null });
  expect(asked).toBe(1);
});
