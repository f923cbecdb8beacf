/** Ends of transfers that somebody waits for. */
import { until } from '../../testing/until';
import { WatchedTransfers } from './watchedTransfers';

const PATIENCE_MS = 10_000;
const opened: WatchedTransfers[] = [];
afterEach(() => Promise.all(opened.splice(0).map(transfers => transfers.stop())));

function scene(answer: () => Promise<unknown> = async () => null) {
  const running = new Set(['a', 'b']);
  const asked: string[] = [];
  const transfers = new WatchedTransfers({
    ask: uuid => {
      asked.push(uuid);
      return answer();
    },
    isUnderWay: uuid => running.has(uuid),
    waitAfter: error => (error instanceof Error && error.message === 'wait' ? 600_000 : null),
    paceMs: 1
  });
  opened.push(transfers);
  const signal = AbortSignal.timeout(PATIENCE_MS);
  return { transfers, running, asked, signal };
}

it('is asked for once for all who wait, until it is over', async () => {
  let answer = (): void => undefined;
  const held = new Promise<void>(resolve => (answer = resolve));
  const { transfers, running, asked, signal } = scene(() => held);
  let over = 0;
  const waits = [1, 2, 3].map(async () => {
    await transfers.over('a', signal);
    over += 1;
  });
  await until(() => asked.length > 0);
  await transfers.over('b', AbortSignal.timeout(30));
  expect(asked.filter(uuid => uuid === 'a')).toHaveLength(1);
  answer();
  await until(() => asked.length > 3);
  expect(over).toBe(0);
  running.delete('a');
  await Promise.all(waits);
  const { length } = asked;
  expect(signal.aborted).toBe(false);
  await transfers.stop();
  expect(asked).toHaveLength(length);
});

it('is asked for no more once nobody waits, and again for who comes later', async () => {
  const { transfers, running, asked, signal } = scene();
  const leaving = new AbortController();
  const first = transfers.over('a', leaving.signal);
  await until(() => asked.length > 0);
  leaving.abort();
  await first;
  await transfers.over('b', AbortSignal.timeout(30));
  const ofA = asked.filter(uuid => uuid === 'a').length;
  await transfers.over('b', AbortSignal.timeout(30));
  expect(asked.filter(uuid => uuid === 'a')).toHaveLength(ofA);
  const later = transfers.over('a', signal);
  await until(() => asked.filter(uuid => uuid === 'a').length > ofA);
  running.delete('a');
  await later;
});

it('goes on over a failure, and waits as long as one asks', async () => {
  let failures = 0;
  const { transfers, asked, signal } = scene(async () => {
    failures += 1;
    throw new Error(failures === 3 ? 'wait' : 'no answer');
  });
  const waiting = transfers.over('a', signal);
  await until(() => asked.length === 3);
  await transfers.over('b', AbortSignal.timeout(50));
  expect(asked.filter(uuid => uuid === 'a')).toHaveLength(3);
  await transfers.stop();
  await waiting;
  expect(signal.aborted).toBe(false);
});
