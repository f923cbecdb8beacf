// Labels say whose and of which volume an object is. What a server may write there, by the policies for a shared account.
import { claim, volumeSnapshot } from '../support/manifests';
import { SharedAccountScene, waitUntilIsolated, type UserServer } from '../support/sharedAccount';
import type { TestCluster } from '../support/testCluster';
import type { TestNamespace } from '../support/testNamespace';

const OWNER = 'datamark.github.io/owner';
const VOLUME_ID = 'datamark.github.io/volume-id';
const HUB_USER = 'hub.jupyter.org/username';

let scene: SharedAccountScene;
let cluster: TestCluster;
let namespace: TestNamespace;
let expandable: string;
let bob: UserServer;
let alice: UserServer;

beforeAll(async () => {
  scene = await SharedAccountScene.open('labels');
  ({ cluster, namespace } = scene);
  const { provisioner, parameters } = await cluster.admin.get('StorageClass', await cluster.defaultStorageClass());
  expandable = `${namespace.name}-expandable`;
  await cluster.admin.create({
    apiVersion: 'storage.k8s.io/v1',
    kind: 'StorageClass',
    metadata: { name: expandable },
    provisioner,
    parameters,
    allowVolumeExpansion: true
  });
  const ofHub = { labels: { [HUB_USER]: 'bob' }, annotations: { [HUB_USER]: 'bob', note: 'the hub’s' } };
  await namespace.create(claim('claim-bob', { ...ofHub, storageClass: expandable }));
  await namespace.create(claim('dataset'));
  await scene.isolate({ sharedClaims: 'dataset scratch' });
  [bob, alice] = await Promise.all([scene.startServer('bob'), scene.startServer('alice')]);
  await waitUntilIsolated(bob.api, 'claim-alice');
});

afterAll(async () => {
  await cluster.admin.delete('StorageClass', expandable);
  await scene.close();
});

const refused = (message: string) => ({
  status: 403,
  reason: 'Forbidden',
  message: expect.stringMatching(`ValidatingAdmissionPolicy 'datamark-own-.*denied request: .*${message}`)
});
const snapshot = (name: string, labels: Record<string, string> = {}, annotations: Record<string, string> = {}) =>
  volumeSnapshot(name, 'claim-bob', { labels, annotations });
const clone = (labels: Record<string, string> = {}, annotations: Record<string, string> = {}) =>
  claim('claim-bob.try', { from: { claim: 'claim-bob' }, labels, annotations });

test('on what it makes, a server names no other owner', async () => {
  await expect(bob.api.create(snapshot('claim-bob.x', { [OWNER]: 'alice' }))).rejects.toMatchObject(
    refused('only to its own user, once, not to "alice"')
  );
  await expect(bob.api.create(clone({ [OWNER]: 'alice' }))).rejects.toMatchObject(
    refused('only to its own user, once, not to "alice"')
  );
  await expect(bob.api.create(clone({ [HUB_USER]: 'alice' }))).rejects.toMatchObject(refused('the hub.s to write'));
  await expect(bob.api.create(clone({}, { [HUB_USER]: 'alice' }))).rejects.toMatchObject(refused('the hub.s to write'));
  await expect(bob.api.create(snapshot('claim-bob.x', {}, { [HUB_USER]: 'alice' }))).rejects.toMatchObject(
    refused('the hub.s to write')
  );
});

test('an owner, once there, stays', async () => {
  await bob.api.create(snapshot('claim-bob.owned', { [OWNER]: 'bob', [VOLUME_ID]: 'first' }));
  for (const labels of [{ [OWNER]: 'alice' }, { [OWNER]: null }]) {
    await expect(bob.api.patch('VolumeSnapshot', 'claim-bob.owned', { metadata: { labels } })).rejects.toMatchObject(
      refused('only to its own user')
    );
  }
  for (const labels of [{ [VOLUME_ID]: 'second' }, { [VOLUME_ID]: null }]) {
    await expect(bob.api.patch('VolumeSnapshot', 'claim-bob.owned', { metadata: { labels } })).rejects.toMatchObject(
      refused('stays as it was made')
    );
  }
});

test('of a snapshot made elsewhere, the owner can be filled in with the own name only', async () => {
  await namespace.create(snapshot('nightly'));
  const fill = (owner: string) =>
    bob.api.patch('VolumeSnapshot', 'nightly', { metadata: { labels: { [OWNER]: owner } } });
  await expect(fill('alice')).rejects.toMatchObject(refused('not to "alice"'));
  expect((await fill('bob')).metadata.labels).toMatchObject({ [OWNER]: 'bob' });
});

