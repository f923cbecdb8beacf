// Lineage on a cluster: MLflow behind a Service, a user's server under the hub's account and its policies, and what stands on
// the VolumeSnapshots themselves. The parts that need no cluster are in lineage-tests/.
import { z } from 'zod';
import { LinkedRun, RetentionReport, RunsOfSnapshot, Snapshot, SnapshotsOfRun } from '../../contract';
import { readNotedRuns, type NotedRun } from '../../server/src/lineage/notedRuns';
import { describeOnBed } from '../support/describeOnBed';
import { LineageServer } from '../support/lineageServer';
import { MlflowService } from '../support/mlflowService';
import { ProductInPod } from '../support/productInPod';
import { ACCOUNT, waitingPod, waitUntilIsolated } from '../support/sharedAccount';
import { applyShipped } from '../support/shippedManifest';
import { TestCluster } from '../support/testCluster';
import type { TestNamespace } from '../support/testNamespace';
import { waitUntil } from '../support/waitUntil';

const NOTE = 'datamark.github.io/mlflow-run';

/** What %%snapshot does around a cell: the snapshot, the variable for MLflow meanwhile, and afterwards a word to the sidecar. */
const TRAIN = `
import json, mlflow
from datamark.client import Client
from datamark.connection import Finder
from datamark.lineage.pinning import during_cell
from datamark.lineage.run_completion import RunCompletion
from datamark.lineage.run_context_variable import RunContextVariable
from datamark.terminal_progress import TerminalProgress
from datamark.verbs import take
from datamark.workplace import Workplace, choose_volume

work = Workplace(client=Client(Finder()), ask=input, say=lambda text: None, progress=TerminalProgress,
    run_context=RunContextVariable())
made = take(work, choose_volume(work, None), title="before training")
with during_cell(work, [made]), mlflow.start_run(run_name="train") as run:
    mlflow.log_metric("auc", 0.9)
RunCompletion().begin(work.client, [made])
print(json.dumps({"run": run.info.run_id, "snapshot": made.name, "uid": made.uid}))
`;
const NEW_RUN = `
import json, mlflow
with mlflow.start_run(run_name="later") as run:
    pass
print(json.dumps({"run": run.info.run_id}))
`;
const Trained = z.object({ run: z.string(), snapshot: z.string(), uid: z.string() });

let cluster: TestCluster;
let namespace: TestNamespace;
let product: ProductInPod;
let mlflow: MlflowService;
let server: LineageServer;

