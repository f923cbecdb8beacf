/** Links of runs to snapshots, in MLflow and on the snapshots: also where MLflow is down, and the sidecar is killed meanwhile. */
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { DeletePlan, LinkedRun, PinnedSnapshots, Snapshot } from '../../contract';
import { runTags } from '../../server/src/lineage/runTags';
import { waitUntil } from '../../testbed/support/waitUntil';
import { LocalSidecar } from '../support/localSidecar';
import { MlflowServer } from '../support/mlflowServer';
import { restCall } from '../support/restCall';

interface RunOfMlflow {
  readonly data: { readonly tags?: { key: string; value: string }[] };
  readonly inputs?: { readonly dataset_inputs?: { dataset: { name: string; digest: string } }[] };
}

let server: MlflowServer;
let sidecar: LocalSidecar;

beforeAll(async () => {
  server = await MlflowServer.start();
  sidecar = await LocalSidecar.make();
  await sidecar.start(settings());
}, 300_000);

afterAll(async () => {
  await sidecar?.[Symbol.asyncDispose]();
  await server?.[Symbol.asyncDispose]();
});

const settings = (): object => ({ trackingUri: server.address });

async function newRun(tags: { key: string; value: string }[] = []): Promise<string> {
  const body = { experiment_id: '0', start_time: Date.now(), run_name: 'train', tags };
  return (await restCall<{ run: { info: { run_id: string } } }>(server, 'runs/create', body)).run.info.run_id;
}

async function told(run: string): Promise<RunOfMlflow> {
  const answer = await fetch(`${server.address}/api/2.0/mlflow/runs/get?run_id=${run}`);
  return ((await answer.json()) as { run: RunOfMlflow }).run;
}

const digests = async (run: string): Promise<string[]> =>
  ((await told(run)).inputs?.dataset_inputs ?? []).map(({ dataset }) => dataset.digest);

async function link(run: string, { name, uid }: Snapshot): Promise<LinkedRun> {
  const body = { run, snapshots: [{ name, uid, relation: 'before-run' }] };
  const answer = await sidecar.send('POST', '/lineage/links', body);
  expect(answer).toMatchObject({ status: 200 });
  return answer.json() as LinkedRun;
}

/** What stands on the snapshot, as it is stored. */
async function noted({ name }: Snapshot): Promise<{ run: string; state: string }[]> {
  const record = join(sidecar.volume, '.datamark', 'snapshots', name, 'record.json');
  const { runNote = '{"runs":[]}' } = JSON.parse(await readFile(record, 'utf8')) as { runNote?: string };
  return (JSON.parse(runNote) as { runs: { run: string; state: string }[] }).runs;
}

const untilWritten = (snapshot: Snapshot, run: string): Promise<unknown> =>
  waitUntil('the link is written', async () => {
    const one = (await noted(snapshot)).find(({ run: id }) => id === run);
    return one?.state === 'written' && (await digests(run)).includes(snapshot.uid);
  });

test('a link is written to MLflow and stands on the snapshot', async () => {
  const [snapshot, run] = [await sidecar.snapshot('one'), await newRun()];
  for (let again = 0; again < 2; again += 1) {
    expect(await link(run, snapshot)).toMatchObject({ state: 'written', problem: null });
  }
  expect(await noted(snapshot)).toMatchObject([{ run, state: 'written' }]);
  expect(await digests(run)).toEqual([snapshot.uid]);
});

test('what MLflow will never take is refused and leaves nothing on the snapshot', async () => {
  const [snapshot, deleted] = [await sidecar.snapshot('two'), await newRun()];
  await restCall(server, 'runs/delete', { run_id: deleted });
  const snapshots = [{ name: snapshot.name, uid: snapshot.uid, relation: 'exact' }];
  for (const [run, slug] of [
    ['0123456789abcdef0123456789abcdef', 'run-not-found'],
    [deleted, 'mlflow-refused']
  ]) {
    const refused = await sidecar.send('POST', '/lineage/links', { run, snapshots });
    expect(refused.text).toContain(`problems/${slug}`);
  }
  expect(await noted(snapshot)).toEqual([]);
});

