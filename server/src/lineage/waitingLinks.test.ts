import { memoryLog } from '../testing/testSidecar';
import { until } from '../testing/until';
import type { WaitingLink } from './runNotes';
import { WaitingLinks, type Delivery } from './waitingLinks';

const link = (run: string): WaitingLink => ({
  run,
  snapshots: [{ name: `s.${run}`, uid: `uid-${run}`, relation: 'before-run' }]
});

/** Links that wait, and an MLflow that says to each what the test says. */
function scene(runs: string[], answer: (run: string) => Delivery | Error) {
  const waiting = runs.map(link);
  const [tried, settled]: [string[], string[]] = [[], []];
  const looks = { count: 0 };
  const links = new WaitingLinks({
    notes: {
      waiting: () => {
        looks.count += 1;
        return [...waiting];
      },
      settle: async ({ name }, run) => {
        settled.push(name);
        waiting.splice(
          waiting.findIndex(one => one.run === run),
          1
        );
      }
    },
    deliver: async ({ run }) => {
      tried.push(run);
      const what = answer(run);
      if (what instanceof Error) {
        throw what;
      }
      return what;
    },
    log: memoryLog(),
    firstDelayMs: 5
  });
  return { links, tried, settled, looks };
}

test('what waits is written, each once, and then nothing is looked at any more', async () => {
  const { links, tried, settled, looks } = scene(['a', 'b'], () => 'written');
  links.begin();
  await until(() => settled.length === 2);
  links.mlflowAnswered();
  await links.dispose();
  expect([tried, settled]).toEqual([
    ['a', 'b'],
    ['s.a', 's.b']
  ]);
  expect(looks.count).toBe(1);
});

test('an MLflow that takes none is not asked for the others, and is asked again after a while', async () => {
  let down = 3;
  const { links, tried, settled } = scene(['a', 'b'], () => ((down -= 1) >= 0 ? 'later' : 'written'));
  links.begin();
  await until(() => settled.length === 2);
  await links.dispose();
  expect(tried).toEqual(['a', 'a', 'a', 'a', 'b']);
});

test('one that MLflow does not take keeps waiting, keeps the others from nothing, and is not tried on and on', async () => {
  const { links, settled, tried, looks } = scene(['a', 'b'], run => (run === 'a' ? 'not-this' : 'written'));
  links.begin();
  await until(() => settled.length === 1);
  links.mlflowAnswered();
  await links.dispose();
  expect([tried, settled, looks.count]).toEqual([['a', 'b'], ['s.b'], 1]);
});

test('a failure is tried again, and none is after the end', async () => {
  const { links, tried } = scene(['a'], () => new Error('a bug'));
  links.added();
  await until(() => tried.length >= 2);
  await links.dispose();
  const before = tried.length;
  links.begin();
  links.added();
  links.mlflowAnswered();
  await links.dispose();
  expect(tried).toHaveLength(before);
});
