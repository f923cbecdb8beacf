/** Runs that name a snapshot in each of the ways there are, found over all experiments of a real MLflow. */
import { datasetOfSnapshot } from '../../server/src/lineage/datasetOfSnapshot';
import type { SnapshotOfRun } from '../../server/src/lineage/snapshotOfRun';
import { MlflowClient } from '../../server/src/lineage/mlflow/mlflowClient';
import { MlflowConnection } from '../../server/src/lineage/mlflow/mlflowConnection';
import { MlflowSettings } from '../../server/src/lineage/mlflow/mlflowSettings';
import { runsOfSnapshot, type SnapshotIdentity } from '../../server/src/lineage/runsOfSnapshot';
import { runTags } from '../../server/src/lineage/runTags';
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
const IDENTITY: SnapshotIdentity = { uid: HOME.uid, name: HOME.snapshot, volume: HOME.volume };

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

async function runIn(experiment: string, name: string): Promise<string> {
  const body = { experiment_id: experiment, start_time: Date.now(), run_name: name };
  return (await restCall<{ run: { info: { run_id: string } } }>(server, 'runs/create', body)).run.info.run_id;
}

async function experimentOf(name: string): Promise<string> {
  return (await restCall<{ experiment_id: string }>(server, 'experiments/create', { name })).experiment_id;
}

const names = [
  { key: 'data_volume_name', value: HOME.volume },
  { key: 'snapshot_name', value: HOME.snapshot }
];

test('each way to name it is found, and how sure it is', async () => {
  const [one, two] = [await experimentOf('one'), await experimentOf('two')];
  const ours = await runIn(one, 'ours');
  await client.tagRun(
    ours,
    runTags([{ ...HOME, uid: 'e'.repeat(36), volume: 'data', snapshot: 'data.1' }, HOME], null)
  );
  const dataset = datasetOfSnapshot(HOME);
  const byDataset = await runIn(two, 'dataset');
  await client.logInputs(byDataset, dataset === null ? [] : [dataset]);
  const tagged = await runIn(two, 'tags of the published recipe');
  await client.tagRun(tagged, names);
  const withParameters = await runIn(one, 'parameters of the demo notebook');
  await restCall(server, 'runs/log-batch', { run_id: withParameters, params: names });
  const another = await runIn(one, 'another snapshot of the name');
  await client.tagRun(another, runTags([{ ...HOME, uid: 'f'.repeat(36) }], null));
  await client.tagRun(
    await runIn(one, 'another snapshot'),
    runTags([{ ...HOME, uid: 'd'.repeat(36), snapshot: 'x' }], null)
  );
  await runIn(two, 'none');

  const progress: [number, number][] = [];
  const found = await runsOfSnapshot(IDENTITY, {
    client,
    signal: new AbortController().signal,
    progress: (searched, known) => progress.push([searched, known])
  });

  expect(Object.fromEntries(found.map(({ run, match }) => [run.info.run_id, match]))).toEqual({
    [ours]: 'uid',
    [byDataset]: 'uid',
    [tagged]: 'name',
    [withParameters]: 'name',
    [another]: 'other'
  });
  expect(progress).toEqual([[3, 3]]);
});

test('a search that is given up ends with that', async () => {
  const given = new AbortController();
  given.abort(new Error('given up'));
  await expect(runsOfSnapshot(IDENTITY, { client, signal: given.signal })).rejects.toThrow('given up');
});
