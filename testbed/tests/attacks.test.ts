// Two users of one shared account, each with the token mounted in the own server: what one tries on the other's volume.
import { at, type KubernetesObject } from '../support/kubernetesObject';
import { claim, volumeSnapshot } from '../support/manifests';
import { SharedAccountScene, waitUntilIsolated, type UserServer } from '../support/sharedAccount';
import type { TestNamespace } from '../support/testNamespace';

const OWNER = 'datamark.github.io/owner';
const VOLUME_ID = 'datamark.github.io/volume-id';
const TITLE = { metadata: { annotations: { 'datamark.github.io/title': 'Mine now' } } };

let scene: SharedAccountScene;
let namespace: TestNamespace;
let alice: UserServer;
let bob: UserServer;

beforeAll(async () => {
  scene = await SharedAccountScene.open('attacks');
  ({ namespace } = scene);
  await namespace.create(claim('dataset'));
  await scene.isolate({ sharedClaims: 'dataset' });
  [alice, bob] = await Promise.all([scene.startServer('alice'), scene.startServer('bob')]);
  await waitUntilIsolated(bob.api, 'claim-alice');
  await namespace.waitUntilBound('dataset');
});

afterAll(() => scene.close());

/** What a policy answers; an answer of anything else, also a missing right, is not a proof. */
const byPolicy = (policy: string, message: string) => ({
  status: 403,
  reason: 'Forbidden',
  message: expect.stringMatching(new RegExp(`ValidatingAdmissionPolicy '${policy}' .*denied request: .*${message}`))
});
const bySnapshotPolicy = (message: string) => byPolicy('datamark-own-snapshots', message);
const byClaimPolicy = (message: string) => byPolicy('datamark-own-claims', message);

const withLabels = (object: KubernetesObject, labels: Record<string, string>) => ({
  ...object,
  metadata: { ...object.metadata, labels }
});
const uidOf = async (kind: string, name: string) => String((await namespace.get(kind, name)).metadata.uid);
const collection = (kind: string) => bob.api.account.path(kind, namespace.name);

test('each makes, titles, clones and deletes snapshots of the own volume', async () => {
  for (const [user, name] of [
    [alice, 'alice'],
    [bob, 'bob']
  ] as const) {
    const home = `claim-${name}`;
    await user.api.create(withLabels(volumeSnapshot(`${home}.one`, home), { [OWNER]: name, [VOLUME_ID]: 'some-id' }));
    await user.api.create(volumeSnapshot(`${home}.two`, home));
    await user.api.waitUntilReady(`${home}.one`);
    await user.api.waitUntilReady(`${home}.two`);
    await user.api.patch('VolumeSnapshot', `${home}.one`, {
      metadata: { annotations: { 'datamark.github.io/title': 'First', 'datamark.github.io/held-until': 'forever' } }
    });

    await user.api.create(withLabels(claim(`${home}.copy`, { from: { snapshot: `${home}.one` } }), { [OWNER]: name }));
    await user.api.create(claim(`${home}.twin`, { from: { claim: home } }));
    await user.api.create(claim(`${home}.copy.again`, { from: { claim: `${home}.copy` } }));
    const copy = await uidOf('PersistentVolumeClaim', `${home}.copy`);
    await user.api.patch('PersistentVolumeClaim', `${home}.copy`, { metadata: { labels: { [VOLUME_ID]: copy } } });
    await user.api.waitUntilBound(`${home}.twin`);

    await user.api.delete('VolumeSnapshot', `${home}.two`);
    await user.api.delete('PersistentVolumeClaim', `${home}.twin`);
    await namespace.waitUntilGone('VolumeSnapshot', `${home}.two`);
    await namespace.waitUntilGone('PersistentVolumeClaim', `${home}.twin`);
  }
});

describe('a snapshot of the other’s volume is refused', () => {
  test.each([
    ['by its name', volumeSnapshot('claim-bob.steal', 'claim-alice')],
    ['under the other’s name', volumeSnapshot('claim-alice.steal', 'claim-alice')],
    ['of the other’s clone', volumeSnapshot('claim-bob.steal', 'claim-alice.copy')],
    ['of a claim whose name begins alike', volumeSnapshot('claim-bob.steal', 'claim-bobby')],
    ['of the own volume under the other’s name', volumeSnapshot('claim-alice.steal', 'claim-bob')],
    ['of the own volume under a free name', volumeSnapshot('steal', 'claim-bob')]
  ])('%s', async (_, manifest) => {
    await expect(bob.api.create(manifest)).rejects.toMatchObject(
      bySnapshotPolicy('pod jupyter-bob may snapshot only its')
    );
  });

  test('by generateName', async () => {
    const manifest = volumeSnapshot('', 'claim-alice');
    manifest.metadata = { generateName: 'claim-bob.x' };
    await expect(bob.api.create(manifest)).rejects.toMatchObject(bySnapshotPolicy('not claim-alice as claim-bob.'));
    manifest.metadata = { generateName: 'claim-alice.x' };
    await expect(bob.api.create(manifest)).rejects.toMatchObject(bySnapshotPolicy('not claim-alice as claim-alice.'));
  });

  test('by server-side apply, which creates', async () => {
    const manifest = volumeSnapshot('claim-bob.applied', 'claim-alice');
    await expect(bob.api.apply(manifest)).rejects.toMatchObject(bySnapshotPolicy('may snapshot only'));
  });

  test('by the content of the other’s snapshot', async () => {
    const snapshot = await namespace.get('VolumeSnapshot', 'claim-alice.one');
    const manifest = volumeSnapshot('claim-bob.content', '');
    const content = at(snapshot, 'status', 'boundVolumeSnapshotContentName');
    manifest.spec = { source: { volumeSnapshotContentName: content } };
    await expect(bob.api.create(manifest)).rejects.toMatchObject(
      bySnapshotPolicy('not the content of another snapshot')
    );
  });
});

