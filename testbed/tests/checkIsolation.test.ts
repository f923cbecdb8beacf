// The check of isolation with two real servers of one account: off without the policies, on with them, nothing left behind.
import type { CheckFinding } from '../../contract';
import type { KubernetesProvider } from '../../server/src/providers/kubernetes/kubernetesProvider';
import { clusterProvider } from '../support/clusterProvider';
import { claim } from '../support/manifests';
import { SharedAccountScene, waitUntilIsolated, type UserServer } from '../support/sharedAccount';
import type { TestNamespace } from '../support/testNamespace';
import { waitUntil } from '../support/waitUntil';

const USERNAME = 'hub.jupyter.org/username';

let scene: SharedAccountScene;
let namespace: TestNamespace;
let ann: UserServer;
let provider: KubernetesProvider;

beforeAll(async () => {
  scene = await SharedAccountScene.open('check-isolation');
  ({ namespace } = scene);
  for (const user of ['ann', 'bob']) {
    await namespace.create(claim(`claim-${user}`, { labels: { [USERNAME]: user }, annotations: { [USERNAME]: user } }));
  }
  ann = await scene.startServer('ann');
  await namespace.waitUntilBound('claim-bob');
  provider = clusterProvider(ann.api, {
    volumes: { '/home/jovyan': 'claim-ann' },
    settings: { isolation: 'auto', jupyterHub: { user: 'ann' }, podName: 'jupyter-ann' }
  });
  await provider.start();
});

afterAll(async () => {
  await provider.stop();
  await scene.close();
});

const finding = async (id: string): Promise<CheckFinding | undefined> =>
  (await provider.check()).find(found => found.id === id);

const can = (): { snapshot: boolean; clone: boolean } => {
  const volume = provider.index.get('volume', 'claim-ann');
  return { snapshot: volume?.can.snapshot.available === true, clone: volume?.can.clone.available === true };
};

test('where no policy binds the namespace, snapshot and clone are off from the start, and whose claim could be reached is named', async () => {
  expect(can()).toEqual({ snapshot: false, clone: false });
  const snapshot = await finding('isolation/snapshot');
  expect(snapshot).toMatchObject({ state: 'failed', affects: ['snapshot'] });
  expect(snapshot?.message).toContain('could make snapshots of claim-bob, which is bob’s');
  expect((await finding('isolation/clone'))?.message).toContain('could make clones of claim-bob');
  await expect(
    provider.createSnapshot('claim-ann', { note: '', heldUntil: null, notebook: null }, { operationKey: null })
  ).rejects.toMatchObject({ problem: { detail: expect.stringContaining('No policy keeps the owners') as string } });
});

test('with the shipped policies both are on, and a snapshot of the own volume is made', async () => {
  await scene.isolate();
  await waitUntilIsolated(ann.api, 'claim-bob');
  await waitUntil('the report to see the policy', async () => (await finding('isolation/clone'))?.state === 'ok');
  expect((await finding('isolation/snapshot'))?.message).toBe(
    'datamark-own-snapshots keeps this account from snapshots of others’ volumes.'
  );
  await waitUntil('snapshot and clone to be on', () => can().snapshot && can().clone);
  const wanted = { note: '', heldUntil: null, notebook: null };
  const { name } = await provider.createSnapshot('claim-ann', wanted, { operationKey: null });
  await namespace.waitUntilReady(name);
});

test('the trials left nothing behind', async () => {
  const made = [...(await namespace.list('VolumeSnapshot')), ...(await namespace.list('PersistentVolumeClaim'))];
  expect(made.map(({ metadata }) => metadata.name ?? '').filter(name => name.includes('datamark-check'))).toEqual([]);
});
