import { MlflowError } from './mlflow/mlflowError';
import { Run } from './mlflow/mlflowAnswers';
import { runTags } from './runTags';
import { RunSearches, type RunSearchesOptions } from './runSearches';

const SNAPSHOT = { uid: 'uid-1', name: 'home.1', volume: 'home' };
const TAGS = runTags(
  [
    {
      volume: 'home',
      snapshot: 'home.1',
      uid: 'uid-1',
      namespace: 'ann',
      cluster: 'prod',
      time: '2026-01-02T03:04:05Z',
      relation: 'exact'
    }
  ],
  null
);

/** An MLflow with one run, whose search for experiments does what the test says. */
function scene(experiments: () => Promise<void>) {
  let now = Date.UTC(2026, 0, 2);
  const asked: AbortSignal[] = [];
  const client: RunSearchesOptions['client'] = {
    experiments: async function* (signal) {
      asked.push(signal ?? AbortSignal.abort());
      await experiments();
      yield [{ experiment_id: '0', name: 'Default', lifecycle_stage: 'active' }];
    },
    runs: async function* () {
      yield [Run.parse({ info: { run_id: 'a', experiment_id: '0' }, data: { tags: TAGS } })];
    }
  };
  const searches = new RunSearches({ client, answerMs: 20, now: () => new Date(now) });
  return { searches, asked, later: (ms: number) => void (now += ms) };
}

test('what was found is told again for a while, then looked for again, as after a change', async () => {
  const { searches, asked, later } = scene(() => Promise.resolve());
  const first = await searches.of(SNAPSHOT);
  expect(first).toMatchObject({ complete: true, searched: 1, known: 1 });
  expect(first.runs.map(({ run, match }) => [run.info.run_id, match])).toEqual([['a', 'uid']]);
  later(29_000);
  expect(await searches.of(SNAPSHOT)).toBe(first);
  expect(asked).toHaveLength(1);
  later(2_000);
  await searches.of(SNAPSHOT);
  expect(asked).toHaveLength(2);
  searches.forget();
  await searches.of(SNAPSHOT);
  expect(asked).toHaveLength(3);
  searches.dispose();
});

test('a search that takes long is told as incomplete, goes on, and is not begun twice', async () => {
  let answer = (): void => undefined;
  const slow = new Promise<void>(resolve => {
    answer = resolve;
  });
  const { searches, asked } = scene(() => slow);
  expect(await searches.of(SNAPSHOT)).toMatchObject({ complete: false, runs: [] });
  answer();
  expect(await searches.of(SNAPSHOT)).toMatchObject({ complete: true });
  expect(asked).toHaveLength(1);
  searches.dispose();
});

test('a failure is thrown, and the next request searches anew', async () => {
  let down = true;
  const { searches } = scene(() =>
    down ? Promise.reject(new MlflowError('unreachable', 'It is down.')) : Promise.resolve()
  );
  await expect(searches.of(SNAPSHOT)).rejects.toThrow('It is down.');
  down = false;
  expect(await searches.of(SNAPSHOT)).toMatchObject({ complete: true });
  searches.dispose();
});

test('searches end with the sidecar', async () => {
  const { searches, asked } = scene(() => new Promise(() => undefined));
  await searches.of(SNAPSHOT);
  expect(asked.map(({ aborted }) => aborted)).toEqual([false]);
  searches.dispose();
  expect(asked.map(({ aborted }) => aborted)).toEqual([true]);
});