describe('a claim with the other’s data is refused', () => {
  const CORE = { kind: 'PersistentVolumeClaim', name: 'claim-alice' };
  const SNAPSHOT = { apiGroup: 'snapshot.storage.k8s.io', kind: 'VolumeSnapshot', name: 'claim-alice.one' };
  const OWN = { kind: 'PersistentVolumeClaim', name: 'claim-bob' };
  test.each([
    ['volume by dataSource', { dataSource: CORE }, 'not of PersistentVolumeClaim claim-alice'],
    ['volume by dataSourceRef', { dataSourceRef: CORE }, 'not of PersistentVolumeClaim claim-alice'],
    ['snapshot by dataSource', { dataSource: SNAPSHOT }, 'not of VolumeSnapshot claim-alice.one'],
    ['snapshot by dataSourceRef', { dataSourceRef: SNAPSHOT }, 'not of VolumeSnapshot claim-alice.one'],
    [
      'clone',
      { dataSourceRef: { ...CORE, name: 'claim-alice.copy' } },
      'not of PersistentVolumeClaim claim-alice.copy'
    ],
    ['shared dataset', { dataSourceRef: { ...CORE, name: 'dataset' } }, 'not of PersistentVolumeClaim dataset'],
    ['nothing at all', {}, 'never empty ones'],
    [
      'a populator',
      { dataSourceRef: { apiGroup: 'example.com', kind: 'Any', name: 'claim-bob' } },
      'not of Any claim-bob'
    ],
    ['an existing PersistentVolume', { dataSourceRef: OWN, volumeName: 'pvc-of-alice' }, 'a clone gets a new volume'],
    [
      'a PersistentVolume picked by labels',
      { dataSourceRef: OWN, selector: { matchLabels: { a: 'b' } } },
      'a clone gets a new'
    ]
  ])('%s', async (_, from, message) => {
    const manifest = claim('claim-bob.steal');
    manifest.spec = { ...(manifest.spec as object), ...from };
    await expect(bob.api.create(manifest)).rejects.toMatchObject(byClaimPolicy(message));
  });

  test('under the other’s name, by generateName or by server-side apply', async () => {
    const named = claim('claim-alice.steal', { from: { claim: 'claim-bob' } });
    const refused = byClaimPolicy(
      'makes and deletes only clones of its own volume, named claim-bob.<name>, not claim-alice.'
    );
    await expect(bob.api.create(named)).rejects.toMatchObject(refused);
    await expect(bob.api.apply(named)).rejects.toMatchObject(refused);
    await expect(bob.api.create({ ...named, metadata: { generateName: 'claim-alice.x' } })).rejects.toMatchObject(
      refused
    );
  });
});

describe('of the other’s objects nothing can be changed', () => {
  test.each([
    'VolumeSnapshot claim-alice.one',
    'PersistentVolumeClaim claim-alice',
    'PersistentVolumeClaim claim-alice.copy'
  ])('%s', async which => {
    const [kind = '', name = ''] = which.split(' ');
    const before = await namespace.get(kind, name);
    const refused =
      kind === 'VolumeSnapshot' ? bySnapshotPolicy('may change only') : byClaimPolicy('may change only|only clones');
    const path = await bob.api.account.path(kind, namespace.name, name);
    const { apiVersion } = before;

    await expect(bob.api.patch(kind, name, TITLE)).rejects.toMatchObject(refused);
    await expect(
      bob.api.account.ask('PUT', path, {
        body: { ...before, ...TITLE, metadata: { ...before.metadata, ...TITLE.metadata } }
      })
    ).rejects.toMatchObject(refused);
    await expect(bob.api.apply({ apiVersion, kind, metadata: { name, ...TITLE.metadata } })).rejects.toMatchObject(
      refused
    );
    await expect(bob.api.patch(kind, name, { metadata: { finalizers: [] } })).rejects.toMatchObject(refused);
    await expect(bob.api.delete(kind, name)).rejects.toMatchObject(refused);
    await expect(
      bob.api.account.ask('DELETE', `${await collection(kind)}?fieldSelector=metadata.name=${name}`, { body: {} })
    ).rejects.toMatchObject(refused);

    expect(await namespace.get(kind, name)).toEqual(before);
  });

  test('a collection with others’ objects is not deleted', async () => {
    const before = await namespace.list('VolumeSnapshot');
    await expect(
      alice.api.account.ask('DELETE', await collection('VolumeSnapshot'), { body: {} })
    ).rejects.toMatchObject(bySnapshotPolicy('may change only'));
    const bobs = (list: KubernetesObject[]) => list.filter(one => one.metadata.name?.startsWith('claim-bob'));
    expect(bobs(await namespace.list('VolumeSnapshot'))).toEqual(bobs(before));
  });
});
