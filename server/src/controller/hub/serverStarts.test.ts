import { until } from '../../testing/until';
import type { StartAnswer } from './hubServers';
import { ServerStarts } from './serverStarts';

const LATER: StartAnswer = { kind: 'later', why: 'Not now.', failed: false };
const FAILED: StartAnswer = { kind: 'later', why: 'It failed.', failed: true };

/** Looks every half second for that long, as if the hub always answered so; gives how often it was asked, and with what in the end. */
async function looks(answer: StartAnswer, seconds: number): Promise<{ asked: number; last: StartAnswer | null }> {
  const starts = new ServerStarts();
  let asked = 0;
  let last: StartAnswer | null = null;
  for (let ms = 0; ms <= seconds * 1000 && last === null; ms += 500) {
    last = starts.ask('uid', new Date(ms), () => {
      asked++;
      return Promise.resolve(answer);
    });
    await until(() => !starts.isUnderWay('uid'));
  }
  return { asked, last };
}

it('gives what the hub answers, once', async () => {
  expect(await looks({ kind: 'accepted' }, 10)).toEqual({ asked: 1, last: { kind: 'accepted' } });
});

it('asks again at growing intervals', async () => {
  expect(await looks(LATER, 60)).toEqual({ asked: 7, last: null });
});

it('does not have a hub fail more than twice', async () => {
  expect(await looks(FAILED, 60)).toEqual({ asked: 2, last: { kind: 'refused', why: 'It failed.' } });
});