// Its programs come from the host, which only the test bed's pods can mount.
describeOnBed('a run on a cluster', () => {
  beforeAll(async () => {
    cluster = await TestCluster.open();
    await applyShipped('policies/isolation.yaml');
    namespace = await cluster.namespace('lineage');
    await applyShipped('rbac/roles.yaml');
    const manager = (text: string): string => text.replace('name: datamark-user', 'name: datamark-manager');
    await applyShipped('rbac/bindings.yaml', { namespace: namespace.name, change: manager });
    const labels = { 'datamark.github.io/shared-account': ACCOUNT };
    await cluster.admin.patch('Namespace', namespace.name, { metadata: { labels } });
    await waitUntilIsolated(await waitingPod(namespace, 'jupyter-bob'), 'claim-ann');
    product = await ProductInPod.build();
    // As it may stand in a recipe that was copied.
    mlflow = await MlflowService.start(namespace.name, 'mlflow.example.org');
    server = await LineageServer.start({ namespace, product, mlflow, user: 'ann' });
  }, 600_000);

  afterAll(async () => {
    await product?.remove();
    // First, as its Deployment makes another pod for each that goes with the namespace.
    await mlflow?.remove();
    await namespace?.remove();
    cluster?.close();
  });

  const snapshot = (title: string): Promise<Snapshot> => server.json(Snapshot, ['snapshot', title]);
  const newRun = async (): Promise<string> => (await server.python(z.object({ run: z.string() }), NEW_RUN)).run;
  const link = (run: string, { name }: Snapshot): Promise<LinkedRun> =>
    server.json(LinkedRun, ['link', run, '--snapshot', name]);

  /** What stands on the object itself; null: there is no such object. */
  async function noted(name: string): Promise<NotedRun[] | null> {
    const object = await namespace.find('VolumeSnapshot', name);
    const note = readNotedRuns(object?.metadata.annotations?.[NOTE]);
    if (!note.readable) {
      throw new Error(`Nobody can read what stands on ${name}: ${JSON.stringify(object?.metadata.annotations)}`);
    }
    return object === undefined ? null : [...note.runs];
  }

  const states = async (name: string): Promise<string[]> => ((await noted(name)) ?? []).map(({ state }) => state);

  test('MLflow refuses the name of its Service until it is started as the message says', async () => {
    const { name } = await snapshot('first');

    const refused = await server.run(['runs', name]);

    expect(refused.code).not.toBe(0);
    const fix = /--allowed-hosts "([^"]+)"/.exec(refused.stderr)?.[1];
    expect(refused.stderr).toContain(`MLflow at ${mlflow.address} takes no requests for this host name.`);
    expect(fix).toBe(MlflowService.hostAndPortIn(namespace.name));
    expect((await server.run(['delete', name, '--plan'])).stdout).toContain('Can’t check runs and models.');
    await mlflow.allow(fix ?? '');
    const found = await waitUntil('MLflow to answer', async () => {
      const done = await server.run(['runs', name, '--json']);
      return done.code === 0 && RunsOfSnapshot.parse(JSON.parse(done.stdout));
    });
    expect(found).toMatchObject({ mlflow: { state: 'answers', server: mlflow.address }, total: 0, runs: [] });
  }, 300_000);

  test('a run names the snapshot without a line about it, is found by it, and stands on the VolumeSnapshot', async () => {
    const { run, snapshot: name, uid } = await server.python(Trained, TRAIN);

    expect(uid).toBe((await namespace.get('VolumeSnapshot', name)).metadata.uid);
    const [found, ...more] = (await server.json(RunsOfSnapshot, ['runs', name])).runs;
    expect(more).toEqual([]);
    expect(found).toMatchObject({
      run: { id: run, name: 'train', status: 'FINISHED', metrics: [{ key: 'auc', value: 0.9 }] },
      match: 'uid',
      link: { volume: 'claim-ann', snapshot: name, uid, namespace: namespace.name, relation: 'before-run' }
    });
    const back = await server.json(SnapshotsOfRun, ['lineage', run]);
    expect(back.snapshots).toMatchObject([{ link: { uid }, now: { state: 'exists', snapshot: name } }]);
    await waitUntil('the run to stand on the snapshot', async () => (await states(name)).includes('written'));
    expect(await noted(name)).toMatchObject([{ run, relation: 'before-run', state: 'written' }]);
    // The kernel and the sidecar name the cluster alike: by the authority of the pod's account.
    const second = await link(await newRun(), await snapshot('second'));
    expect(second).toMatchObject({ state: 'written', problem: null });
    expect(second.snapshots[0]?.cluster).toMatch(/^[0-9a-f]{8}$/);
    expect(second.snapshots[0]?.cluster).toBe(found?.link.cluster);
  }, 240_000);

  test('a link waits on the VolumeSnapshot while MLflow’s pod is away, and is written when it is back', async () => {
    const [made, run] = [await snapshot('while MLflow is away'), await newRun()];
    await mlflow.stop();

    const waits = await link(run, made);

    expect(waits).toMatchObject({ state: 'waiting', snapshots: [{ uid: made.uid }] });
    expect(waits.problem?.type).toContain('mlflow');
    expect(await noted(made.name)).toMatchObject([{ run, state: 'waiting' }]);
    await mlflow.startAgain();
    await waitUntil('the link to be written', async () => (await states(made.name)).join() === 'written', {
      seconds: 180,
      every: 1000
    });
    const { snapshots } = await server.json(SnapshotsOfRun, ['lineage', run]);
    expect(snapshots).toMatchObject([{ link: { uid: made.uid }, now: { state: 'exists' } }]);
  }, 480_000);

  test('while MLflow is down nothing is deleted without force', async () => {
    const [kept, forced] = [await snapshot('kept'), await snapshot('forced')];
    await mlflow.stop();

    const refused = await server.run(['delete', kept.name, '--yes']);

    expect(refused.code).not.toBe(0);
    expect(refused.stderr).toContain('Can’t check runs and models: MLflow does not answer.');
    expect(refused.stderr).toContain(`delete ${kept.name} --yes --force`);
    expect((await namespace.get('VolumeSnapshot', kept.name)).metadata.deletionTimestamp).toBeUndefined();
    expect(await server.run(['delete', forced.name, '--yes', '--force'])).toMatchObject({ code: 0 });
    await namespace.waitUntilGone('VolumeSnapshot', forced.name);
    await mlflow.startAgain();
  }, 360_000);

  test('a registered version stands in the way of deleting, a run alone asks for force', async () => {
    const [depended, used] = [await snapshot('of a model'), await snapshot('of a run')];
    const [run, other] = [await newRun(), await newRun()];
    // MLflow has just come back: its Service leads to it some moments later.
    await waitUntil('a link to be written', async () => (await link(run, depended)).state === 'written');
    await link(other, used);
    await server.callMlflow('registered-models/create', { name: 'churn' });
    await server.callMlflow('model-versions/create', { name: 'churn', source: `runs:/${run}/model`, run_id: run });
    await server.callMlflow('registered-models/alias', { name: 'churn', alias: 'champion', version: '1' });

    for (const words of [['--yes'], ['--yes', '--force']]) {
      const refused = await server.run(['delete', depended.name, ...words]);
      expect(refused.code).not.toBe(0);
      expect(refused.stderr).toContain(
        'Version 1 of the model churn (@champion) comes from the run later, which used it.'
      );
    }
    expect((await namespace.get('VolumeSnapshot', depended.name)).metadata.deletionTimestamp).toBeUndefined();

    const asks = await server.run(['delete', used.name, '--yes']);
    expect(asks.code).not.toBe(0);
    expect(asks.stderr).toContain('1 run used it: later.');
    expect(await noted(used.name)).toMatchObject([{ run: other, state: 'written' }]);
    expect(await server.run(['delete', used.name, '--yes', '--force'])).toMatchObject({ code: 0 });
    await namespace.waitUntilGone('VolumeSnapshot', used.name);
    // By its uid, not by its names, which another one may get.
    const { snapshots } = await server.json(SnapshotsOfRun, ['lineage', other]);
    expect(snapshots).toMatchObject([{ link: { uid: used.uid }, now: { state: 'gone' } }]);
  }, 240_000);

  test('retention deletes what no run or model depends on, and says why the others stay', async () => {
    const old = await snapshot('old');
    const newest = await snapshot('newest');
    const rule = ['retention', '--keep-last', '1'];

    const plan = await server.json(RetentionReport, rule);

    const decided = new Map(plan.items.map(item => [item.title, item]));
    expect(decided.get('newest')).toMatchObject({ decision: 'keep' });
    expect(decided.get('old')).toMatchObject({ decision: 'delete', looked: true });
    for (const title of ['before training', 'of a model']) {
      expect(decided.get(title)?.decision).toBe('keep');
      expect(decided.get(title)?.reasons.join(' ')).toMatch(/run/i);
    }
    expect(await noted(old.name)).toEqual([]);

    const applied = await server.json(RetentionReport, [...rule, '--apply', '--yes']);

    const going = plan.items.filter(({ decision }) => decision === 'delete').map(({ snapshot: name }) => name);
    expect(applied.items.filter(({ outcome }) => outcome !== null).map(({ snapshot: name }) => name)).toEqual(going);
    for (const name of going) {
      await namespace.waitUntilGone('VolumeSnapshot', name);
    }
    const left = (await namespace.list('VolumeSnapshot')).map(({ metadata }) => metadata.name);
    expect(left.sort()).toEqual(
      plan.items
        .filter(({ decision }) => decision === 'keep')
        .map(({ snapshot: name }) => name)
        .sort()
    );
    expect(left).toContain(newest.name);
  }, 240_000);
});
