/** What the searches find and what counts of it, without MLflow: with a real one see lineage-tests. */
import { datasetOfSnapshot } from './datasetOfSnapshot';
import { Run } from './mlflow/mlflowAnswers';
import type { RunSearch } from './mlflow/mlflowClient';
import { runsOfSnapshot } from './runsOfSnapshot';
import { runTags } from './runTags';
import type { SnapshotOfRun } from './snapshotOfRun';

const HOME: SnapshotOfRun = {
  volume: 'home',
  snapshot: 'home.1',
  uid: 'uid-1',
  namespace: 'ann',
  cluster: 'prod',
  time: '2026-01-02T03:04:05Z',
  relation: 'exact'
};
const NAMES = [
  { key: 'data_volume_name', value: 'home' },
  { key: 'snapshot_name', value: 'home.1' }
];
const { signal } = new AbortController();

let started = 0;
function run(id: string, data: object, dataset: SnapshotOfRun | null = null): Run {
  const record = dataset === null ? null : datasetOfSnapshot(dataset);
  const inputs = record === null ? [] : [{ dataset: { ...record, source_type: record.sourceType } }];
  return Run.parse({
    info: { run_id: id, experiment_id: '0', start_time: (started += 1) },
    data,
    inputs: { dataset_inputs: inputs }
  });
}

const RUNS = [
  run('ours', { tags: runTags([HOME], null) }),
  run('dataset', {}, HOME),
  run('names', { params: NAMES }),
  run('another', { tags: runTags([{ ...HOME, uid: 'uid-2' }], null) }),
  run('longer uid', { tags: runTags([{ ...HOME, uid: 'uid-11', snapshot: 'home.11' }], null) })
];

async function search(experiments: number, more: object = {}) {
  const asked: RunSearch[] = [];
  const progress: [number, number][] = [];
  const found = await runsOfSnapshot(
    { uid: 'uid-1', name: 'home.1', volume: 'home' },
    {
      client: {
        experiments: async function* () {
          for (let at = 0; at < experiments; at += 1) {
            const stage = at % 2 === 0 ? 'active' : 'deleted';
            yield [{ experiment_id: String(at), name: '', lifecycle_stage: stage }];
          }
        },
        runs: async function* (query) {
          asked.push(query);
          yield RUNS;
        }
      },
      signal,
      progress: (searched, known) => progress.push([searched, known]),
      ...more
    }
  );
  return { asked, progress, found: found.map(one => [one.run.info.run_id, one.match, one.link.uid]) };
}

test('a run is told once, newest first, with how sure it is, and one that a search found by chance is not', async () => {
  expect((await search(1)).found).toEqual([
    ['another', 'other', 'uid-2'],
    ['names', 'name', null],
    ['dataset', 'uid', 'uid-1'],
    ['ours', 'uid', 'uid-1']
  ]);
});

test('all experiments are searched, deleted ones too, in batches, in each of the ways', async () => {
  const { asked, progress } = await search(450, { deleted: true });
  expect(progress).toEqual([
    [200, 450],
    [400, 450],
    [450, 450]
  ]);
  expect(asked.every(({ deleted }) => deleted === true)).toBe(true);
  expect(new Set(asked.flatMap(({ experimentIds }) => experimentIds)).size).toBe(450);
  expect([...new Set(asked.map(({ filter }) => filter))]).toEqual([
    "tags.`datamark.github.io/volumes` LIKE '%uid-1%'",
    "dataset.digest = 'uid-1'",
    "tags.snapshot_name = 'home.1' AND tags.data_volume_name = 'home'",
    "params.snapshot_name = 'home.1' AND params.data_volume_name = 'home'"
  ]);
});

test('for what our own tag tells there is one search', async () => {
  expect((await search(1, { tagged: true })).asked).toHaveLength(1);
});
