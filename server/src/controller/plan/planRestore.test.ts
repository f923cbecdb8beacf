/** What stands in the way of a restore, by name, as a controller finds it. */
import { until } from '../../testing/until';
import type { VolumeRestore } from '../../providers/kubernetes/volumeRestore';
import { CLAIM, ControllerScene, NAMESPACE, POD, SNAPSHOT } from '../testing/controllerScene';
import { RecordedStrategy } from '../testing/recordedStrategy';

jest.setTimeout(30_000);

let scene: ControllerScene;

beforeEach(async () => {
  scene = await ControllerScene.open();
});
afterEach(() => scene.end());

const ALL = [new RecordedStrategy('swap'), new RecordedStrategy('copy'), new RecordedStrategy('files')];

/** Asked for by the running server. */
async function plan(spec: object = {}, by: string | null = POD): Promise<VolumeRestore> {
  scene.start(ALL);
  scene.request('back', spec, by);
  await until(() => !['', 'Planning'].includes(scene.restore('back').status.phase));
  return scene.restore('back');
}

const blockersOf = ({ status }: VolumeRestore): [string, string][] =>
  (status.plan?.blockers ?? []).map(({ kind, object }) => [kind, object]);

const claims = { kind: 'PersistentVolumeClaim' };

it('a claim of its own server has nothing in the way, and the plan says what happens', async () => {
  scene.pod();
  const { status } = await plan();
  expect(status.plan).toMatchObject({ strategy: 'swap', blockers: [], warnings: [], stopsServer: true });
  expect(status.plan?.options.map(({ strategy, available }) => [strategy, available])).toEqual([
    ['swap', true],
    ['copy', true],
    ['files', true],
    ['clone', true]
  ]);
  expect(status.plan?.steps).toHaveLength(5);
  expect(status).toMatchObject({
    message: 'Nothing blocks this restore.',
    requester: { podName: POD, owner: 'ann' },
    claim: { uid: scene.get('PersistentVolumeClaim', CLAIM)?.metadata.uid, request: '1Gi' },
    oldVolume: { name: 'pv-old', handle: 'handle-old', reclaimPolicy: 'Delete' }
  });
});

describe('who asks', () => {
  const refused = async (): Promise<unknown> => {
    const { status } = await plan();
    expect(status.phase).toBe('Failed');
    return status.problem?.type;
  };

  it('has to be there with that uid', async () => {
    scene.pod();
    scene.start(ALL);
    scene.request('back', { requester: { podName: POD, podUid: 'another' } });
    const { status } = await scene.phase('back', 'Failed');
    expect(status.problem).toMatchObject({ type: 'forbidden', detail: expect.stringContaining('is gone') });
  });

  it('has to mount the claim', async () => {
    scene.pod(POD, { spec: { volumes: [] } });
    expect(await refused()).toBe('forbidden');
  });

  it('has to mount all of it', async () => {
    const volumeMounts = [{ name: 'home', mountPath: '/home/jovyan', subPath: 'ann' }];
    scene.pod(POD, { spec: { containers: [{ name: 'notebook', volumeMounts }] } });
    expect(await refused()).toBe('forbidden');
  });

  it('has to mount it writable', async () => {
    const volumes = [{ name: 'home', persistentVolumeClaim: { claimName: CLAIM, readOnly: true } }];
    scene.pod(POD, { spec: { volumes } });
    expect(await refused()).toBe('forbidden');
  });

  it('has to be the one whose claim it is', async () => {
    scene.pod(POD, { metadata: { labels: { 'hub.jupyter.org/username': 'bob' } } });
    expect(await refused()).toBe('forbidden');
  });
});

describe('the snapshot', () => {
  beforeEach(() => scene.pod());

  it.each([
    ['of another volume', 'snapshot-of-other-volume', () => scene.snapshot('s', { handle: 'handle-of-bob' })],
    [
      'of another driver',
      'snapshot-of-other-volume',
      () => scene.snapshot('s', { content: { driver: 'other.example' } })
    ],
    [
      'that was imported',
      'snapshot-of-other-volume',
      () => scene.snapshot('s', { content: { source: { snapshotHandle: 'any' } } })
    ],
    [
      'whose content is another’s',
      'snapshot-of-other-volume',
      () => scene.snapshot('s', { content: { volumeSnapshotRef: { namespace: NAMESPACE, name: 's', uid: 'other' } } })
    ],
    ['that is not ready', 'snapshot-not-ready', () => scene.snapshot('s', { status: { readyToUse: false } })],
    ['of a larger volume', 'size', () => scene.snapshot('s', { status: { restoreSize: '2Gi' } })],
    ['of a block volume', 'volume-mode', () => scene.snapshot('s', { content: { sourceVolumeMode: 'Block' } })]
  ])('%s is refused', async (_, kind, make) => {
    make();
    expect(blockersOf(await plan({ snapshotName: 's', strategy: 'copy' }))).toEqual([[kind, 's']]);
  });

  it('of another namespace is none', async () => {
    expect(blockersOf(await plan({ snapshotName: 'elsewhere' }))).toEqual([['snapshot-not-found', 'elsewhere']]);
  });

  it('that is being deleted is refused', async () => {
    scene.patch('VolumeSnapshot', SNAPSHOT, { metadata: { finalizers: ['x/y'] } });
    scene.delete('VolumeSnapshot', SNAPSHOT);
    expect(blockersOf(await plan())).toEqual([['snapshot-deleting', SNAPSHOT]]);
  });

  it('of a volume that the claim had before an earlier restore is one of the claim', async () => {
    scene.snapshot('older', { handle: 'handle-before' });
    const annotations = { 'datamark.github.io/former-handles': '["handle-older","handle-before"]' };
    scene.patch('PersistentVolume', 'pv-old', { metadata: { annotations } });
    const { status } = await plan({ snapshotName: 'older' });
    expect(status.plan?.blockers).toEqual([]);
    expect(status.oldVolume?.formerHandles).toEqual(['handle-older', 'handle-before']);
  });
});

