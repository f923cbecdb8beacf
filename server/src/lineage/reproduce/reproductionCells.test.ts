import type { LinkedSnapshot } from '../../../../contract';
import { sampleSnapshot, sampleVolume } from '../../testing/sampleObjects';
import { describeRun } from '../describeRun';
import { Run } from '../mlflow/mlflowAnswers';
import { reproductionCells } from './reproductionCells';
import type { DataPlace } from './reproductionData';
import type { ReproducedNotebookOptions } from './reproducedNotebook';
import { reproductionPlan } from './reproductionPlan';

const LINK: LinkedSnapshot = {
  ...{ volume: 'home', snapshot: 'home.1', uid: 'u1', namespace: 'ann', cluster: 'prod' },
  ...{ time: '2026-01-02T03:04:05Z', relation: 'before-run' }
};
const CLONED: DataPlace = {
  ...{
    volume: 'home',
    here: '/clones/one',
    unchanged: '/snapshots/one',
    live: sampleVolume({ mountPath: '/home/ann' })
  },
  cloned: { link: LINK, now: { state: 'exists', snapshot: 'home.1' }, snapshot: sampleSnapshot() }
};
const GIVEN: DataPlace = { volume: 'data', here: '/other', unchanged: '/other', live: null, cloned: null };

function made(places: readonly DataPlace[], lifecycle = 'active'): ReproducedNotebookOptions {
  const run = Run.parse({ info: { run_id: 'r1', experiment_id: '7', lifecycle_stage: lifecycle } });
  const plan = reproductionPlan({
    found: { run, described: describeRun(run, [], 'http://mlflow'), version: null, snapshots: [] },
    ...{ clone: { available: true }, notebook: { state: 'untold' }, environment: 'Not read.', mounted: new Map() },
    image: null
  });
  if (plan === null) {
    throw new Error('there is a run');
  }
  const original = { nbformat: 4 as const, metadata: {}, cells: [] };
  const where = { folder: '/clones/one.reproduction', workingDirectory: '/clones/one', live: ['/home/ann'] };
  return reproductionCells({ plan, places, original, script: false, of: 'r1', ...where });
}

test('runs on clones alone say exactly what they read, and what is newer there is looked for', () => {
  const { facts, rules } = made([CLONED]);
  expect(facts.tags).toMatchObject({
    snapshot_name: 'home.1',
    'datamark.github.io/snapshot-uid': 'u1',
    'datamark.github.io/relation': 'exact'
  });
  expect(facts.times).toEqual([['/clones/one', LINK.time]]);
  expect(facts.moved).toEqual([['/home/ann', '/clones/one']]);
  expect(rules.paths).toEqual([{ live: '/home/ann', here: '/clones/one' }]);
});

test.each([
  ['a folder that somebody named', [CLONED, GIVEN]],
  ['a folder alone', [GIVEN]],
  [
    'a snapshot without a uid',
    [{ ...CLONED, cloned: CLONED.cloned && { ...CLONED.cloned, link: { ...LINK, uid: null } } }]
  ]
])('runs on %s say nothing of what they read', (_what, places) => {
  expect(made(places).facts.tags).toBeNull();
});

test('runs of an experiment that is deleted begin in another one', () => {
  expect(made([CLONED]).facts.experiment).toBe('7');
  expect(made([CLONED], 'deleted').facts.experiment).toBeNull();
});
