/** Plans for claims that are not the plain case: block devices, claims for one pod, claims that have grown. */
import { until } from '../../testing/until';
import type { VolumeRestore } from '../../providers/kubernetes/volumeRestore';
import { volumeObject } from '../testing/clusterSamples';
import { CLAIM, ControllerScene, POD, SNAPSHOT } from '../testing/controllerScene';
import { RecordedStrategy } from '../testing/recordedStrategy';

jest.setTimeout(30_000);

let scene: ControllerScene;

beforeEach(async () => {
  scene = await ControllerScene.open();
});
afterEach(() => scene.end());

const ALL = [new RecordedStrategy('swap'), new RecordedStrategy('copy'), new RecordedStrategy('files')];

async function plan(spec: object = {}): Promise<VolumeRestore> {
  scene.start(ALL);
  scene.request('back', spec);
  await until(() => !['', 'Planning'].includes(scene.restore('back').status.phase));
  return scene.restore('back');
}

const blockersOf = ({ status }: VolumeRestore): [string, string][] =>
  (status.plan?.blockers ?? []).map(({ kind, object }) => [kind, object]);

describe('a block device', () => {
  beforeEach(() => {
    scene.patch('PersistentVolumeClaim', CLAIM, { spec: { volumeMode: 'Block' } });
    scene.patch('VolumeSnapshotContent', `content-${SNAPSHOT}`, { spec: { sourceVolumeMode: 'Block' } });
    scene.pod(POD, {
      spec: { containers: [{ name: 'notebook', volumeDevices: [{ name: 'home', devicePath: '/dev/home' }] }] }
    });
  });

  it('is restored by swap for the server that has it, and no file of it is counted', async () => {
    const { status } = await plan();
    expect(status.plan).toMatchObject({ strategy: 'swap', blockers: [], countable: false });
    expect(status.plan?.options.filter(({ available }) => available).map(({ strategy }) => strategy)).toEqual([
      'swap',
      'clone'
    ]);
  });

  it.each(['copy', 'files'] as const)('has no files for %s', async strategy => {
    const restore = await plan({ strategy, ...(strategy === 'files' ? { paths: ['a'] } : {}) });
    expect(blockersOf(restore)).toEqual([['volume-mode', strategy]]);
    expect(restore.status.plan?.blockers[0]?.message).toContain(`${CLAIM} is a block device`);
  });

  it('can’t be restored from a snapshot of a file system', async () => {
    scene.snapshot('s', { content: { sourceVolumeMode: 'Filesystem' } });
    expect(blockersOf(await plan({ snapshotName: 's' }))).toEqual([['volume-mode', 's']]);
  });
});

it('a claim for one pod takes no Job beside its server, and is swapped', async () => {
  scene.patch('PersistentVolumeClaim', CLAIM, { spec: { accessModes: ['ReadWriteOncePod'] } });
  scene.pod();
  expect(blockersOf(await plan({ strategy: 'files', paths: ['a'] }))).toEqual([['single-pod', POD]]);
  scene.request('whole');
  expect(blockersOf(await scene.phase('whole', 'Planned'))).toEqual([]);
});

it('a claim that is being snapshotted is not replaced', async () => {
  const finalizers = ['snapshot.storage.kubernetes.io/pvc-as-source-protection'];
  scene.patch('PersistentVolumeClaim', CLAIM, { metadata: { finalizers } });
  scene.pod();
  expect(blockersOf(await plan())).toEqual([['claim-protected', CLAIM]]);
});

it('the volume of an undo that is smaller than the claim has become is told', async () => {
  scene.pod();
  scene.request('first', { approved: true });
  scene.patch('VolumeRestore', 'first', {
    status: {
      phase: 'Succeeded',
      strategy: 'swap',
      undo: { possible: true, until: '2999-01-01T00:00:00Z', volume: 'pv-kept' }
    }
  });
  const annotations = { 'datamark.github.io/undo-of': 'hub/first' };
  scene.server.store.create(volumeObject('pv-kept', { claim: CLAIM, uid: 'before', handle: 'kept', annotations }));
  scene.patch('PersistentVolume', 'pv-kept', { status: { phase: 'Released' } });
  scene.patch('PersistentVolumeClaim', CLAIM, {
    spec: { resources: { requests: { storage: '2Gi' } } },
    status: { capacity: { storage: '2Gi' } }
  });
  const { status } = await plan({ undoOf: 'first' });
  expect(status.plan).toMatchObject({
    blockers: [],
    warnings: [`${CLAIM} has 2.00 GiB now and 1.00 GiB afterwards: the kept volume was not enlarged.`]
  });
});

it('an owner that is gone, or that can’t be read, is told: the claim made again does not name it', async () => {
  scene.pod();
  const { uid = '' } = scene.get('VolumeSnapshot', SNAPSHOT)?.metadata ?? {};
  const api = 'snapshot.storage.k8s.io/v1';
  scene.patch('PersistentVolumeClaim', CLAIM, {
    metadata: {
      ownerReferences: [
        { apiVersion: api, kind: 'VolumeSnapshot', name: SNAPSHOT, uid },
        { apiVersion: api, kind: 'VolumeSnapshot', name: SNAPSHOT, uid: 'an earlier life' },
        { apiVersion: 'v1', kind: 'Unknown', name: 'x', uid: 'any' }
      ]
    }
  });
  const { status } = await plan();
  expect(status.plan?.warnings).toEqual([
    `${CLAIM} belongs to VolumeSnapshot ${SNAPSHOT}, Unknown x, which is gone or which the controller may not read: after a swap it does not.`
  ]);
});