describe('the volume', () => {
  beforeEach(() => scene.pod());

  it('is used by another pod of the same owner, and by one of another', async () => {
    scene.pod('nightly');
    scene.pod('jupyter-bob', { metadata: { labels: { 'hub.jupyter.org/username': 'bob' } } });
    const restore = await plan();
    expect(blockersOf(restore)).toEqual([
      ['shared', 'jupyter-bob'],
      ['pod', 'nightly']
    ]);
    expect(restore.status.plan?.blockers[0]).toMatchObject({ by: 'bob', fix: expect.stringContaining('clone') });
  });

  it('is free again when that pod has gone, and the plan says so by itself', async () => {
    scene.pod('nightly');
    await plan();
    scene.delete('Pod', 'nightly');
    await until(() => blockersOf(scene.restore('back')).length === 0);
  });

  it('can be used by many servers and does not say whose it is', async () => {
    scene.patch('PersistentVolumeClaim', CLAIM, {
      metadata: { labels: null },
      spec: { accessModes: ['ReadWriteMany'] }
    });
    expect(blockersOf(await plan())).toEqual([['shared', CLAIM]]);
  });

  it('is held', async () => {
    scene.patch('PersistentVolumeClaim', CLAIM, {
      metadata: { annotations: { 'datamark.github.io/held-until': 'forever' } }
    });
    expect(blockersOf(await plan())).toEqual([['held', CLAIM]]);
  });

  it('is bound to nothing', async () => {
    scene.patch('PersistentVolumeClaim', CLAIM, { spec: { volumeName: null }, status: { phase: 'Lost' } });
    expect(blockersOf(await plan())).toEqual([['claim-not-bound', CLAIM]]);
  });

  it('has a snapshot that is not ready and a clone that is not made, which would keep a deleted claim for ever', async () => {
    scene.snapshot('making', { status: { readyToUse: false } });
    const dataSource = { kind: 'PersistentVolumeClaim', name: CLAIM };
    scene.server.store.create({
      ...claims,
      metadata: { name: 'clone', namespace: NAMESPACE },
      spec: { dataSourceRef: dataSource, resources: {} },
      status: { phase: 'Pending' }
    });
    expect(blockersOf(await plan())).toEqual([
      ['snapshot-in-progress', 'making'],
      ['clone-in-progress', 'clone']
    ]);
  });

  it('is protected by what can’t be named', async () => {
    const finalizers = ['provisioner.storage.kubernetes.io/cloning-protection'];
    scene.patch('PersistentVolumeClaim', CLAIM, { metadata: { finalizers } });
    expect(blockersOf(await plan())).toEqual([['claim-protected', CLAIM]]);
  });

  it('could not be made once more: its class is gone, and the quota is full', async () => {
    scene.delete('StorageClass', 'cow');
    scene.server.store.create({
      kind: 'ResourceQuota',
      metadata: { name: 'volumes', namespace: NAMESPACE },
      status: {
        hard: { persistentvolumeclaims: '1', 'requests.storage': '10Gi' },
        used: { persistentvolumeclaims: '1', 'requests.storage': '1Gi' }
      }
    });
    expect(blockersOf(await plan())).toEqual([
      ['storage-class', 'cow'],
      ['quota', 'volumes']
    ]);
  });

  it('waits for a first consumer, which is no blocker', async () => {
    scene.patch('StorageClass', 'cow', { volumeBindingMode: 'WaitForFirstConsumer' });
    const { status } = await plan();
    expect(status.plan).toMatchObject({ blockers: [], warnings: [expect.stringContaining('check pod')] });
  });

  it('is being restored already', async () => {
    await plan();
    scene.approve('back');
    await scene.phase('back', 'WaitingForRelease');
    scene.request('second');
    expect(blockersOf(await scene.phase('second', 'Planned'))).toEqual([['restore-in-progress', 'back']]);
  });
});

describe('the installation', () => {
  beforeEach(() => scene.pod());

  it('without the gate can restore files alone', async () => {
    scene.delete('ValidatingAdmissionPolicyBinding', 'datamark-restore-gate');
    expect(blockersOf(await plan())).toEqual([['gate-missing', 'datamark-restore-gate']]);
    scene.request('files', { strategy: 'files', paths: ['a'] });
    expect(blockersOf(await scene.phase('files', 'Planned'))).toEqual([]);
  });

  it('without the right to change PersistentVolumes restores by copy', async () => {
    const verbs = ['get', 'list', 'watch', 'create', 'delete'];
    scene.server.rules = [
      { verbs, apiGroups: ['*'], resources: ['*'] },
      {
        verbs: ['patch'],
        apiGroups: ['', 'batch', 'datamark.github.io'],
        resources: ['persistentvolumeclaims', 'jobs', 'volumerestores', 'volumerestores/status']
      }
    ];
    const { status } = await plan();
    expect(status.plan).toMatchObject({ strategy: 'copy', blockers: [] });
    expect(status.plan?.options.find(({ strategy }) => strategy === 'swap')).toMatchObject({
      available: false,
      reason: expect.stringContaining('patch persistentvolumes')
    });
  });

  it('without the right to look says so', async () => {
    scene.server.rules = [{ verbs: ['*'], apiGroups: ['datamark.github.io'], resources: ['*'] }];
    const { status } = await plan();
    expect(status.plan?.blockers).toMatchObject([
      { kind: 'missing-right', message: expect.stringContaining('list pods') }
    ]);
  });
});
