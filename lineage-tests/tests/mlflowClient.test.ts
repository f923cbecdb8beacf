/** Every call of the client against a real MLflow: what it writes can be read again, and failures are told apart. */
import { MlflowClient } from '../../server/src/lineage/mlflow/mlflowClient';
import { MlflowConnection } from '../../server/src/lineage/mlflow/mlflowConnection';
import { MlflowSettings } from '../../server/src/lineage/mlflow/mlflowSettings';
import { MlflowServer } from '../support/mlflowServer';
import { restCall } from '../support/restCall';

const DIGEST = '0f3b2c1e-5a4d-4c3b-9a8f-1122334455aa';

let server: MlflowServer;
let connection: MlflowConnection;
let client: MlflowClient;

beforeAll(async () => {
  server = await MlflowServer.start();
  connection = new MlflowConnection({
    settings: MlflowSettings.parse({ trackingUri: server.address }),
    userAgent: 'datamark-test'
  });
  client = new MlflowClient(connection);
}, 300_000);

afterAll(async () => {
  await connection?.dispose();
  await server?.[Symbol.asyncDispose]();
});

/** An experiment with that many runs, made by MLflow's own REST API. */
async function experimentWith(name: string, runs: number): Promise<{ experiment: string; runIds: string[] }> {
  const { experiment_id: experiment } = await restCall<{ experiment_id: string }>(server, 'experiments/create', {
    name
  });
  const runIds: string[] = [];
  for (let made = 0; made < runs; made += 1) {
    const body = { experiment_id: experiment, start_time: Date.UTC(2026, 0, 1, 0, 0, made), run_name: `run ${made}` };
    const { run } = await restCall<{ run: { info: { run_id: string } } }>(server, 'runs/create', body);
    runIds.push(run.info.run_id);
  }
  return { experiment, runIds };
}

test('tags and datasets written to a run are read again, and the run is found by them', async () => {
  const { experiment, runIds } = await experimentWith('tags', 2);
  const [first = ''] = runIds;

  await client.tagRun(first, [
    { key: 'data_volume_name', value: 'home' },
    { key: 'datamark.github.io/volumes', value: JSON.stringify([{ uid: DIGEST, note: 'it’s "quoted"' }]) }
  ]);
  await client.logInputs(first, [
    { name: 'prod/ann/home', digest: DIGEST, sourceType: 'volume-snapshot', source: '{"snapshot":"home.1"}' }
  ]);

  const run = await client.run(first);
  expect(run.info).toMatchObject({ run_id: first, run_name: 'run 0', start_time: new Date('2026-01-01T00:00:00Z') });
  expect(run.data.tags).toContainEqual({ key: 'data_volume_name', value: 'home' });
  expect(run.inputs.dataset_inputs.map(({ dataset }) => dataset)).toEqual([
    { name: 'prod/ann/home', digest: DIGEST, source_type: 'volume-snapshot', source: '{"snapshot":"home.1"}' }
  ]);
  for (const filter of [`tags.\`datamark.github.io/volumes\` LIKE '%${DIGEST}%'`, `dataset.digest = '${DIGEST}'`]) {
    expect(await found({ experimentIds: [experiment], filter })).toEqual([first]);
  }
  expect(await found({ experimentIds: [], filter: '' })).toEqual([]);
});

test('more than 100 tags are written', async () => {
  const { runIds } = await experimentWith('many tags', 1);
  const [run = ''] = runIds;
  const tags = Array.from({ length: 130 }, (_, nr) => ({ key: `key-${nr}`, value: String(nr) }));
  await client.tagRun(run, tags);
  const { data } = await client.run(run);
  expect(data.tags).toEqual(expect.arrayContaining(tags));
});

test('deleted runs and experiments are found only when asked for', async () => {
  const { experiment, runIds } = await experimentWith('deleted', 1);
  await restCall(server, 'runs/delete', { run_id: runIds[0] });
  expect(await found({ experimentIds: [experiment], filter: '' })).toEqual([]);
  expect(await found({ experimentIds: [experiment], filter: '', deleted: true })).toEqual(runIds);
  await restCall(server, 'experiments/delete', { experiment_id: experiment });
  const all = [];
  for await (const page of client.experiments()) {
    all.push(...page);
  }
  expect(all).toContainEqual({ experiment_id: experiment, name: 'deleted', lifecycle_stage: 'deleted' });
});

test('a registered version is found by its run and by its alias', async () => {
  const { runIds } = await experimentWith('registry', 1);
  const [run = ''] = runIds;
  const name = 'it’s a model';
  await restCall(server, 'registered-models/create', { name });
  await restCall(server, 'model-versions/create', { name, source: `runs:/${run}/model`, run_id: run });
  await restCall(server, 'registered-models/alias', { name, alias: 'champion', version: '1' });
  await client.tagModelVersion(name, '1', { key: 'datamark.github.io/volumes', value: '[]' });

  const expected = { name, version: '1', run_id: run };
  expect(await client.aliasedVersion(name, 'champion')).toMatchObject({ ...expected, aliases: ['champion'] });
  expect(await client.modelVersion(name, '1')).toMatchObject({
    ...expected,
    tags: [{ key: 'datamark.github.io/volumes', value: '[]' }]
  });
  const others = Array.from({ length: 250 }, (_, nr) => nr.toString(16).padStart(32, '0'));
  expect(await client.versionsOfRuns([...others, run])).toMatchObject([expected]);
  expect(await client.aliases(name)).toEqual([{ alias: 'champion', version: '1' }]);
});

test('a logged model knows its run', async () => {
  const { experiment, runIds } = await experimentWith('logged model', 1);
  const { model } = await restCall<{ model: { info: { model_id: string } } }>(server, 'logged-models', {
    experiment_id: experiment,
    name: 'forest',
    source_run_id: runIds[0]
  });
  const { info } = await client.loggedModel(model.info.model_id);
  expect(info).toMatchObject({ name: 'forest', source_run_id: runIds[0], registrations: [] });
});

test('what is not there, and what can’t be asked, are told apart', async () => {
  await expect(client.run('0123456789abcdef0123456789abcdef')).rejects.toMatchObject({ failure: 'not-found' });
  await expect(client.loggedModel('m-none')).rejects.toMatchObject({ failure: 'not-found' });
  await expect(client.modelVersion('none', '1')).rejects.toMatchObject({ failure: 'not-found' });
  await expect(client.aliasedVersion('none', 'champion')).rejects.toMatchObject({ failure: 'not-found' });
  await expect(found({ experimentIds: ['0'], filter: 'not a filter' })).rejects.toMatchObject({ failure: 'invalid' });
});

async function found(search: Parameters<MlflowClient['runs']>[0]): Promise<string[]> {
  const ids: string[] = [];
  for await (const page of client.runs(search)) {
    ids.push(...page.map(({ info }) => info.run_id));
  }
  return ids;
}
