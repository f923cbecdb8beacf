/** After the end: when a volume may be freed again, and when never. */
import { LEFT_VOLUME, volumeAnnotations } from '../../providers/kubernetes/volumeRestore';
import { DRIVER, NAMESPACE } from './testing/storageCluster';
import { SwapScene } from './testing/swapScene';

const HOME = { kind: 'PersistentVolumeClaim', namespace: NAMESPACE, name: 'home' };

jest.setTimeout(60_000);

let scene: SwapScene;

beforeEach(async () => {
  scene = await SwapScene.open();
});

afterEach(() => scene.end());

test('a volume whose claim was deleted within the minute stays, and an admin is told', async () => {
  await scene.restore('r1');
  scene.cluster.server.store.delete(HOME);
  await scene.cluster.idle();

  const { status } = await scene.settle('r1', 1);

  expect(scene.cluster.volumes).toEqual(['after Retain Released home', 'before Retain Released home']);
  expect(status.pending).toContainEqual(expect.stringMatching(/is kept: claim home is not bound to it any more/));
});

test('the volume that a later restore keeps is not given away by the first one', async () => {
  await scene.restore('r1');
  scene.cluster.write('home', 'between');
  await scene.restore('r2');

  await scene.settle('r1', 1);
  await scene.settle('r2', 1);

  expect(scene.cluster.volumes).toEqual([
    'after Retain Released home',
    'before Delete Bound home',
    'between Retain Released home'
  ]);
});

test('restores twice, the second time from a snapshot that is older than the first restore; handles are remembered', async () => {
  const first = scene.cluster.volumeOf('home').spec.csi.volumeHandle;
  await scene.restore('r1');
  const second = scene.cluster.volumeOf('home').spec.csi.volumeHandle;
  await scene.restore('r2');

  const { metadata } = scene.cluster.volumeOf('home');
  expect(JSON.parse(metadata.annotations?.[volumeAnnotations.formerHandles] ?? '')).toEqual([second, first]);
});

test('an undo remembers the handles of both volumes, and keeps the replaced one in its turn', async () => {
  const first = scene.cluster.volumeOf('home').spec.csi.volumeHandle;
  await scene.restore('r1');
  const second = scene.cluster.volumeOf('home').spec.csi.volumeHandle;
  scene.cluster.write('home', 'newer');
  const { status } = await scene.undo('u1', 'r1');

  const { spec, metadata } = scene.cluster.volumeOf('home');
  expect(spec.csi.volumeHandle).toBe(first);
  expect(JSON.parse(metadata.annotations?.[volumeAnnotations.formerHandles] ?? '')).toEqual([second]);
  expect(metadata.annotations).not.toHaveProperty([volumeAnnotations.undoOf]);
  expect(metadata.annotations).not.toHaveProperty([volumeAnnotations.undoUntil]);
  expect(status.undo).toMatchObject({ possible: true });

  const undone = await scene.settle('r1', 30);
  expect(undone.status.undo).toMatchObject({ possible: false, undoneBy: 'u1' });
  expect(undone.status.pending).toEqual([]);
  expect(scene.cluster.volumes).toEqual(['after Retain Bound home', 'newer Retain Released home']);

  await scene.undo('u2', 'u1');
  expect(scene.cluster.read('home')).toBe('newer');
});

test('a kept volume is not given away while an undo works with it, though its time is over', async () => {
  await scene.restore('r1');
  await scene.request('u1', { undoOf: 'r1' });
  const looks: string[] = [];
  let isOver = false;
  const { status } = await scene.finish('u1', {
    at: async phase => {
      if (!isOver && phase !== 'Preparing') {
        isOver = true;
        await scene.pass(20 * 24 * 60 * 60_000);
      }
      if (isOver && phase !== 'Succeeded') {
        await scene.settle('r1', 1 / 1440);
        looks.push(
          ...scene.cluster.volumes
            .filter(volume => volume.startsWith('after '))
            .map(volume => volume.split(' ')[1] ?? '')
        );
      }
    }
  });

  expect(new Set(looks)).toEqual(new Set(['Retain']));
  expect(isOver).toBe(true);
  expect(status.phase).toBe('Succeeded');
  expect(scene.cluster.read('home')).toBe('after');
});

