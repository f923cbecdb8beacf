// deploy/policies/restore-gate.yaml: in the gap in which `swap` makes the claim again, only one that gets the restored
// volume may take its name. What a claim gets was measured with a volume that is reserved for that name.
import { controllerToken, installController, uninstallController } from '../support/controllerManifests';
import { at, textAt, type KubernetesObject } from '../support/kubernetesObject';
import { claim, volumeRestore } from '../support/manifests';
import { tryCreate } from '../support/sharedAccount';
import { TestCluster } from '../support/testCluster';
import type { TestNamespace } from '../support/testNamespace';
import { waitUntil } from '../support/waitUntil';

const REFUSED =
  /^403 .*'datamark-restore-claims'.*claim home is being restored \(home\.r\): one of 2Gi and ReadWriteOnce gets/;
const VOLUME = { driver: 'd', handle: 'h', formerHandles: [], reclaimPolicy: 'Delete' };
const GAP = {
  phase: 'Restoring',
  strategy: 'swap',
  claim: {
    uid: 'u',
    volumeId: 'u',
    accessModes: ['ReadWriteOnce'],
    storageClassName: 'cow',
    volumeMode: 'Filesystem',
    request: '2Gi',
    capacity: '2Gi',
    manifest: '{}'
  },
  oldVolume: { name: 'pv-old', uid: 'o', ...VOLUME },
  newVolume: { name: 'pv-new', uid: 'n', ...VOLUME }
};

let cluster: TestCluster;
let namespace: TestNamespace;
let controller: TestNamespace;

const setStatus = (status: Record<string, unknown>) =>
  namespace.patch('VolumeRestore', 'home.r', { status }, '/status');
const rulesAre = (what: RegExp, tried: KubernetesObject) =>
  waitUntil(`the policy to answer ${what}`, async () => what.test(await tryCreate(namespace, tried)));
function spec(changes: Record<string, unknown>, size = '2Gi'): KubernetesObject {
  const made = claim('home', { size });
  return { ...made, spec: { ...(made.spec as object), ...changes } };
}

beforeAll(async () => {
  cluster = await TestCluster.open();
  await installController(cluster);
  namespace = await cluster.namespace('restore-claims');
  controller = namespace.as(await controllerToken(cluster));
  const made = volumeRestore('home.r', 'home', { snapshotName: 'home.one' });
  const labels = { 'datamark.github.io/under-way': 'true' };
  await namespace.create({ ...made, metadata: { ...made.metadata, labels } });
  await setStatus(GAP);
  await rulesAre(REFUSED, spec({}, '3Gi'));
});

afterAll(async () => {
  await uninstallController(cluster);
  await namespace.remove();
  cluster.close();
});

test.each([
  ['the same', spec({})],
  ['a smaller one', spec({}, '1Gi')],
  ['one of another class', spec({ storageClassName: 'cow-wffc' })],
  ['one of no class', spec({ storageClassName: '' })],
  ['one that names the restored volume', spec({ volumeName: 'pv-new' })],
  ['one that names the kept volume', spec({ volumeName: 'pv-old' })],
  ['one of another name', { ...spec({}, '9Gi'), metadata: { name: 'home2' } }]
])('lets %s be made', async (_, tried) => {
  expect(await tryCreate(namespace, tried)).toBe('201');
});

test.each([
  ['a larger one', spec({}, '2049Mi')],
  ['one of another mode', spec({ accessModes: ['ReadWriteMany'] })],
  ['one of another mode too', spec({ accessModes: ['ReadWriteOnce', 'ReadWriteMany'] })],
  ['a block device', spec({ volumeMode: 'Block' })],
  ['one that picks by labels', spec({ selector: { matchLabels: { a: 'b' } } })],
  ['one that names another volume', spec({ volumeName: 'pv-of-bob' })]
])('refuses %s', async (_, tried) => {
  expect(await tryCreate(namespace, tried)).toMatch(REFUSED);
  expect(await tryCreate(controller, tried)).toBe('201');
});

test('where the old volume was smaller than asked for, a new claim may ask for no more than it had', async () => {
  await setStatus({ claim: { request: '3Gi' } });
  await rulesAre(/^403 /, spec({}, '3Gi'));
  expect(await tryCreate(namespace, spec({}, '2Gi'))).toBe('201');
  await setStatus(GAP);
});

test.each([
  ['before the old claim goes', { phase: 'WaitingForRelease' }],
  ['while it is planned', { phase: 'Planned', claim: null }],
  ['after it succeeded', { phase: 'Succeeded' }],
  ['after it was rolled back', { phase: 'RolledBack' }],
  ['while `copy` keeps the claim', { strategy: 'copy' }]
])('lets anything be made %s', async (_, status) => {
  await setStatus(GAP);
  await rulesAre(REFUSED, spec({}, '3Gi'));
  await setStatus(status);
  await rulesAre(/^201$/, spec({}, '3Gi'));
});

test('a claim that is let through gets the reserved volume, one that is refused would not', async () => {
  await namespace.create(claim('first', { size: '2Gi' }));
  const volume = textAt(await namespace.waitUntilBound('first'), 'spec', 'volumeName');
  const reserve = { spec: { persistentVolumeReclaimPolicy: 'Retain' } };
  await cluster.admin.patch('PersistentVolume', volume, reserve);
  await namespace.delete('PersistentVolumeClaim', 'first');
  await namespace.waitUntilGone('PersistentVolumeClaim', 'first');
  const claimRef = { apiVersion: 'v1', kind: 'PersistentVolumeClaim', namespace: namespace.name, name: 'home' };
  const released = { ...claimRef, uid: null, resourceVersion: null };
  await cluster.admin.patch('PersistentVolume', volume, { spec: { claimRef: released } });
  await waitUntil('the volume to be available', async () => {
    return at(await cluster.admin.get('PersistentVolume', volume), 'status', 'phase') === 'Available';
  });
  try {
    await setStatus({ ...GAP, newVolume: { ...GAP.newVolume, name: volume } });
    await rulesAre(REFUSED, spec({}, '3Gi'));
    await namespace.create(spec({ storageClassName: 'cow-wffc' }, '1Gi'));
    expect(at(await namespace.waitUntilBound('home'), 'spec', 'volumeName')).toBe(volume);
  } finally {
    await cluster.admin.patch('PersistentVolume', volume, { spec: { persistentVolumeReclaimPolicy: 'Delete' } });
  }
});
