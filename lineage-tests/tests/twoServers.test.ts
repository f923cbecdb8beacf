/** Two servers whose volumes have one name, so that their datasets have, with one MLflow: each finds its own runs alone. */
import type { RunsOfSnapshot, Snapshot, SnapshotsOfRun } from '../../contract';
import { waitUntil } from '../../testbed/support/waitUntil';
import { LocalSidecar } from '../support/localSidecar';
import { MlflowServer } from '../support/mlflowServer';
import { restCall } from '../support/restCall';

interface Dataset {
  readonly name: string;
  readonly digest: string;
}

interface Side {
  readonly sidecar: LocalSidecar;
  readonly snapshot: Snapshot;
  readonly run: string;
}

let server: MlflowServer;
const sidecars: LocalSidecar[] = [];

beforeAll(async () => {
  server = await MlflowServer.start();
  for (let made = 0; made < 2; made += 1) {
    const sidecar = await LocalSidecar.make();
    sidecars.push(sidecar);
    await sidecar.start({ trackingUri: server.address });
  }
}, 300_000);

afterAll(async () => {
  await Promise.all(sidecars.map(sidecar => sidecar[Symbol.asyncDispose]()));
  await server?.[Symbol.asyncDispose]();
});

/** A run in the experiment of all, linked to a new snapshot of one server. */
async function trained(sidecar: LocalSidecar): Promise<Side> {
  const snapshot = await sidecar.snapshot('training data');
  const body = { experiment_id: '0', start_time: Date.now(), run_name: 'train' };
  const made = await restCall<{ run: { info: { run_id: string } } }>(server, 'runs/create', body);
  const run = made.run.info.run_id;
  const { name, uid } = snapshot;
  const snapshots = [{ name, uid, relation: 'before-run' }];
  expect(await sidecar.send('POST', '/lineage/links', { run, snapshots })).toMatchObject({ status: 200 });
  return { sidecar, snapshot, run };
}

async function datasets(run: string): Promise<Dataset[]> {
  const answer = await fetch(`${server.address}/api/2.0/mlflow/runs/get?run_id=${run}`);
  const told = (await answer.json()) as { run: { inputs?: { dataset_inputs?: { dataset: Dataset }[] } } };
  return (told.run.inputs?.dataset_inputs ?? []).map(({ dataset: { name, digest } }) => ({ name, digest }));
}

test('datasets of one name keep apart by their digest, and each server finds its own run', async () => {
  const sides = await Promise.all(sidecars.map(trained));
  for (const { sidecar, snapshot, run } of sides) {
    expect(await datasets(run)).toEqual([{ name: 'prod/ann/data', digest: snapshot.uid }]);
    const found = await waitUntil('all experiments are searched', async () => {
      const answer = await sidecar.send('GET', `/lineage/runs?snapshot=${snapshot.name}&anew=true`);
      const told = answer.json() as RunsOfSnapshot;
      return told.search?.complete === true && told;
    });
    expect(found.runs.map(one => [one.run.id, one.match])).toEqual([[run, 'uid']]);
  }
});

test('the run of the other server names a snapshot that is not here, whatever has its volume’s name', async () => {
  const [ours, theirs] = await Promise.all(sidecars.map(trained));
  const answer = await ours?.sidecar.send('GET', `/lineage/snapshots?run=${theirs?.run ?? ''}`);
  const { snapshots } = answer?.json() as SnapshotsOfRun;
  expect(snapshots.map(({ link }) => link.uid)).toEqual([theirs?.snapshot.uid]);
  expect(snapshots.map(({ now }) => now.state)).not.toContain('exists');
});
