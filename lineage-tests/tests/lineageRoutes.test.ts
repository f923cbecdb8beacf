/** The sidecar's answers about runs and snapshots, with a real MLflow behind it that then goes. */
import type { DeletePlan, RunsOfSnapshot, SnapshotsOfRun } from '../../contract';
import { LocalConfiguration } from '../../server/src/configuration';
import { openLineage, type Lineage } from '../../server/src/lineage/openLineage';
import { MemoryProvider } from '../../server/src/testing/memoryProvider';
import { sampleSnapshot, sampleVolume } from '../../server/src/testing/sampleObjects';
import { startTestSidecar } from '../../server/src/testing/testSidecar';
import { waitUntil } from '../../testbed/support/waitUntil';
import { MlflowServer } from '../support/mlflowServer';
import { restCall } from '../support/restCall';

const SNAPSHOT = sampleSnapshot({ uid: '0f3b2c1e-5a4d-4c3b-9a8f-1122334455aa' });

let server: MlflowServer;
let lineage: Lineage | undefined;
let sidecar: Awaited<ReturnType<typeof startTestSidecar>>;

beforeAll(async () => {
  server = await MlflowServer.start();
  const configuration = LocalConfiguration.parse({
    volumes: [{ path: '/nowhere' }],
    user: 'ann',
    lineage: { mlflow: { trackingUri: server.address }, cluster: 'prod' }
  });
  lineage = await openLineage({ configuration, provider: new MemoryProvider(), version: '0' });
  sidecar = await startTestSidecar({ lineage });
  sidecar.index.upsert(sampleVolume());
  sidecar.index.upsert(SNAPSHOT);
}, 300_000);

afterAll(async () => {
  await sidecar?.stop();
  await lineage?.dispose();
  await server?.[Symbol.asyncDispose]();
});

async function newRun(): Promise<string> {
  const body = { experiment_id: '0', start_time: Date.now(), run_name: 'train' };
  return (await restCall<{ run: { info: { run_id: string } } }>(server, 'runs/create', body)).run.info.run_id;
}

const link = (run: string, uid = SNAPSHOT.uid): ReturnType<typeof sidecar.send> =>
  sidecar.send('POST', '/lineage/links', {
    body: { run, snapshots: [{ name: SNAPSHOT.name, uid, relation: 'before-run' }] }
  });

test('a run that is linked is told with its versions and aliases, and leads back to the snapshot', async () => {
  const run = await newRun();
  await restCall(server, 'registered-models/create', { name: 'churn' });
  await restCall(server, 'model-versions/create', { name: 'churn', source: `runs:/${run}/m`, run_id: run });
  await restCall(server, 'registered-models/alias', { name: 'churn', alias: 'champion', version: '1' });
  const named = { volume: SNAPSHOT.volumeName, snapshot: SNAPSHOT.name, uid: SNAPSHOT.uid };
  const whole = { ...named, namespace: 'ann', cluster: 'prod', time: SNAPSHOT.createdAt, relation: 'before-run' };

  for (let again = 0; again < 2; again += 1) {
    expect((await link(run)).json()).toEqual({ run, state: 'written', problem: null, snapshots: [whole] });
  }

  const found = await waitUntil('all is searched', async () => {
    const told = (await sidecar.send('GET', `/lineage/runs?snapshot=${SNAPSHOT.name}`)).json() as RunsOfSnapshot;
    return told.search?.complete === true && told;
  });
  expect(found).toMatchObject({ mlflow: { state: 'answers' }, search: { complete: true }, total: 1 });
  const version = { name: 'churn', version: '1', aliases: ['champion'] };
  expect(found.runs).toMatchObject([
    { match: 'uid', link: whole, run: { id: run, name: 'train', versions: [version] } }
  ]);
  expect(found.runs[0]?.run.link).toBe(`${server.address}/#/experiments/0/runs/${run}`);
  for (const query of [`run=${run}`, `model=${encodeURIComponent('models:/churn@champion')}`]) {
    const back = (await sidecar.send('GET', `/lineage/snapshots?${query}`)).json() as SnapshotsOfRun;
    expect(back.run?.id).toBe(run);
    expect(back.snapshots).toEqual([{ link: whole, now: { state: 'exists', snapshot: SNAPSHOT.name } }]);
  }
});

test('a version stands in the way of deleting, also by force; a run alone asks for force', async () => {
  const path = `/snapshots/${SNAPSHOT.name}`;
  const plan = (await sidecar.send('DELETE', `${path}?dryRun`)).json() as DeletePlan;
  expect(plan).toMatchObject({ allowed: false, force: true, blockers: [{ object: 'models:/churn/1' }] });
  const refused = await sidecar.send('DELETE', `${path}?uid=${SNAPSHOT.uid}&force`);
  expect(refused).toMatchObject({ status: 409, text: expect.stringContaining('@champion') as unknown });

  const alone = sampleSnapshot({ name: 'home.alone', uid: 'alone' });
  sidecar.index.upsert(alone);
  const run = await newRun();
  const body = { run, snapshots: [{ name: alone.name, uid: alone.uid, relation: 'exact' }] };
  expect((await sidecar.send('POST', '/lineage/links', { body })).status).toBe(200);
  const asked = await sidecar.send('DELETE', '/snapshots/home.alone?uid=alone');
  expect(asked).toMatchObject({ status: 409, text: expect.stringContaining('1 run used it: train.') as unknown });
  expect((await sidecar.send('DELETE', '/snapshots/home.alone?uid=alone&force')).status).toBe(202);
});

test('what another tool wrote stays when a run is linked', async () => {
  const run = await newRun();
  const names = [
    { key: 'data_volume_name', value: 'elsewhere' },
    { key: 'snapshot_name', value: 'monday' }
  ];
  await restCall(server, 'runs/log-batch', { run_id: run, tags: names });
  const { snapshots } = (await link(run)).json() as { snapshots: { snapshot: string; uid: string | null }[] };
  expect(snapshots.map(({ snapshot, uid }) => [snapshot, uid])).toEqual([
    [SNAPSHOT.name, SNAPSHOT.uid],
    ['monday', null]
  ]);
  const { run: now } = (await (await fetch(`${server.address}/api/2.0/mlflow/runs/get?run_id=${run}`)).json()) as {
    run: { data: { tags: unknown[] } };
  };
  expect(now.data.tags).toEqual(expect.arrayContaining(names));
});

test('another snapshot than the one looked at, and a run that is not there, are not linked', async () => {
  expect((await link(await newRun(), 'another')).text).toContain('problems/object-changed');
  expect((await link('0123456789abcdef0123456789abcdef')).text).toContain('problems/run-not-found');
});

test('with MLflow gone that is said, and no run is claimed or denied', async () => {
  const run = await newRun();
  await server.kill();
  sidecar.index.upsert(sampleSnapshot({ name: 'home.other', uid: 'other' }));
  const refuses = { state: 'refuses', server: server.address, problem: { status: 503 } };
  expect((await sidecar.send('GET', '/lineage/status')).json()).toMatchObject(refuses);
  const runs = (await sidecar.send('GET', '/lineage/runs?snapshot=home.other')).json();
  expect(runs).toMatchObject({ mlflow: refuses, search: null, runs: [] });
  expect((await link(run)).json()).toMatchObject({ state: 'waiting', problem: { status: 503 } });
  const asked = await sidecar.send('DELETE', '/snapshots/home.other?uid=other');
  expect(asked.text).toContain('Can’t check runs and models: MLflow does not answer.');
  expect((await sidecar.send('DELETE', '/snapshots/home.other?uid=other&force')).status).toBe(202);
});
