import { datasetOfSnapshot } from './datasetOfSnapshot';
import type { Run } from './mlflow/mlflowAnswers';
import { runTags } from './runTags';
import type { SnapshotOfRun } from './snapshotOfRun';
import { snapshotsOfRun } from './snapshotsOfRun';

const HOME: SnapshotOfRun = {
  volume: 'home',
  snapshot: 'home.20260102-030405z-ab12',
  uid: '0f3b2c1e-5a4d-4c3b-9a8f-1122334455aa',
  namespace: 'ann',
  cluster: 'prod',
  time: '2026-01-02T03:04:05Z',
  relation: 'exact'
};
const DATA: SnapshotOfRun = { ...HOME, volume: 'data', snapshot: 'data.1', uid: 'e'.repeat(36) };
const NAMES = [
  { key: 'data_volume_name', value: HOME.volume },
  { key: 'snapshot_name', value: HOME.snapshot }
];

type Told = Pick<Run, 'data' | 'inputs'>;

function run(parts: Partial<Told['data']>, datasets: readonly SnapshotOfRun[] = []): Told {
  const dataset_inputs = datasets.flatMap(snapshot => {
    const record = datasetOfSnapshot(snapshot);
    return record === null ? [] : [{ dataset: { ...record, source_type: record.sourceType }, tags: [] }];
  });
  return { data: { metrics: [], params: [], tags: [], ...parts }, inputs: { dataset_inputs } };
}

test('a snapshot that tags and a dataset name is told once, with the relation of the tags', () => {
  expect(snapshotsOfRun(run({ tags: runTags([HOME], null) }, [HOME]))).toEqual([HOME]);
});

test('a dataset alone tells a snapshot, and no relation', () => {
  expect(snapshotsOfRun(run({}, [DATA]))).toEqual([{ ...DATA, relation: null }]);
});

test('a dataset beside the tags of another snapshot is told too', () => {
  const told = snapshotsOfRun(run({ tags: runTags([HOME], null) }, [DATA]));
  expect(told.map(({ uid }) => uid)).toEqual([HOME.uid, DATA.uid]);
});

test('two snapshots of one name and different uids are two', () => {
  const again = { ...HOME, uid: 'f'.repeat(36) };
  const told = snapshotsOfRun(run({ tags: runTags([HOME], null) }, [again]));
  expect(told.map(({ uid }) => uid)).toEqual([HOME.uid, again.uid]);
});

test('names without a uid are told only where nothing names the same with one', () => {
  expect(snapshotsOfRun(run({ tags: NAMES }, [HOME]))).toEqual([{ ...HOME, relation: null }]);
  expect(snapshotsOfRun(run({ params: NAMES }, [DATA])).map(({ uid }) => uid)).toEqual([null, DATA.uid]);
  expect(snapshotsOfRun(run({ tags: NAMES, params: NAMES }))).toHaveLength(1);
});

test('other people’s datasets, and ours with another digest, tell nothing', () => {
  const [input] = run({}, [HOME]).inputs.dataset_inputs;
  const dataset = input?.dataset ?? { name: '', digest: '', source_type: '', source: '' };
  const inputs = [
    { dataset: { ...dataset, source_type: 'http' }, tags: [] },
    { dataset: { ...dataset, digest: 'another' }, tags: [] },
    { dataset: { ...dataset, source: 'not JSON' }, tags: [] }
  ];
  expect(snapshotsOfRun({ ...run({}), inputs: { dataset_inputs: inputs } })).toEqual([]);
});
