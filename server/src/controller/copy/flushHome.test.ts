/** What the server wrote last is on the storage before the safety snapshot is made of it. */
import { NAMESPACE } from '../swap/testing/storageCluster';
import { copyStrategy } from './copyStrategy';
import { CopyScene } from './testing/copyScene';
import type { Ending } from './testing/taskCluster';

const IO_ERROR: Ending = {
  result: 'refused',
  problem: 'storage-failed',
  detail: 'The storage did not take them: Input/output error.',
  next: 'Ask an admin to look at the storage.',
  written: false
};

jest.setTimeout(60_000);

const WHEN = ['before', 'after'] as const;
/** Of tests that kill a controller at each of its writes. */
const KILLS_MS = 300_000;

let scene: CopyScene;

beforeEach(async () => {
  scene = await CopyScene.open(copyStrategy);
  scene.tasks.inMemory = 'the last seconds';
});
afterEach(() => scene.end());

const home = () => scene.cluster.read('home');
const flushPods = () =>
  scene.cluster.server.store.listAll('Pod').filter(({ metadata }) => metadata.name.startsWith('datamark-flush-'));
const remove = (kind: string, name: string) => scene.cluster.server.store.delete({ kind, namespace: NAMESPACE, name });
const safety = () => scene.cluster.snapshots.get(scene.snapshots[0] ?? '');

test('the safety snapshot has what was in memory alone, and the pod that wrote it is gone before a file is copied', async () => {
  const besideCopies: number[] = [];
  const look = (phase: string) => {
    if (phase === 'Restoring') {
      besideCopies.push(flushPods().length);
    }
  };

  const { status } = await scene.restore('r', { snapshotName: 'snap' }, { at: look });

  expect([status.phase, home(), safety(), scene.left]).toEqual(['Succeeded', 'before', 'the last seconds', []]);
  expect(new Set(besideCopies)).toEqual(new Set([0]));
});

test('the pod can’t write, and is let through the gate', async () => {
  let pod: ReturnType<typeof flushPods>[number] | undefined;

  await scene.restore('r', { snapshotName: 'snap' }, { at: () => void (pod ??= flushPods()[0]) });

  const { uid = '' } = scene.cluster.find('VolumeRestore', 'r')?.metadata ?? {};
  expect(pod).toMatchObject({
    metadata: {
      name: `datamark-flush-${uid.slice(0, 8)}`,
      labels: { 'datamark.github.io/restore': uid.slice(0, 8) },
      annotations: { 'datamark.github.io/restore': uid }
    },
    spec: {
      restartPolicy: 'Never',
      volumes: [{ persistentVolumeClaim: { claimName: 'home' } }],
      containers: [{ volumeMounts: [{ mountPath: '/source', readOnly: true }] }]
    }
  });
});

test(
  'killed before or after any write, the safety snapshot still has it',
  async () => {
    await scene.restore('whole');
    const { length } = scene.writes;
    expect(length).toBeGreaterThan(10);
    for (let write = 1; write <= length; write++) {
      for (const when of WHEN) {
        const name = `cut-${write}-${when}`;
        scene.tasks.inMemory = name;
        const { status } = await scene.restore(name, { snapshotName: 'snap' }, { cut: { write, when } });
        const held = scene.cluster.snapshots.get(status.safetySnapshot?.name ?? '');
        expect([name, status.phase, home(), held, scene.left]).toEqual([name, 'Succeeded', 'before', name, []]);
      }
    }
  },
  KILLS_MS
);

test.each<[string, Ending, string]>([
  ['the storage refuses it', IO_ERROR, 'Input/output error'],
  ['its pod fails', 'broken', 'killed']
])('where %s, nothing is restored and no snapshot is made', async (_, ending, words) => {
  scene.tasks.flushing = () => ending;

  const { status } = await scene.restore('r');

  expect(status).toMatchObject({ phase: 'RolledBack', problem: { type: 'storage-failed' } });
  expect(status.problem?.detail).toContain(`${words}. Nothing was restored.`);
  expect([home(), scene.left, scene.snapshots, scene.tasks.ran]).toEqual(['after', [], [], []]);
  const asked = scene.cluster.server.requests.filter(({ method }) => method === 'POST');
  expect(asked.some(({ path }) => path.endsWith('/volumesnapshots'))).toBe(false);
});

test('a pod that never starts gives the home back unchanged', async () => {
  scene.tasks.flushing = () => null;

  const { status } = await scene.restore('r');

  expect(status).toMatchObject({ phase: 'RolledBack', problem: { type: 'cluster-refused' } });
  expect(status.problem?.detail).toMatch(/could not be written to the storage: its pod does not start/);
  expect([home(), scene.left, scene.snapshots]).toEqual(['after', [], []]);
});

test('a pod that somebody deletes before it has ended is made again', async () => {
  let deleted = 0;
  const deleteOnce = () => {
    const [pod] = flushPods();
    if (deleted === 0 && pod !== undefined) {
      deleted++;
      remove('Pod', pod.metadata.name);
    }
  };

  const { status } = await scene.restore('r', { snapshotName: 'snap' }, { at: deleteOnce });

  expect([deleted, status.phase, safety(), scene.left]).toEqual([1, 'Succeeded', 'the last seconds', []]);
});

test('a cancel while it works removes the pod, and makes no snapshot', async () => {
  scene.tasks.flushing = () => null;
  let cancelled = false;
  const cancel = async () => {
    if (!cancelled && flushPods().length > 0) {
      cancelled = true;
      await scene.status('r', { problem: { type: 'cancelled', detail: 'Cancelled.', next: '' } });
    }
  };

  const { status } = await scene.restore('r', { snapshotName: 'snap' }, { at: cancel });

  expect([cancelled, status.phase, home(), scene.left, scene.snapshots]).toEqual([true, 'RolledBack', 'after', [], []]);
});

test('leaves a pod alone that has its name and is somebody else’s', async () => {
  let made = '';
  const takeName = (phase: string) => {
    const { metadata } = scene.cluster.find('VolumeRestore', 'r') ?? { metadata: { uid: '' } };
    if (made === '' && phase === 'Securing') {
      made = `datamark-flush-${metadata.uid.slice(0, 8)}`;
      scene.cluster.create('Pod', made, { spec: { containers: [], volumes: [] }, status: { phase: 'Succeeded' } });
    }
  };
  scene.tasks.flushing = () => null;

  const { status } = await scene.restore('r', { snapshotName: 'snap' }, { at: takeName });

  expect(status).toMatchObject({ phase: 'RolledBack', problem: { type: 'already-exists' } });
  expect([home(), scene.left, scene.snapshots]).toEqual(['after', [`Pod ${made}`], []]);
});
