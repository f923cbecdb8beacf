/** A namespace that is deleted while a restore is in it: the restore ends, and no data goes that was not its own to delete. */
import { ApiRefusal } from '../../testing/api/apiRefusal';
import { LEFT_VOLUME } from '../../providers/kubernetes/volumeRestore';
import { SwapScene } from './testing/swapScene';

jest.setTimeout(60_000);

let scene: SwapScene;
let hasEnded = false;

/** From the moment in which the claim is being deleted nothing can be made any more. */
beforeEach(async () => {
  scene = await SwapScene.open();
  hasEnded = false;
  scene.cluster.server.admissions.push(operation => {
    if (operation === 'CREATE' && hasEnded) {
      const words = 'unable to create new content in namespace hub because it is being terminated';
      throw new ApiRefusal(403, 'Forbidden', `persistentvolumeclaims "home" is forbidden: ${words}`);
    }
  });
});
afterEach(() => scene.end());

/** Calls it once a restore deletes the claim. */
const atTheGap = (): ((phase: string) => void) => {
  const before = scene.cluster.find('PersistentVolumeClaim', 'home')?.metadata.uid;
  return phase => {
    if (phase === 'Restoring') {
      const end = scene.cluster.server.store.subscribe(() => {
        const claim = scene.cluster.find('PersistentVolumeClaim', 'home');
        if (claim?.metadata.uid !== before || claim?.metadata.deletionTimestamp !== undefined) {
          hasEnded = true;
          end();
        }
      });
    }
  };
};

const leftVolumes = (): string[] =>
  scene.cluster.server.store
    .listAll('PersistentVolume')
    .filter(({ metadata }) => metadata.labels?.[LEFT_VOLUME] === 'true')
    .map(({ metadata }) => metadata.name);

test('in the gap of a swap ends it; both volumes are kept for an admin, and told', async () => {
  const { status } = await scene.restore('r1', 'snap', { at: atTheGap() });

  expect(status).toMatchObject({ phase: 'Failed', undo: { possible: false } });
  for (const volume of [status.oldVolume, status.newVolume]) {
    expect(status.message).toContain(volume?.name);
  }
  const settled = await scene.settle('r1', 30);
  expect(settled.status.pending).toEqual([]);
  expect(scene.cluster.volumes).toEqual(['after Retain Released home', 'before Retain Released home']);
  expect(leftVolumes().sort()).toEqual([status.oldVolume?.name, status.newVolume?.name].sort());
});

test('gives neither volume to a claim of that name in a later namespace of the same name', async () => {
  await scene.restore('r1', 'snap', { at: atTheGap() });
  hasEnded = false;

  await scene.cluster.claim('home', 'somebody else’s');

  expect(scene.cluster.read('home')).toBe('somebody else’s');
  expect(scene.cluster.volumes).toHaveLength(3);
});

test('in the gap of an undo it is the same', async () => {
  await scene.restore('r1');
  const { status } = await scene.undo('u1', 'r1', { at: atTheGap() });

  expect(status.phase).toBe('Failed');
  expect(scene.cluster.volumes).toEqual(['after Retain Released home', 'before Retain Released home']);
  expect(leftVolumes()).toHaveLength(2);
});
