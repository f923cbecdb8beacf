import type { LinkedSnapshot } from '../../../../contract';
import { sampleSnapshot } from '../../testing/sampleObjects';
import { describeRun } from '../describeRun';
import { ModelVersion, Run } from '../mlflow/mlflowAnswers';
import type { DataOfRun, RunData } from '../runData';
import { dataCard } from './dataCard';
import { plain } from './dataCardText';

const AS_OF = new Date('2026-03-01T00:00:00Z');
const LINK: LinkedSnapshot = {
  volume: 'home',
  snapshot: 'home.1',
  uid: 'u1',
  namespace: 'ann',
  cluster: 'prod',
  time: '2026-01-02T03:04:05.000Z',
  relation: 'before-run'
};
const HERE: DataOfRun = {
  link: LINK,
  now: { state: 'exists', snapshot: 'home.1' },
  snapshot: sampleSnapshot({
    name: 'home.1',
    uid: 'u1',
    createdBy: 'bob',
    omissions: [{ reason: 'unreadable', count: 2, examples: [] }]
  })
};
const GONE: DataOfRun = {
  link: { ...LINK, volume: 'data', snapshot: 'data.1', uid: 'u2', relation: null },
  now: { state: 'gone', message: 'The snapshot data.1 of data does not exist any more.' },
  snapshot: null
};

function found(snapshots: readonly DataOfRun[], parts: Partial<RunData> = {}): RunData {
  const run = Run.parse({
    info: { run_id: 'r1', run_name: 'train', experiment_id: '0', user_id: 'ann', status: 'FINISHED' },
    data: {
      metrics: [{ key: 'accuracy', value: 0.5 }],
      params: [
        { key: 'b', value: '2' },
        { key: 'a', value: '1' }
      ]
    }
  });
  const version = ModelVersion.parse({ name: 'churn', version: '3', aliases: ['champion'], user_id: 'eve' });
  return { run, described: describeRun(run, [], 'http://mlflow'), version, snapshots, ...parts };
}

test('a card tells volumes, times, people and relation, and what is missing', () => {
  const card = dataCard(found([HERE, GONE]), AS_OF);
  expect(card).toMatchObject({
    subject: 'churn, version 3',
    people: [
      { name: 'ann', did: 'ran it' },
      { name: 'eve', did: 'registered it' },
      { name: 'bob', did: 'made the snapshot home.1' }
    ],
    parameters: [
      { key: 'a', value: '1' },
      { key: 'b', value: '2' }
    ],
    metrics: [{ key: 'accuracy', value: '0.5' }],
    missing: [
      '2 files are not in home.1 of home as they were.',
      'The snapshot data.1 of data does not exist any more.',
      'How the run used data.1 of data was not written down.',
      'Which notebook it was run from was not written down.',
      'Which image it ran in was not written down.'
    ]
  });
  expect(card.markdown).toContain(
    '| prod/ann/home | home.1 | 2026-01-02T03:04:05.000Z | made before the run, which worked on the volume itself | exists | u1 |'
  );
  expect(card.markdown).toContain('| prod/ann/data | data.1 |');
  expect(card.markdown).toContain('- The snapshot data.1 of data does not exist any more.');
});

test('a run that names nothing is not said to have used nothing', () => {
  const card = dataCard(found([]), AS_OF);
  expect(card.missing[0]).toContain('was not written down where Datamark looks');
  expect(card.markdown).toContain('it may exist all the same');
});

test('the image is told where the run tells it, and values that are left out are counted', () => {
  const params = Array.from({ length: 102 }, (_, at) => ({ key: `p${at}`, value: 'v' }));
  const tags = [{ key: 'datamark.github.io/image', value: 'hub/lab:1' }];
  const run = Run.parse({ info: { run_id: 'r1', experiment_id: '0' }, data: { params, tags } });
  const card = dataCard(found([HERE], { run, described: describeRun(run, [], 'http://mlflow') }), AS_OF);
  expect(card.markdown).toContain('- Image: hub/lab:1');
  expect(card.parameters).toHaveLength(100);
  expect(card.missing).toContain('2 of 102 parameters are left out here. MLflow has them.');
  expect(card.missing.join()).not.toContain('image');
});

test('a version without a run is told as such', () => {
  const card = dataCard(found([], { run: null, described: null }), AS_OF);
  expect(card).toMatchObject({
    run: null,
    missing: [expect.stringContaining('which run this version comes from') as unknown]
  });
});

test('what people wrote makes no markup', () => {
  expect(plain('a|b <img> [x](y) `c` *d* _e_ snake_case\n# f')).toBe(
    'a\\|b \\<img\\> \\[x\\](y) \\`c\\` \\*d\\* \\_e\\_ snake_case \\# f'
  );
});
