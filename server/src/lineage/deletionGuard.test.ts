import { deletionGuard, type DeletionEvidence, type GuardRun, type MlflowEvidence } from './deletionGuard';
import type { NotedRuns } from './notedRuns';

const NONE: NotedRuns = { readable: true, runs: [], more: 0 };
const noted = (...runs: string[]): NotedRuns => ({
  readable: true,
  runs: runs.map(run => ({ run, relation: 'exact', state: 'waiting', at: '2026-01-02T03:04:05Z' })),
  more: 0
});
const run = (id: string, match: GuardRun['match'] = 'uid'): GuardRun => ({ id, name: `name of ${id}`, match });
const version = { name: 'churn', version: '3', aliases: [] as string[], run: 'a' };
const answers = (parts: Partial<Extract<MlflowEvidence, { state: 'answers' }>> = {}): MlflowEvidence => ({
  state: 'answers',
  trackingUri: 'http://mlflow/ml/',
  runs: [],
  versions: [],
  ...parts
});
const NOT_SET_UP: MlflowEvidence = { state: 'not-set-up' };
const DOWN: MlflowEvidence = {
  state: 'refuses',
  failure: 'timeout',
  message: 'MLflow at http://mlflow does not answer within 10 s.'
};

test('a registered version stands in the way, by name and with its aliases', () => {
  const { blockers } = deletionGuard({
    noted: NONE,
    mlflow: answers({ runs: [run('a')], versions: [{ ...version, aliases: ['champion', 'eu'] }] })
  });
  expect(blockers).toEqual([
    {
      kind: 'model-version',
      object: 'models:/churn/3',
      message: 'Version 3 of the model churn (@champion, @eu) comes from the run name of a, which used it.',
      fix: 'Keep the snapshot, or delete the version in MLflow first.',
      by: null,
      since: null,
      link: 'http://mlflow/ml/#/models/churn/versions/3'
    }
  ]);
});

test.each([
  ['by its names alone', NONE, [run('a', 'name')], 'which names it'],
  ['by what is written down on it, where MLflow does not find the run', noted('a'), [], 'the run a, which is written'],
  ['by what is written down, whatever the run says', noted('a'), [run('a', 'other')], 'which is written down on it']
])('a version whose run is known %s stands in the way too', (_, on, runs, words) => {
  const { blockers } = deletionGuard({ noted: on, mlflow: answers({ runs, versions: [version] }) });
  expect(blockers.map(({ message }) => message)).toEqual([expect.stringContaining(words)]);
});

test('a run and a version of another snapshot of the name have nothing against it', () => {
  const mlflow = answers({ runs: [run('a', 'other')], versions: [version] });
  expect(deletionGuard({ noted: NONE, mlflow })).toEqual({ blockers: [], warnings: [] });
});

test('runs alone ask for a word, and how sure each is', () => {
  const runs = [...'abcdefg'].map(id => run(id)).concat(run('x', 'name'));
  const { blockers, warnings } = deletionGuard({ noted: noted('a'), mlflow: answers({ runs }) });
  expect(blockers).toEqual([]);
  expect(warnings).toEqual([
    '7 runs used it: name of a, name of b, name of c, name of d, name of e and 2 more.',
    '1 run used it, or another one of its name, as no uid was written down: name of x.'
  ]);
});

test.each<[string, DeletionEvidence, string[]]>([
  [
    'MLflow down',
    { noted: noted('a'), mlflow: DOWN },
    [
      'Can’t check runs and models: MLflow does not answer. MLflow at http://mlflow does not answer within 10 s.',
      'Written down on it: 1 run: a.'
    ]
  ],
  [
    'MLflow refusing',
    { noted: NONE, mlflow: { state: 'refuses', failure: 'host-refused', message: 'MLflow takes no requests.' } },
    ['Can’t check runs and models. MLflow takes no requests.']
  ],
  [
    'no MLflow set up',
    { noted: { ...noted('a', 'b'), readable: true, more: 9 } as NotedRuns, mlflow: NOT_SET_UP },
    ['Written down on it: 11 runs: a, b and 9 more. MLflow is not set up here, so their models can’t be checked.']
  ],
  [
    'a noted run that MLflow does not tell of',
    { noted: noted('a', 'b'), mlflow: answers({ runs: [run('a')] }) },
    [
      '1 run used it: name of a.',
      'Written down on it: 1 run: b. MLflow tells of no such use: a run may be gone, in another MLflow, ' +
        'or not yours to read.'
    ]
  ],
  [
    'something unreadable on it',
    { noted: { readable: false }, mlflow: NOT_SET_UP },
    ['Which runs are written down on it can’t be read, so that any run may have used it.']
  ]
])('%s asks for a word', (_, evidence, words) => {
  expect(deletionGuard(evidence)).toEqual({ blockers: [], warnings: words });
});

test('of noted runs that are only counted, as many are asked about as MLflow does not tell', () => {
  const on: NotedRuns = { ...noted('a'), readable: true, runs: [], more: 3 };
  const warnings = (runs: GuardRun[]): string[] => deletionGuard({ noted: on, mlflow: answers({ runs }) }).warnings;
  expect(warnings(['a', 'b'].map(id => run(id)))).toContainEqual(
    'Written down on it: 1 run. MLflow tells of no such use: a run may be gone, in another MLflow, or not yours to read.'
  );
  expect(warnings(['a', 'b', 'c'].map(id => run(id)))).toHaveLength(1);
});

test('that no run uses it is never said', () => {
  for (const mlflow of [NOT_SET_UP, answers()]) {
    expect(deletionGuard({ noted: NONE, mlflow })).toEqual({ blockers: [], warnings: [] });
  }
});
