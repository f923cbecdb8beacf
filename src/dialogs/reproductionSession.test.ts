import { type Clone, problem, type Reproduction } from '../../contract';
import { RefusedError } from '../commands/problemOf';
import { language } from '../testing/fakePage';
import {
  sampleBegunClone,
  sampleCloning,
  samplePlanOf,
  sampleReproduction,
  WRITTEN
} from '../testing/reproductionSamples';
import { until } from '../testing/until';
import { ReproductionSession } from './reproductionSession';

const NO_ANSWER = problem('sidecar-timeout', { detail: 'No answer.', next: 'Try again.' });

function session(answers: (() => Promise<Reproduction>)[]) {
  const asked: [body: unknown, key: string][] = [];
  const waited: string[] = [];
  let finish: (clone: Clone) => void = () => undefined;
  let fail: (error: Error) => void = () => undefined;
  let keys = 0;
  const made = new ReproductionSession({
    api: {
      planReproduction: () => Promise.resolve(samplePlanOf()),
      makeReproduction: (body, key) => {
        asked.push([{ ...body }, key]);
        const answer = answers.shift();
        return answer === undefined ? Promise.reject(new Error('asked too often')) : answer();
      }
    },
    model: {
      whenClone: id => {
        waited.push(id);
        return new Promise((resolve, reject) => {
          finish = resolve;
          fail = reject;
        });
      }
    },
    of: 'a1b2',
    newKey: () => `key-${String(++keys)}`,
    language,
    pause: 1
  });
  return { made, asked, waited, finish: () => finish(sampleBegunClone()), fail: (error: Error) => fail(error) };
}

const cloning = () => Promise.resolve(sampleCloning());
const written = () => Promise.resolve(sampleReproduction(WRITTEN));

it('asks again by the name it was given, once its clones are made', async () => {
  const { made, asked, waited, finish } = session([cloning, written]);
  await made.look();
  expect(made.stage.state).toBe('planned');
  made.begin({ notebook: 'train.ipynb' });
  await until(() => waited.length === 1);
  expect(asked).toEqual([[{ of: 'a1b2', notebook: 'train.ipynb' }, 'key-1']]);
  expect(made.stage).toMatchObject({ state: 'making', made: { name: 'repro-a1b2' } });
  finish();
  await made.following;
  expect(waited).toEqual(['home.repro-a1b2']);
  expect(asked[1]).toEqual([{ of: 'a1b2', notebook: 'train.ipynb', name: 'repro-a1b2' }, 'key-1']);
  expect(made.stage).toMatchObject({ state: 'made', made: { outcome: { state: 'written' } } });
});

it('repeats a request whose answer got lost under the same key', async () => {
  const { made, asked } = session([() => Promise.reject(new RefusedError(NO_ANSWER)), written]);
  made.begin({});
  await made.following;
  expect(made.stage).toEqual({ state: 'stopped', problem: NO_ANSWER, made: null });
  made.again();
  await made.following;
  expect(asked.map(([, key]) => key)).toEqual(['key-1', 'key-1']);
  expect(made.stage.state).toBe('made');
});

it('says why a clone failed, and asks anew with another key', async () => {
  const full = problem('disk-full', { detail: 'The disk is full.', next: 'Free some space.' });
  const failed = () => Promise.resolve(sampleReproduction({ state: 'failed', problem: full }));
  const { made, asked } = session([failed, written]);
  made.begin({});
  await made.following;
  expect(made.stage).toMatchObject({ state: 'stopped', problem: { detail: 'The disk is full.' } });
  made.again();
  await made.following;
  expect(asked).toEqual([
    [{ of: 'a1b2' }, 'key-1'],
    [{ of: 'a1b2', name: 'repro-a1b2' }, 'key-2']
  ]);
});

it('stops where a clone is deleted meanwhile: it makes no other one unasked', async () => {
  const { made, asked, waited, fail } = session([cloning]);
  made.begin({});
  await until(() => waited.length === 1);
  fail(new RefusedError(problem('object-changed', { detail: 'home.repro-a1b2 is gone.', next: '' })));
  await made.following;
  expect(made.stage).toMatchObject({ state: 'stopped', problem: { detail: 'home.repro-a1b2 is gone.' } });
  expect(asked).toHaveLength(1);
});

it('asks nothing more once it is disposed', async () => {
  const { made, asked, waited, finish } = session([cloning]);
  made.begin({});
  await until(() => waited.length === 1);
  made.dispose();
  finish();
  await made.following;
  expect(asked).toHaveLength(1);
});
