import { annotations, labels } from '../../providers/kubernetes/names';
import { VolumeRestore } from '../../providers/kubernetes/volumeRestore';
import { SwapScene } from './testing/swapScene';

jest.setTimeout(60_000);

let scene: SwapScene;

beforeEach(async () => {
  scene = await SwapScene.open();
});

afterEach(() => scene.end());

test('a swap gives the claim the snapshot’s data and keeps the replaced volume', async () => {
  const { uid } = scene.cluster.find('PersistentVolumeClaim', 'home')?.metadata ?? {};
  const { status } = await scene.restore('r1');

  expect(status.phase).toBe('Succeeded');
  expect(scene.cluster.read('home')).toBe('before');
  expect(scene.cluster.volumes).toEqual(['after Retain Released home', 'before Retain Bound home']);
  expect(scene.cluster.objects).toEqual(['PersistentVolumeClaim home']);
  const claim = scene.cluster.find('PersistentVolumeClaim', 'home');
  expect(claim?.metadata.uid).not.toBe(uid);
  expect(claim?.metadata.labels).toEqual({ 'hub.jupyter.org/username': 'ann', [labels.volumeId]: uid });
  expect(claim?.metadata.annotations?.['note']).toBe('mine');
  expect(claim?.metadata.annotations).not.toHaveProperty(['volume.kubernetes.io/selected-node']);
  expect(status.undo).toMatchObject({ possible: true });
});

test('both volumes are kept until the claim was bound for a minute, and the replaced one until its undo is over', async () => {
  await scene.restore('r1');

  await scene.settle('r1', 59 / 86_400);
  expect(scene.cluster.volumes).toEqual(['after Retain Released home', 'before Retain Bound home']);

  await scene.settle('r1', 2);
  expect(scene.cluster.volumes).toEqual(['after Retain Released home', 'before Delete Bound home']);

  const { status } = await scene.settle('r1', 13);
  expect(scene.cluster.volumes).toEqual(['before Delete Bound home']);
  expect(status.undo).toMatchObject({ possible: false });
  expect(status.pending).toEqual([]);
});

/** As a second controller does whose look is late: it does not find the pod, which was there and has done its work. */
function makeCheckPodAgain(): void {
  const { metadata } = VolumeRestore.parse(scene.cluster.find('VolumeRestore', 'r1'));
  const mark = metadata.uid.slice(0, 8);
  scene.cluster.create('Pod', `datamark-check-${mark}`, {
    metadata: { labels: {}, annotations: { [annotations.restore]: metadata.uid } },
    spec: { volumes: [{ name: 'volume', persistentVolumeClaim: { claimName: `home.restore-${mark}` } }] }
  });
}

test('a check pod that was made once more keeps no claim while the volumes are secured', async () => {
  let isMade = false;
  scene.cluster.server.store.subscribe(({ after, removed }) => {
    if (removed && after.metadata.name.startsWith('datamark-check-') && !isMade) {
      isMade = true;
      queueMicrotask(makeCheckPodAgain);
    }
  });
  const { status } = await scene.restore('r1');
  expect(isMade).toBe(true);
  expect(status.phase).toBe('Succeeded');
  expect(scene.cluster.read('home')).toBe('before');
  expect(scene.cluster.objects).toEqual(['PersistentVolumeClaim home']);
});

test('a check pod whose container has ended is not waited for until the kubelet calls it Succeeded', async () => {
  scene.cluster.podsEnd = 'Running';
  const { status } = await scene.restore('r1');
  expect(status.phase).toBe('Succeeded');
  expect(scene.cluster.read('home')).toBe('before');
  expect(scene.cluster.objects).toEqual(['PersistentVolumeClaim home']);
});

test('a check pod that was made once more goes after the end', async () => {
  await scene.restore('r1');
  makeCheckPodAgain();
  await scene.settle('r1', 0);
  expect(scene.cluster.objects).toEqual(['PersistentVolumeClaim home']);
});
