import { NAMESPACE } from '../swap/testing/storageCluster';
import { copyStrategy } from './copyStrategy';
import { CopyScene } from './testing/copyScene';
import type { Ending } from './testing/taskCluster';

const FULL: Ending = { result: 'refused', problem: 'disk-full', detail: 'No room.', next: 'Make room.', written: true };
const SQUASHED: Ending = { ...FULL, problem: 'not-supported', detail: 'Root is nobody.', written: false };

jest.setTimeout(60_000);

const WHEN = ['before', 'after'] as const;
/** Of tests that kill a controller at each of its writes. */
const KILLS_MS = 300_000;

interface Begun {
  readonly status?: { readonly job?: { readonly name: string } | null };
}

let scene: CopyScene;

beforeEach(async () => (scene = await CopyScene.open(copyStrategy)));
afterEach(() => scene.end());

const home = () => scene.cluster.read('home');
const job = () => scene.cluster.server.store.listAll('Job')[0]?.metadata.name ?? '';
const remove = (kind: string, name: string) => scene.cluster.server.store.delete({ kind, namespace: NAMESPACE, name });

test('makes the home equal, keeps the present in a snapshot and leaves nothing else behind', async () => {
  const { status } = await scene.restore('r');

  expect(status).toMatchObject({ phase: 'Succeeded' });
  expect(home()).toBe('before');
  expect(scene.left).toEqual([]);
  const [safety = ''] = scene.snapshots;
  expect(scene.cluster.snapshots.get(safety)).toBe('after');
  expect(status.undo).toMatchObject({ possible: true, snapshot: safety });
});

test('an undo copies the present back, and can itself be undone', async () => {
  await scene.restore('r');
  await scene.restore('undo', { undoOf: 'r' });
  expect(home()).toBe('after');

  await scene.restore('again', { undoOf: 'undo' });

  expect(home()).toBe('before');
  expect(scene.left).toEqual([]);
});

test('makes no Job before the safety snapshot is ready', async () => {
  await scene.restore('r');

  const { requests } = scene.cluster.server;
  const made = requests.findIndex(({ method, path }) => method === 'POST' && path.endsWith('/jobs'));
  const secured = requests.findIndex(({ method, path }) => method === 'POST' && path.endsWith('/volumesnapshots'));
  expect(secured).toBeGreaterThan(0);
  expect(made).toBeGreaterThan(secured);
  const read = requests.slice(secured, made).filter(({ path }) => path.includes('/volumesnapshots/home.'));
  expect(read.length).toBeGreaterThan(0);
});

test(
  'killed before or after any write, it ends as if it had not been',
  async () => {
    await scene.restore('whole');
    const { length } = scene.writes;
    expect(length).toBeGreaterThan(10);
    for (let write = 1; write <= length; write++) {
      for (const when of WHEN) {
        scene.cluster.write('home', 'after');
        const name = `cut-${write}-${when}`;
        const { status } = await scene.restore(name, { snapshotName: 'snap' }, { cut: { write, when } });
        expect([name, status.phase, home(), scene.left]).toEqual([name, 'Succeeded', 'before', []]);
      }
    }
  },
  KILLS_MS
);

test('a Job that refuses before it writes leaves everything as it was', async () => {
  scene.tasks.ending = () => SQUASHED;

  const { status } = await scene.restore('r');

  expect(status).toMatchObject({ phase: 'RolledBack', problem: { type: 'not-supported', detail: 'Root is nobody.' } });
  expect([home(), scene.left, scene.snapshots]).toEqual(['after', [], []]);
  expect(scene.tasks.ran).toHaveLength(1);
});

test('a Job that fails in the middle is taken back from the safety snapshot, which stays', async () => {
  scene.tasks.ending = name => (name.endsWith('-back') ? 'good' : FULL);

  const { status } = await scene.restore('r');

  expect(status).toMatchObject({ phase: 'RolledBack', problem: { type: 'disk-full' } });
  expect([home(), scene.left]).toEqual(['after', []]);
  expect(scene.snapshots).toHaveLength(1);
});

test(
  'killed before or after any write, a copy that fails ends with the home as it was',
  async () => {
    scene.tasks.ending = name => (name.endsWith('-back') ? 'good' : 'broken');
    await scene.restore('whole');
    const { length } = scene.writes;
    for (let write = 1; write <= length; write++) {
      for (const when of WHEN) {
        const name = `cut-${write}-${when}`;
        const { status } = await scene.restore(name, { snapshotName: 'snap' }, { cut: { write, when } });
        expect([name, status.phase, home(), scene.left]).toEqual([name, 'RolledBack', 'after', []]);
      }
    }
  },
  KILLS_MS
);

