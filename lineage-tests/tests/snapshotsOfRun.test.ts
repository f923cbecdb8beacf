/** From a run, a version or an alias of a real MLflow to the snapshots that it used, however they were written down. */
import { datasetOfSnapshot } from '../../server/src/lineage/datasetOfSnapshot';
import { MlflowClient } from '../../server/src/lineage/mlflow/mlflowClient';
import { MlflowConnection } from '../../server/src/lineage/mlflow/mlflowConnection';
import { MlflowSettings } from '../../server/src/lineage/mlflow/mlflowSettings';
import { modelReference, referredRun, type RunReference } from '../../server/src/lineage/runReference';
import { runTags } from '../../server/src/lineage/runTags';
import type { SnapshotOfRun } from '../../server/src/lineage/snapshotOfRun';
import { snapshotsOfRun } from '../../server/src/lineage/snapshotsOfRun';
import { MlflowServer } from '../support/mlflowServer';
import { restCall } from '../support/restCall';

const HOME: SnapshotOfRun = {
  volume: 'home',
  snapshot: 'home.20260102-030405z-ab12',
  uid: '0f3b2c1e-5a4d-4c3b-9a8f-1122334455aa',
  namespace: 'ann',
  cluster: 'prod',
  time: '2026-01-02T03:04:05Z',
  relation: 'before-run'
};
const DATA: SnapshotOfRun = { ...HOME, volume: 'data', snapshot: 'data.1', uid: 'e'.repeat(36), relation: 'exact' };
const NAMED = { volume: 'home', snapshot: 'monday', uid: null, namespace: null, cluster: null, time: null };
const NAMES = [
  { key: 'data_volume_name', value: 'home' },
  { key: 'snapshot_name', value: 'monday' }
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

async function newRun(): Promise<string> {
  const body = { experiment_id: '0', start_time: Date.now() };
  return (await restCall<{ run: { info: { run_id: string } } }>(server, 'runs/create', body)).run.info.run_id;
}

async function told(reference: RunReference | null): Promise<unknown> {
  if (reference === null) {
    throw new Error('that is no reference');
  }
  const { run } = await referredRun(reference, client, signal);
  return run === null ? null : snapshotsOfRun(run);
}

test('our tags and a dataset of another snapshot are both told', async () => {
  const id = await newRun();
  await client.tagRun(id, runTags([HOME], 'train.ipynb'));
  const records = [HOME, DATA].map(datasetOfSnapshot).filter(record => record !== null);
  await client.logInputs(id, records);
  expect(await told({ kind: 'run', id })).toEqual([HOME, { ...DATA, relation: null }]);
});

test('the published recipe’s tags, and the parameters of its demo notebook, are told without a uid', async () => {
  const tagged = await newRun();
  await client.tagRun(tagged, NAMES);
  const withParameters = await newRun();
  await restCall(server, 'runs/log-batch', { run_id: withParameters, params: NAMES });
  for (const id of [tagged, withParameters]) {
    expect(await told({ kind: 'run', id })).toEqual([{ ...NAMED, relation: null }]);
  }
});

test('a version and an alias lead to the snapshots of their run, also when the run is deleted in MLflow', async () => {
  const id = await newRun();
  await client.tagRun(id, runTags([HOME, DATA], null));
  const name = 'it’s @ "model"';
  await restCall(server, 'registered-models/create', { name });
  await restCall(server, 'model-versions/create', { name, source: `runs:/${id}/model`, run_id: id });
  await restCall(server, 'registered-models/alias', { name, alias: 'champion', version: '1' });
  await restCall(server, 'runs/delete', { run_id: id });
  for (const text of [`models:/${name}/1`, `models:/${name}@champion`]) {
    expect(await told(modelReference(text))).toEqual([HOME, DATA]);
  }
});

test('a version of a logged model leads to the run of that, and one of files alone to none', async () => {
  const id = await newRun();
  await client.tagRun(id, runTags([DATA], null));
  const body = { experiment_id: '0', name: 'forest', source_run_id: id };
  const { model } = await restCall<{ model: { info: { model_id: string } } }>(server, 'logged-models', body);
  const modelId = model.info.model_id;
  await restCall(server, 'registered-models/create', { name: 'forest' });
  await restCall(server, 'model-versions/create', { name: 'forest', source: `models:/${modelId}`, model_id: modelId });
  await restCall(server, 'model-versions/create', { name: 'forest', source: 's3://bucket/forest' });
  expect(await told(modelReference('models:/forest/1'))).toEqual([DATA]);
  expect(await told(modelReference('models:/forest/2'))).toBeNull();
});

test('what is not there is told as that', async () => {
  const missing: RunReference[] = [
    { kind: 'run', id: '0123456789abcdef0123456789abcdef' },
    { kind: 'version', name: 'none', version: '1' },
    { kind: 'alias', name: 'none', alias: 'champion' }
  ];
  for (const reference of missing) {
    await expect(referredRun(reference, client, signal)).rejects.toMatchObject({ failure: 'not-found' });
  }
});
