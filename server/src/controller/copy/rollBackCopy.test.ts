/** The way back of a copy that has begun. */
import { ApiRefusal } from '../../testing/api/apiRefusal';
import { NAMESPACE } from '../swap/testing/storageCluster';
import { copyStrategy } from './copyStrategy';
import { CopyScene } from './testing/copyScene';
import type { Ending } from './testing/taskCluster';

const FULL: Ending = { result: 'refused', problem: 'disk-full', detail: 'No room.', next: 'Make room.', written: true };
const SQUASHED: Ending = { ...FULL, problem: 'not-supported', detail: 'Root is nobody.', written: false };

jest.setTimeout(60_000);

let scene: CopyScene;

beforeEach(async () => (scene = await CopyScene.open(copyStrategy)));
afterEach(() => scene.end());

const home = () => scene.cluster.read('home');
const job = () => scene.cluster.server.store.listAll('Job')[0]?.metadata.name ?? '';
const remove = (kind: string, name: string) => scene.cluster.server.store.delete({ kind, namespace: NAMESPACE, name });

test('copying back is tried until it has worked, and is no end before', async () => {
  let tries = 0;
  scene.tasks.ending = name => (name.endsWith('-back') && ++tries > 6 ? 'good' : 'broken');
  const seen = new Set<string | null>();

  const { status } = await scene.restore('r', { snapshotName: 'snap' }, { at: () => void seen.add(home()) });

  expect(status.phase).toBe('RolledBack');
  expect(home()).toBe('after');
  expect(scene.tasks.ran.filter(task => task.endsWith('-back')).length).toBeGreaterThan(1);
});

test('where Job, clone and snapshot are gone in the middle, the safety snapshot is copied back', async () => {
  let deleted = false;
  const deleteAll = () => {
    if (!deleted && home() === 'half of before') {
      deleted = true;
      remove('Job', job());
      remove('VolumeSnapshot', 'snap');
      scene.cluster.objects
        .filter(name => name.startsWith('PersistentVolumeClaim home.restore'))
        .forEach(name => remove('PersistentVolumeClaim', name.split(' ')[1] ?? ''));
    }
  };

  const { status } = await scene.restore('r', { snapshotName: 'snap' }, { at: deleteAll });

  expect(deleted).toBe(true);
  expect(status).toMatchObject({ phase: 'RolledBack', problem: { type: 'snapshot-not-found' } });
  expect([home(), scene.left]).toEqual(['after', []]);
});

test('another claim of the home’s name, made in the middle, is not written into', async () => {
  scene.tasks.ending = name => (name.endsWith('-back') ? 'good' : 'broken');
  let isReplaced = false;
  const replace = async () => {
    if (!isReplaced && home() === 'half of before') {
      isReplaced = true;
      remove('Job', job());
      scene.cluster.server.store.listAll('Pod').forEach(({ metadata }) => remove('Pod', metadata.name));
      remove('PersistentVolumeClaim', 'home');
      await scene.cluster.idle();
      await scene.cluster.claim('home', 'somebody else’s');
    }
  };

  const { status } = await scene.restore('r', { snapshotName: 'snap' }, { at: replace });

  expect(isReplaced).toBe(true);
  expect(status).toMatchObject({ phase: 'Failed', problem: { type: 'object-changed' } });
  expect(status.message).toBe(
    `Somebody deleted claim home while its files were being restored. Snapshot ${scene.snapshots[0]} holds all files of it as they were before.`
  );
  expect([home(), scene.left]).toEqual(['somebody else’s', []]);
});

test('a quota with room for one clone is enough to put the files back', async () => {
  scene.tasks.ending = name => (name.endsWith('-back') ? 'good' : FULL);
  scene.cluster.server.admissions.push((operation, { kind }) => {
    if (operation === 'CREATE' && kind === 'PersistentVolumeClaim' && scene.cluster.objects.length > 1) {
      throw new ApiRefusal(
        403,
        'Forbidden',
        'persistentvolumeclaims "x" is forbidden: exceeded quota: q, requested: persistentvolumeclaims=1, used: persistentvolumeclaims=2, limited: persistentvolumeclaims=2'
      );
    }
  });

  const { status } = await scene.restore('r');

  expect([status.phase, home(), scene.left]).toEqual(['RolledBack', 'after', []]);
});

test('a pod that refuses to write says nothing of one before it, which may have written', async () => {
  const { store } = scene.cluster.server;
  let wasDrained = false;
  const drainThenRefuse = () => {
    const [pod] = store.listAll('Pod').filter(({ metadata }) => metadata.name.startsWith('datamark-copy-'));
    if (!wasDrained && home() === 'half of before' && pod !== undefined) {
      wasDrained = true;
      const { labels = {}, annotations = {} } = pod.metadata;
      const terminated = { message: JSON.stringify(SQUASHED) };
      remove('Pod', pod.metadata.name);
      scene.cluster.create('Pod', 'second', {
        metadata: { labels, annotations },
        spec: { ...(pod['spec'] as object) },
        status: { phase: 'Failed', containerStatuses: [{ state: { terminated } }] }
      });
      const conditions = [{ type: 'Failed', status: 'True', message: 'refused' }];
      store.patch({ kind: 'Job', namespace: NAMESPACE, name: job() }, { status: { failed: 2, conditions } });
    }
  };

  const { status } = await scene.restore('r', { snapshotName: 'snap' }, { at: drainThenRefuse });

  expect(wasDrained).toBe(true);
  expect([status.phase, home(), scene.left]).toEqual(['RolledBack', 'after', []]);
});

test.each(['half of before', 'before'])(
  'a Job that is gone when the home holds “%s”, and can’t start again, is taken back',
  async content => {
    let deleted = false;
    const deleteOnce = (phase: string) => {
      if (!deleted && home() === content && (content !== 'before' || phase === 'Verifying')) {
        deleted = true;
        scene.tasks.isStuck = name => !name.endsWith('-back');
        remove('Job', job());
      }
    };

    const { status } = await scene.restore('r', { snapshotName: 'snap' }, { at: deleteOnce });

    expect(deleted).toBe(true);
    expect([status.phase, home(), scene.left]).toEqual(['RolledBack', 'after', []]);
    expect(status.problem?.detail).toMatch(/does not start: nothing says why\.$/);
  }
);
