/** Runs of a volume and of a notebook, and runs that plain MLflow code tagged by the published recipe, in a real MLflow. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MlflowClient } from '../../server/src/lineage/mlflow/mlflowClient';
import { MlflowConnection } from '../../server/src/lineage/mlflow/mlflowConnection';
import { MlflowSettings } from '../../server/src/lineage/mlflow/mlflowSettings';
import { recentRuns, type RunOrigin } from '../../server/src/lineage/recentRuns';
import { runsOfSnapshot } from '../../server/src/lineage/runsOfSnapshot';
import { runTags } from '../../server/src/lineage/runTags';
import type { SnapshotOfRun } from '../../server/src/lineage/snapshotOfRun';
import { MlflowServer } from '../support/mlflowServer';
import { notebookText, runNotebook } from '../support/notebookRun';
import { restCall } from '../support/restCall';

const PLACE = { cluster: 'prod', namespace: 'ann' };
const SNAPSHOT: SnapshotOfRun = {
  volume: 'home',
  snapshot: 'home.1',
  uid: '0f3b2c1e-5a4d-4c3b-9a8f-1122334455aa',
  ...PLACE,
  time: '2026-01-02T03:04:05Z',
  relation: 'before-run'
};
/** Each with one that the pattern for it would find too. */
const NAMES = [
  ['100%_done', '100xx_done'],
  ['a_b', 'axb'],
  [`it's`, 'it_s'],
  ['say "hi"', 'say _hi_'],
  [`'both' "kinds"`, `_both_ "kinds"`],
  ['back\\slash\\', 'back_slash_'],
  [' ends; -- with = ', 'ends; -- with ='],
  ['ünï 😀', 'uni 😀']
];
/** As MLflow's own documentation and NetApp's guide write it: the tags of the guide, then the parameters of its demo. */
const PUBLISHED = [
  'import mlflow',
  'with mlflow.start_run():\n    mlflow.set_tag("data_volume_name", "published-pvc")\n    mlflow.set_tag("snapshot_name", "monday")',
  'with mlflow.start_run():\n    mlflow.log_param("data_volume_name", "published-pvc")\n' +
    '    mlflow.log_param("snapshot_name", "monday")\n    mlflow.log_metric("auc", 0.5)'
];
const { signal } = new AbortController();

let server: MlflowServer;
let connection: MlflowConnection;
let client: MlflowClient;

beforeAll(async () => {
  server = await MlflowServer.start();
  const settings = MlflowSettings.parse({ trackingUri: server.address });
  connection = new MlflowConnection({ settings, userAgent: 'datamark-test' });
  client = new MlflowClient(connection);
}, 300_000);

afterAll(async () => {
  await connection?.dispose();
  await server?.[Symbol.asyncDispose]();
});

async function newRun(tags: readonly { key: string; value: string }[]): Promise<string> {
  const body = { experiment_id: '0', start_time: Date.now(), tags };
  return (await restCall<{ run: { info: { run_id: string } } }>(server, 'runs/create', body)).run.info.run_id;
}

async function found(origin: RunOrigin): Promise<string[]> {
  const { runs } = await recentRuns(origin, client, { signal, progress: () => undefined });
  return runs.map(({ run }) => run.info.run_id);
}

test('runs of a volume and of a notebook are found whatever these are called, and those of no other', async () => {
  for (const [name = '', near = ''] of NAMES) {
    const paths = [name, near].map(one => `work/${one}.ipynb`);
    const [ours] = await Promise.all([
      newRun(runTags([{ ...SNAPSHOT, volume: name }], paths[0] ?? null)),
      newRun(runTags([{ ...SNAPSHOT, volume: near }], paths[1] ?? null))
    ]);
    const both = [
      { key: 'data_volume_name', value: name },
      { key: 'snapshot_name', value: 'monday' }
    ];
    const theirs = await newRun(both);
    const source = [
      { key: 'mlflow.source.name', value: `${name}.ipynb` },
      { key: 'mlflow.source.type', value: 'NOTEBOOK' }
    ];
    const untagged = await newRun(source);
    expect([name, (await found({ kind: 'volume', volume: name, place: PLACE })).sort()]).toEqual([
      name,
      [ours, theirs].sort()
    ]);
    const path = paths[0] ?? '';
    expect([name, (await found({ kind: 'notebook', path, place: PLACE })).sort()]).toEqual([
      name,
      [ours, untagged].sort()
    ]);
    const named = await runsOfSnapshot({ uid: 'none', name: 'monday', volume: name }, { client, signal });
    expect([name, named.map(({ run, match }) => [run.info.run_id, match])]).toEqual([name, [[theirs, 'name']]]);
  }
});

test('the tags of NetApp’s published recipe, and the parameters of its demo, are found as plain MLflow code writes them', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'datamark-'));
  try {
    const path = join(folder, 'published.ipynb');
    await writeFile(path, notebookText(PUBLISHED));
    await runNotebook(path, server);
  } finally {
    await rm(folder, { recursive: true });
  }
  const identity = { uid: 'f'.repeat(36), name: 'monday', volume: 'published-pvc' };
  const runs = await runsOfSnapshot(identity, { client, signal });
  const link = { uid: null, namespace: null, cluster: null, time: null, relation: null };
  const told = { match: 'name', link: { ...link, volume: 'published-pvc', snapshot: 'monday' } };
  expect(runs).toMatchObject([told, told]);
  expect(runs.map(({ run }) => run.data.params.length).sort()).toEqual([0, 2]);
  const ids = runs.map(({ run }) => run.info.run_id);
  expect((await found({ kind: 'volume', volume: 'published-pvc', place: PLACE })).sort()).toEqual(ids.sort());
});

test('the newest are read first, in small pages, each once', async () => {
  const ids = [];
  for (let made = 0; made < 3; made += 1) {
    const body = { experiment_id: '0', start_time: Date.UTC(2030, 0, made + 1), tags: runTags([SNAPSHOT], null) };
    ids.push((await restCall<{ run: { info: { run_id: string } } }>(server, 'runs/create', body)).run.info.run_id);
  }
  expect((await found({ kind: 'volume', volume: 'home', place: PLACE })).slice(0, 3)).toEqual(ids.toReversed());
});