test('runs that tags alone tell get their dataset and their place on the snapshot, once', async () => {
  const snapshot = await sidecar.snapshot('three');
  const { name, uid, createdAt: time } = snapshot;
  const whole = { volume: 'data', snapshot: name, uid, namespace: 'ann', cluster: 'prod', time } as const;
  const runs = [];
  for (let made = 0; made < 2; made += 1) {
    runs.push(await newRun(runTags([{ ...whole, relation: 'before-run' }], null)));
  }
  const other = await newRun(runTags([{ ...whole, uid: 'another', relation: 'before-run' }], null));

  const first = await sidecar.send('POST', '/lineage/runs', { snapshot: name, uid });
  const second = await sidecar.send('POST', '/lineage/runs', { snapshot: name, uid });

  expect((first.json() as { written: string[] }).written.sort()).toEqual([...runs].sort());
  expect(second.json()).toEqual({ runs: expect.arrayContaining(runs) as unknown, written: [] });
  expect([await digests(runs[0] ?? ''), await digests(runs[1] ?? ''), await digests(other)]).toEqual([
    [uid],
    [uid],
    []
  ]);
  expect((await told(runs[0] ?? '')).inputs?.dataset_inputs?.[0]?.dataset.name).toBe('prod/ann/data');
  expect((await noted(snapshot)).map(({ run, state }) => [run, state])).toEqual(
    expect.arrayContaining(runs.map(run => [run, 'written']))
  );
});

test('a run that is looked at gets its dataset too', async () => {
  const { name, uid, createdAt: time } = await sidecar.snapshot('four');
  const whole = { volume: 'data', snapshot: name, uid, namespace: 'ann', cluster: 'prod', time } as const;
  const run = await newRun(runTags([{ ...whole, relation: 'exact' }], null));
  expect((await sidecar.send('GET', `/lineage/snapshots?run=${run}`)).status).toBe(200);
  await waitUntil('it has its dataset', async () => (await digests(run)).includes(uid));
});

test('a pin from outside is a file for a kernel of this computer, and for no other', async () => {
  const { name, uid } = await sidecar.snapshot('five');
  const snapshots = [{ name, uid, relation: 'before-run' }];
  const pin = (kernel: string): ReturnType<typeof sidecar.send> =>
    sidecar.send('POST', '/lineage/pins', { kernel, snapshots, notebook: 'train.ipynb' });
  expect((await pin('k-1')).text).toContain('does not run on this computer');
  expect((await pin('../k')).status).toBe(400);
  await writeFile(join(sidecar.kernels, 'kernel-k-1.json'), '{}');
  await mkdir(join(sidecar.kernels, 'datamark-pins'));
  await writeFile(join(sidecar.kernels, 'datamark-pins', 'kernel-gone.json'), '{}');

  const pinned = (await pin('k-1')).json() as PinnedSnapshots;

  expect(pinned.snapshots).toMatchObject([{ volume: 'data', uid, cluster: 'prod', namespace: 'ann' }]);
  expect(await readdir(join(sidecar.kernels, 'datamark-pins'))).toEqual(['kernel-k-1.json']);
  expect((await sidecar.send('GET', '/lineage/pins?kernel=k-1')).json()).toEqual(pinned);
  await sidecar.send('DELETE', '/lineage/pins?kernel=k-1');
  expect((await sidecar.send('GET', '/lineage/pins?kernel=k-1')).json()).toMatchObject({ snapshots: [] });
});

test('with MLflow down a link waits on the snapshot, and is written when MLflow is back', async () => {
  const [snapshot, run] = [await sidecar.snapshot('six'), await newRun()];
  await server.kill();

  const waits = await link(run, snapshot);

  expect(waits).toMatchObject({ state: 'waiting', problem: { status: 503 }, snapshots: [{ uid: snapshot.uid }] });
  expect(await noted(snapshot)).toMatchObject([{ run, state: 'waiting' }]);
  const plan = (await sidecar.send('DELETE', `/snapshots/${snapshot.name}?dryRun`)).json() as DeletePlan;
  expect(plan.force).toBe(true);
  expect(plan.warnings.join(' ')).toContain(run);
  await server.startAgain();
  await untilWritten(snapshot, run);
});

test('links that wait outlive the sidecar’s sudden end, and one whose run is deleted meanwhile waits for it', async () => {
  const snapshot = await sidecar.snapshot('seven');
  const [run, deleted] = [await newRun(), await newRun()];
  await server.kill();
  for (const one of [run, deleted]) {
    expect((await link(one, snapshot)).state).toBe('waiting');
  }
  await sidecar.kill();
  await server.startAgain();
  await restCall(server, 'runs/delete', { run_id: deleted });
  expect(await digests(run)).toEqual([]);

  await sidecar.start(settings());

  await untilWritten(snapshot, run);
  await waitUntil('the other is tried', () => sidecar.log.includes('MLflow does not take a link that waits'));
  expect(await noted(snapshot)).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ run, state: 'written' }),
      expect.objectContaining({ run: deleted, state: 'waiting' })
    ])
  );
  await sidecar.kill();
  await restCall(server, 'runs/restore', { run_id: deleted });
  await sidecar.start(settings());
  await untilWritten(snapshot, deleted);
});
