/** After a new installation: restores whose objects are gone are found by the volumes that they have kept. */
import { ApiRefusal } from '../testing/api/apiRefusal';
import { until } from '../testing/until';
import { volumeObject } from './testing/clusterSamples';
import { CLAIM, ControllerScene } from './testing/controllerScene';
import { swap as swapStrategy } from './swap/swapStrategy';
import { RecordedStrategy } from './testing/recordedStrategy';

jest.setTimeout(30_000);

let scene: ControllerScene;
let swap: RecordedStrategy;

const KEPT = {
  'datamark.github.io/undo-of': 'hub/first',
  'datamark.github.io/undo-until': '2999-01-01T00:00:00Z',
  'datamark.github.io/original-reclaim-policy': 'Delete',
  'datamark.github.io/restored-snapshot': 'claim-ann.before'
};

beforeEach(async () => {
  scene = await ControllerScene.open();
  swap = new RecordedStrategy();
  scene.server.store.create(
    volumeObject('pv-kept', { claim: CLAIM, uid: 'uid-before', handle: 'kept', annotations: KEPT })
  );
  scene.patch('PersistentVolume', 'pv-kept', {
    status: { phase: 'Released', lastPhaseTransitionTime: '2026-11-22T10:00:00Z' }
  });
});
afterEach(() => scene.end());

it('makes the object again, and what it has kept can come back', async () => {
  scene.start([swap]);
  await until(() => scene.get('VolumeRestore', 'first') !== null);
  const { metadata, spec, status } = await scene.phase('first', 'Succeeded');
  expect(metadata.labels).toMatchObject({
    'datamark.github.io/volume-id': scene.get('PersistentVolumeClaim', CLAIM)?.metadata.uid,
    'datamark.github.io/owner': 'ann'
  });
  expect(spec).toMatchObject({ claimName: CLAIM, snapshotName: 'claim-ann.before' });
  expect(status).toMatchObject({
    finishedAt: '2026-11-22T10:00:00Z',
    undo: { possible: true, until: '2999-01-01T00:00:00Z', volume: 'pv-kept' },
    oldVolume: { name: 'pv-kept', reclaimPolicy: 'Delete' },
    newVolume: { name: 'pv-old' }
  });
  await until(() => swap.calls.includes('settle'));
  expect(swap.phases).toEqual(['settle']);

  scene.pod();
  scene.request('undo', { undoOf: 'first' });
  expect((await scene.phase('undo', 'Planned')).status.plan?.blockers).toEqual([]);
  scene.approve('undo');
  scene.endPod();
  await scene.phase('undo', 'Succeeded');
});

it('gives the kept volume away at the end of its time, and the restored one its policy back, also where it was found again', async () => {
  const policyOf = (name: string): unknown =>
    (scene.get('PersistentVolume', name) as { spec?: { persistentVolumeReclaimPolicy?: string } } | null)?.spec
      ?.persistentVolumeReclaimPolicy;
  const kept = { persistentVolumeReclaimPolicy: 'Retain' };
  scene.patch('PersistentVolume', 'pv-kept', {
    metadata: { annotations: { 'datamark.github.io/undo-until': '2026-11-22T10:01:00Z' } },
    spec: kept
  });
  scene.patch('PersistentVolume', 'pv-old', {
    metadata: { annotations: { 'datamark.github.io/original-reclaim-policy': 'Delete' } },
    spec: kept
  });
  scene.start([swapStrategy]);
  await until(() => policyOf('pv-kept') === 'Delete' && policyOf('pv-old') === 'Delete');
  // The storage frees it.
  scene.delete('PersistentVolume', 'pv-kept');
  scene.aheadMs = 60_000;
  scene.patch('VolumeRestore', 'first', { metadata: { annotations: { look: 'again' } } });
  const { status } = await scene.settled('first');
  expect(status.undo).toMatchObject({ possible: false });
});

it('a volume of a namespace that is gone hides no other', async () => {
  const annotations = { ...KEPT, 'datamark.github.io/undo-of': 'gone/other' };
  scene.server.store.create(volumeObject('pv-a', { claim: CLAIM, uid: 'uid-gone', handle: 'gone', annotations }));
  scene.patch('PersistentVolume', 'pv-a', {
    spec: { claimRef: { namespace: 'gone' } },
    status: { phase: 'Released' }
  });
  scene.server.admissions.push((operation, { metadata }) => {
    if (operation === 'CREATE' && metadata.namespace === 'gone') {
      throw new ApiRefusal(404, 'NotFound', 'namespaces "gone" not found');
    }
  });

  scene.start([swap]);

  await until(() => scene.get('VolumeRestore', 'first') !== null);
  await scene.phase('first', 'Succeeded');
});

it('finds them also where the definition comes back while it runs', async () => {
  scene.server.missingGroups.add('datamark.github.io');
  const controller = scene.start([swap]);
  await until(() => controller.metrics.notReady()?.includes('not installed') === true);
  scene.server.missingGroups.clear();
  await until(() => scene.get('VolumeRestore', 'first') !== null);
  await scene.phase('first', 'Succeeded');
});

it.each([
  ['that is bound', { status: { phase: 'Bound' } }],
  ['of another namespace', { spec: { claimRef: { namespace: 'other' } } }],
  ['whose time is over', { metadata: { annotations: { 'datamark.github.io/undo-until': null } } }]
])('a volume %s makes none', async (_, change) => {
  scene.patch('PersistentVolume', 'pv-kept', change);
  const listed = (): number => scene.server.requests.filter(({ path }) => path.endsWith('/persistentvolumes')).length;
  const controller = scene.start([swap]);
  await until(() => listed() > 0 && controller.metrics.notReady() === null);
  await scene.stop(controller);
  expect(scene.get('VolumeRestore', 'first')).toBeNull();
});

it('a user’s restore that names a kept volume is planned as any other', async () => {
  scene.patch('PersistentVolume', 'pv-kept', {
    metadata: { annotations: { 'datamark.github.io/undo-of': 'hub/other' } }
  });
  scene.server.store.create({
    kind: 'VolumeRestore',
    metadata: { name: 'mine', namespace: 'hub', annotations: { 'datamark.github.io/found-by-volume': 'pv-kept' } },
    spec: { claimName: CLAIM, snapshotName: 'claim-ann.before', approved: false, cancel: false }
  });
  scene.start([swap]);
  await scene.phase('mine', 'Planned');
});