test('a volume-id on a claim is the uid of that claim', async () => {
  const set = (name: string, value: string | null) =>
    bob.api.patch('PersistentVolumeClaim', name, { metadata: { labels: { [VOLUME_ID]: value } } });
  const alices = (await namespace.get('PersistentVolumeClaim', 'claim-alice')).metadata.uid ?? '';
  const own = (await namespace.get('PersistentVolumeClaim', 'claim-bob')).metadata.uid ?? '';
  const oneTime = refused('only to the uid of that claim, once');

  await expect(bob.api.create(clone({ [VOLUME_ID]: alices }))).rejects.toMatchObject(oneTime);
  await expect(set('claim-bob', alices)).rejects.toMatchObject(oneTime);
  expect((await set('claim-bob', own)).metadata.labels).toEqual({ [HUB_USER]: 'bob', [VOLUME_ID]: own });
  await expect(set('claim-bob', null)).rejects.toMatchObject(oneTime);
  await expect(set('claim-bob', alices)).rejects.toMatchObject(oneTime);
});

test('nothing else of the home claim can be changed, and it can’t be deleted', async () => {
  const before = await namespace.get('PersistentVolumeClaim', 'claim-bob');
  const nothingElse = refused('a server changes nothing but the label');
  for (const metadata of [
    { labels: { more: 'x' } },
    { labels: { [HUB_USER]: null } },
    { annotations: { note: 'mine' } },
    { annotations: { more: 'x' } }
  ]) {
    await expect(bob.api.patch('PersistentVolumeClaim', 'claim-bob', { metadata })).rejects.toMatchObject(nothingElse);
  }
  const unchanged = refused('only labels and annotations can be changed');
  const bigger = { spec: { resources: { requests: { storage: '2Gi' } } } };
  for (const change of [
    bigger,
    { metadata: { finalizers: [] } },
    { metadata: { ownerReferences: [{ apiVersion: 'v1', kind: 'Pod', name: 'jupyter-bob', uid: 'x' }] } }
  ]) {
    await expect(bob.api.patch('PersistentVolumeClaim', 'claim-bob', change)).rejects.toMatchObject(unchanged);
  }
  await expect(bob.api.delete('PersistentVolumeClaim', 'claim-bob')).rejects.toMatchObject(
    refused('makes and deletes only clones')
  );
  expect(await namespace.get('PersistentVolumeClaim', 'claim-bob')).toEqual(before);
});

test('a server writes no status', async () => {
  await bob.api.create(snapshot('claim-bob.status'));
  const status = { status: { boundVolumeSnapshotContentName: 'snapcontent-of-alice' } };
  await expect(bob.api.patch('VolumeSnapshot', 'claim-bob.status', status, '/status')).rejects.toMatchObject(
    refused('the controllers. to write')
  );
  await expect(
    bob.api.patch('PersistentVolumeClaim', 'claim-bob', { status: { capacity: { storage: '9Gi' } } }, '/status')
  ).rejects.toMatchObject(refused('the controllers. to write'));
});

test('a claim that all share is snapshotted by each, changed by its maker only, and cloned by nobody', async () => {
  const ofDataset = (name: string, labels?: Record<string, string>) => volumeSnapshot(name, 'dataset', { labels });
  await namespace.waitUntilBound('dataset');
  await expect(bob.api.create(ofDataset('dataset.bob', {}))).rejects.toMatchObject(
    refused('may snapshot only its own')
  );
  await expect(bob.api.create(ofDataset('dataset.bob', { [OWNER]: 'alice' }))).rejects.toMatchObject(
    refused('not to "alice"')
  );
  await expect(bob.api.create(ofDataset('claim-bob.dataset', { [OWNER]: 'bob' }))).rejects.toMatchObject(
    refused('may snapshot only its own')
  );
  await bob.api.create(ofDataset('dataset.bob', { [OWNER]: 'bob' }));
  await namespace.waitUntilReady('dataset.bob');

  const title = { metadata: { annotations: { 'datamark.github.io/title': 'Cleaned' } } };
  await expect(alice.api.patch('VolumeSnapshot', 'dataset.bob', title)).rejects.toMatchObject(
    refused('may change only snapshots of its own')
  );
  await expect(alice.api.delete('VolumeSnapshot', 'dataset.bob')).rejects.toMatchObject(
    refused('may change only snapshots of its own')
  );
  await bob.api.patch('VolumeSnapshot', 'dataset.bob', title);
  await expect(bob.api.create(claim('claim-bob.data', { from: { snapshot: 'dataset.bob' } }))).rejects.toMatchObject(
    refused('makes claims only as clones of its own')
  );
  await bob.api.delete('VolumeSnapshot', 'dataset.bob');
  await namespace.waitUntilGone('VolumeSnapshot', 'dataset.bob');
});