test('where the class keeps volumes, the kept one is left to an admin at the end', async () => {
  scene.settings = { undoDays: 1 / 24 };
  const { name } = scene.cluster.volumeOf('home').metadata;
  scene.cluster.server.store.patch(
    { kind: 'PersistentVolume', name },
    { spec: { persistentVolumeReclaimPolicy: 'Retain' } }
  );
  await scene.restore('r1');

  const { status } = await scene.settle('r1', 1);

  expect(scene.cluster.volumes).toEqual(['after Retain Released home', 'before Retain Bound home']);
  expect(status.undo).toMatchObject({ possible: false, reason: expect.stringMatching(/left to an admin/) as unknown });
  // So that an admin can list them.
  const left = scene.cluster.server.store
    .listAll('PersistentVolume')
    .filter(({ metadata }) => metadata.labels?.[LEFT_VOLUME] === 'true');
  expect(left.map(({ metadata }) => metadata.name)).toEqual([name]);
  expect(status.pending).toEqual([]);
});

test.each([
  ['because of snapshots is said to be kept by them', '2 snapshots depend on it', '2 snapshots'],
  ['for another reason is quoted', 'the array is busy', 'the storage']
])('a driver that does not free the kept volume %s', async (_, said, keeper) => {
  const { store } = scene.cluster.server;
  const { name } = scene.cluster.volumeOf('home').metadata;
  const { volumeHandle } = scene.cluster.volumeOf('home').spec.csi;
  scene.cluster.snapshot('second', 'home');
  scene.cluster.snapshot('other', 'home');
  for (const [of, handle] of Object.entries({ snap: volumeHandle, second: volumeHandle, other: 'another' })) {
    const spec = { driver: DRIVER, source: { volumeHandle: handle } };
    store.create({ kind: 'VolumeSnapshotContent', metadata: { name: `content-${of}` }, spec });
  }
  await scene.restore('r1');
  // It stays until somebody takes this off.
  store.patch({ kind: 'PersistentVolume', name }, { metadata: { finalizers: ['external-provisioner/held'] } });
  const uid = store.get({ kind: 'PersistentVolume', name }).metadata.uid;
  store.create({
    kind: 'Event',
    metadata: { name: 'refused', namespace: 'default' },
    involvedObject: { kind: 'PersistentVolume', name, uid },
    type: 'Warning',
    reason: 'VolumeFailedDelete',
    message: 'rpc error: code = FailedPrecondition desc = ' + said
  });

  const { status } = await scene.settle('r1', 15);

  expect(status.pending).toEqual([`Volume ${name} is kept by ${keeper}: ${said}`]);
  expect(status.undo).toMatchObject({
    possible: false,
    reason: expect.stringContaining(`Volume ${name} is kept by ${keeper}.`) as unknown
  });
});

test('a volume that a slow storage makes after the cancel is freed, also where its class keeps volumes', async () => {
  const { store } = scene.cluster.server;
  scene.cluster.isSlow = true;
  store.create({ kind: 'StorageClass', metadata: { name: 'cow' }, provisioner: DRIVER, reclaimPolicy: 'Retain' });
  const problem = { type: 'cancelled', detail: 'Cancelled.', next: 'Plan again.' };
  const asked = 'asked of the storage';
  const untilAsked = () => {
    if (scene.cluster.objects.some(name => name.startsWith('PersistentVolumeClaim home.restore'))) {
      throw new Error(asked);
    }
  };
  await expect(scene.restore('r1', 'snap', { at: untilAsked })).rejects.toThrow(asked);
  store.patch({ kind: 'VolumeRestore', namespace: NAMESPACE, name: 'r1' }, { status: { problem } });
  const { status } = await scene.finish('r1');
  expect(status.temporaryClaim?.uid).toMatch(/./);
  const waiting = await scene.settle('r1', 1 / 12);
  expect(waiting.status.pending).toEqual([expect.stringContaining('may still be making the volume') as unknown]);

  scene.cluster.stored.set('late', 'before');
  store.create({
    kind: 'PersistentVolume',
    metadata: { name: 'pvc-late' },
    spec: {
      persistentVolumeReclaimPolicy: 'Retain',
      csi: { driver: DRIVER, volumeHandle: 'late' },
      claimRef: { namespace: NAMESPACE, name: status.temporaryClaim?.name, uid: status.temporaryClaim?.uid }
    }
  });
  const settled = await scene.settle('r1', 2);

  expect(scene.cluster.volumes).toEqual(['after Delete Bound home']);
  expect([...scene.cluster.stored.values()]).toEqual(['after']);
  expect(settled.status.pending).toEqual([]);
});

test('nothing is orphaned where the class keeps volumes and the restore is refused', async () => {
  scene.cluster.reclaimPolicy = 'Retain';
  scene.cluster.podsEnd = 'Failed';
  await scene.restore('r1');
  await scene.settle('r1', 1);

  expect(scene.cluster.volumes).toEqual(['after Delete Bound home']);
  expect([...scene.cluster.stored.values()]).toEqual(['after']);
});
