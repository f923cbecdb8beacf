/** Claims of the same name that somebody else makes while there is none: the moment is between delete and create. */
import { labels } from '../../providers/kubernetes/names';
import { NAMESPACE } from './testing/storageCluster';
import { SwapScene } from './testing/swapScene';

let scene: SwapScene;

beforeEach(async () => {
  scene = await SwapScene.open();
});

afterEach(() => scene.end());

const SPEC = {
  accessModes: ['ReadWriteOnce'],
  storageClassName: 'cow',
  volumeMode: 'Filesystem',
  resources: { requests: { storage: '1Gi' } }
};

/** Somebody makes one as soon as the name is free. */
function intrude(spec: object): void {
  let isDone = false;
  const { store } = scene.cluster.server;
  store.subscribe(({ after, removed }) => {
    if (removed && !isDone && after.kind === 'PersistentVolumeClaim' && after.metadata.name === 'home') {
      isDone = true;
      scene.cluster.create('PersistentVolumeClaim', 'home', {
        metadata: { labels: { intruder: 'yes' } },
        spec,
        status: { phase: 'Pending' }
      });
    }
  });
}

const home = () => scene.cluster.find('PersistentVolumeClaim', 'home')?.metadata;

test.each([
  ['like the old one', SPEC],
  ['of another class', { ...SPEC, storageClassName: 'other' }],
  ['that waits for its first consumer', { ...SPEC, storageClassName: 'cow-wffc' }],
  ['that asks for less', { ...SPEC, resources: { requests: { storage: '1Mi' } } }]
])('a claim %s gets the restored volume and becomes the restored claim', async (_, spec) => {
  intrude(spec);
  const { status } = await scene.restore('r1');

  expect(status.phase).toBe('Succeeded');
  expect(scene.cluster.read('home')).toBe('before');
  expect(home()?.labels).toMatchObject({ intruder: 'yes', 'hub.jupyter.org/username': 'ann' });
  expect(home()?.labels?.[labels.volumeId]).toBe(status.claim?.uid);
  expect(scene.cluster.volumes).toEqual(['after Retain Released home', 'before Retain Bound home']);
});

test('a claim that can’t be bound to the restored volume, and has none yet, makes way', async () => {
  intrude({ ...SPEC, storageClassName: 'cow-wffc', accessModes: ['ReadWriteMany'] });
  const { status } = await scene.restore('r1');

  expect(status.phase).toBe('Succeeded');
  expect(scene.cluster.read('home')).toBe('before');
  expect(home()?.labels).not.toHaveProperty('intruder');
});

test.each([
  ['asks for more', { ...SPEC, resources: { requests: { storage: '5Gi' } } }],
  ['has another access mode', { ...SPEC, accessModes: ['ReadWriteMany'] }]
])('a claim that %s and got a new volume is left alone, told, and both volumes stay', async (_, spec) => {
  intrude(spec);
  const run = await scene.request('r1', { snapshotName: 'snap' });
  let waits = 0;
  const stopped = run.finish(scene.api, async phase => {
    if (phase === 'Restoring' && home()?.labels?.['intruder'] === 'yes' && ++waits > 20) {
      throw new Error('enough');
    }
  });
  await expect(stopped).rejects.toThrow('enough');

  const uid = home()?.uid;
  expect(scene.cluster.read('home')).toBe('empty');
  expect(scene.cluster.volumes).toEqual(
    expect.arrayContaining(['after Retain Released home', 'before Retain Available home'])
  );

  // Whoever made it takes it away, and the restore goes on.
  scene.cluster.server.store.delete({ kind: 'PersistentVolumeClaim', namespace: NAMESPACE, name: 'home' }, { uid });
  await scene.cluster.idle();
  const { status } = await scene.finish('r1');
  expect(status.phase).toBe('Succeeded');
  expect(scene.cluster.read('home')).toBe('before');
});

test('a claim that is deleted again before it was verified is made again', async () => {
  await scene.request('r1', { snapshotName: 'snap' });
  let isDeleted = false;
  const { status } = await scene.finish('r1', {
    at: async phase => {
      if (phase === 'Verifying' && !isDeleted) {
        isDeleted = true;
        scene.cluster.server.store.delete({ kind: 'PersistentVolumeClaim', namespace: NAMESPACE, name: 'home' });
        await scene.cluster.idle();
      }
    }
  });

  expect(status.phase).toBe('Succeeded');
  expect(scene.cluster.read('home')).toBe('before');
  expect(scene.cluster.volumes).toEqual(['after Retain Released home', 'before Retain Bound home']);
});
