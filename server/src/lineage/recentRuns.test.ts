import type { SearchParts } from './keptSearches';
import { Run } from './mlflow/mlflowAnswers';
import { recentRuns, type RunOrigin } from './recentRuns';
import { runTags } from './runTags';
import type { SnapshotOfRun } from './snapshotOfRun';

const PLACE = { cluster: 'prod', namespace: 'ann' };
const HOME: RunOrigin = { kind: 'volume', volume: 'home', place: PLACE };
const NOTEBOOK: RunOrigin = { kind: 'notebook', path: 'work/train.ipynb', place: PLACE };

const named = (change: Partial<SnapshotOfRun> = {}): SnapshotOfRun => ({
  volume: 'home',
  snapshot: 'home.1',
  uid: 'uid-1',
  ...PLACE,
  time: '2026-01-02T03:04:05Z',
  relation: 'before-run',
  ...change
});

let started = 0;
const runOf = (id: string, tags: { key: string; value: string }[], params: typeof tags = []): Run =>
  Run.parse({ info: { run_id: id, experiment_id: '0', start_time: (started += 1) }, data: { tags, params } });

/** What is found, and by which filters. */
async function search(origin: RunOrigin, runs: readonly Run[]) {
  const filters = new Set<string>();
  const parts: SearchParts = { signal: new AbortController().signal, progress: () => undefined };
  let pages = 0;
  const { runs: found, more } = await recentRuns(
    origin,
    {
      experiments: async function* () {
        yield [
          { experiment_id: '0', name: 'Default', lifecycle_stage: 'active' },
          { experiment_id: '1', name: 'Old', lifecycle_stage: 'deleted' }
        ];
      },
      runs: async function* ({ filter, experimentIds, newestFirst }) {
        filters.add(filter);
        expect([experimentIds, newestFirst]).toEqual([['0'], true]);
        const sorted = runs.toReversed();
        for (let first = 0; first < sorted.length; first += 100) {
          pages += 1;
          yield sorted.slice(first, first + 100);
        }
      }
    },
    parts
  );
  return { found, ids: found.map(({ run }) => run.info.run_id), filters, more, pages };
}

test('runs of a volume are those that name it in any way, newest first, each once', async () => {
  const { ids, filters } = await search(HOME, [
    runOf('ours', runTags([named()], null)),
    runOf('second volume', runTags([named({ volume: 'data', uid: 'uid-2' }), named()], null)),
    runOf(
      'netapp',
      [],
      [
        { key: 'data_volume_name', value: 'home' },
        { key: 'snapshot_name', value: 'monday' }
      ]
    ),
    runOf('other volume', runTags([named({ volume: 'data' })], null)),
    runOf('other cluster', runTags([named({ cluster: 'test' })], null)),
    runOf('other namespace', runTags([named({ namespace: 'bob' })], null))
  ]);
  expect(ids).toEqual(['netapp', 'second volume', 'ours']);
  expect([...filters]).toEqual([
    `tags.data_volume_name = 'home'`,
    `params.data_volume_name = 'home'`,
    `tags.\`datamark.github.io/volumes\` LIKE '%"volume":"home"%'`,
    `dataset.name LIKE '%/home'`
  ]);
});

test('runs of a notebook are known by its path, and by its file name alone where no more is told', async () => {
  const source = (value: string, type = 'NOTEBOOK') => [
    { key: 'mlflow.source.name', value },
    { key: 'mlflow.source.type', value: type }
  ];
  const { found } = await search(NOTEBOOK, [
    runOf('path', runTags([named()], 'work/train.ipynb')),
    runOf('other path', runTags([named()], 'old/train.ipynb')),
    runOf('of another person', runTags([named({ namespace: 'bob' })], 'work/train.ipynb')),
    runOf('name', source('train.ipynb')),
    runOf('script', source('train.ipynb', 'LOCAL'))
  ]);
  expect(found.map(({ run, nameOnly }) => [run.info.run_id, nameOnly])).toEqual([
    ['name', true],
    ['path', false]
  ]);
});

test('of very many runs the newest are told and no more than those are read, where they fit', async () => {
  const runs = Array.from({ length: 1200 }, (_, at) => runOf(`run-${at}`, runTags([named()], null)));
  const { ids, more, pages } = await search(HOME, runs);
  expect([ids.length, more, pages]).toEqual([500, true, 4 * 6]);
  expect(ids.slice(0, 2)).toEqual(['run-1199', 'run-1198']);
  const few = await search(HOME, runs.slice(0, 500));
  expect([few.ids.length, few.more]).toEqual([500, false]);
});

test('names that MLflow’s grammar can’t hold are looked for by a pattern, and what only fits that is left out', async () => {
  const one = await search({ ...HOME, volume: `it's` }, [runOf('a', runTags([named({ volume: `it's` })], null))]);
  expect(one.ids).toEqual(['a']);
  expect([...one.filters][0]).toBe(`tags.data_volume_name LIKE 'it_s'`);
  const near = [runOf('near', runTags([named({ volume: 'it_s' })], null))];
  expect((await search({ ...HOME, volume: `it's` }, near)).ids).toEqual([]);
});