test('a Job that somebody deletes while it copies is made again', async () => {
  let deleted = false;
  const deleteOnce = () => {
    if (!deleted && home() === 'half of before') {
      deleted = true;
      remove('Job', job());
    }
  };

  const { status } = await scene.restore('r', { snapshotName: 'snap' }, { at: deleteOnce });

  expect(deleted).toBe(true);
  expect([status.phase, home(), scene.left]).toEqual(['Succeeded', 'before', []]);
});

test('a copy that fails is taken back also where somebody deletes its Job without the pod', async () => {
  scene.tasks.ending = name => (name.endsWith('-back') ? 'good' : FULL);
  scene.tasks.keepsPods = true;
  let deleted = false;
  const deleteOnce = () => {
    const [restore] = scene.cluster.server.store.listAll('VolumeRestore') as unknown as Begun[];
    if (!deleted && restore?.status?.job?.name.endsWith('-back') === true && !job().endsWith('-back')) {
      deleted = true;
      remove('Job', job());
    }
  };

  const { status } = await scene.restore('r', { snapshotName: 'snap' }, { at: deleteOnce });

  expect(deleted).toBe(true);
  expect([status.phase, home(), scene.left]).toEqual(['RolledBack', 'after', []]);
});

test('a pod that never starts gives the home back unchanged', async () => {
  scene.tasks.isStuck = () => true;

  const { status } = await scene.restore('r');

  expect(status.phase).toBe('RolledBack');
  expect(status.problem?.detail).toMatch(/does not start/);
  expect([home(), scene.left, scene.tasks.ran]).toEqual(['after', [], []]);
});

test('writes nothing where the safety snapshot fails, and removes it', async () => {
  scene.tasks.snapshotFails = 'no room in the pool';

  const { status } = await scene.restore('r');

  expect(status.phase).toBe('RolledBack');
  expect(status.problem?.detail).toMatch(/no room in the pool.*Nothing was written/);
  expect([home(), scene.left, scene.snapshots]).toEqual(['after', [], []]);
});

test.each([
  ['whose safety snapshot was deleted', 'object-changed', () => remove('VolumeSnapshot', scene.snapshots[0] ?? '')],
  [
    'that a pod has come to use',
    'in-use',
    () =>
      void scene.cluster.create('Pod', 'late', {
        spec: { volumes: [{ name: 'v', persistentVolumeClaim: { claimName: 'home' } }], containers: [] }
      })
  ]
])('writes nothing into a home %s', async (_, problem, meddle) => {
  let isDone = false;
  const at = (phase: string) => {
    if (phase === 'Restoring' && !isDone) {
      isDone = true;
      meddle();
    }
  };

  const { status } = await scene.restore('r', { snapshotName: 'snap' }, { at });

  expect(status).toMatchObject({ phase: 'RolledBack', problem: { type: problem } });
  expect([home(), scene.tasks.ran]).toEqual(['after', []]);
});

test('a cancel before the copy removes what was made for it', async () => {
  let cancelled = false;
  const cancel = async (phase: string) => {
    if (!cancelled && phase === 'Restoring') {
      cancelled = true;
      await scene.status('r', { problem: { type: 'cancelled', detail: 'Cancelled.', next: '' } });
    }
  };

  const { status } = await scene.restore('r', { snapshotName: 'snap' }, { at: cancel });

  expect(status.phase).toBe('RolledBack');
  expect([home(), scene.left, scene.snapshots]).toEqual(['after', [], []]);
});

test('leaves a Job alone that has its name and is somebody else’s', async () => {
  let made = '';
  const takeName = (phase: string) => {
    const { metadata } = scene.cluster.find('VolumeRestore', 'r') ?? { metadata: { uid: '' } };
    if (made === '' && phase === 'Securing') {
      made = `datamark-copy-${metadata.uid.slice(0, 8)}`;
      scene.cluster.create('Job', made, { status: { conditions: [{ type: 'Complete', status: 'True' }] } });
    }
  };

  const { status } = await scene.restore('r', { snapshotName: 'snap' }, { at: takeName });

  expect(status).toMatchObject({ phase: 'RolledBack', problem: { type: 'already-exists' } });
  expect([home(), scene.left]).toEqual(['after', [`Job ${made}`]]);
});
