/** The clone of a snapshot, as the ways that run Jobs have it made. */
import type { RestoreSpec } from '../providers/kubernetes/volumeRestore';
import { copyStrategy } from './copy/copyStrategy';
import { CopyScene } from './copy/testing/copyScene';
import { filesStrategy } from './files/filesStrategy';
import type { Strategy } from './strategy';
import { NAMESPACE } from './swap/testing/storageCluster';

jest.setTimeout(60_000);

const WAYS: readonly [string, Strategy, Partial<RestoreSpec>][] = [
  ['copy', copyStrategy, {}],
  ['files', filesStrategy, { strategy: 'files', paths: ['a'] }]
];
let scene: CopyScene;

afterEach(() => scene.end());

test.each(WAYS)(
  '%s: a snapshot that goes while it is being made readable is not waited for',
  async (_, strategy, spec) => {
    scene = await CopyScene.open(strategy);
    scene.cluster.isSlow = true;
    const at = () => {
      const isMaking = scene.cluster.objects.some(name => name.includes(' home.restore-'));
      if (isMaking && scene.cluster.find('VolumeSnapshot', 'snap') !== null) {
        scene.cluster.server.store.delete({ kind: 'VolumeSnapshot', namespace: NAMESPACE, name: 'snap' });
      }
    };

    const { status } = await scene.restore('r', { snapshotName: 'snap', ...spec }, { at });

    expect(status).toMatchObject({
      phase: 'RolledBack',
      problem: { type: 'snapshot-not-found', detail: 'Snapshot snap is gone.' }
    });
    expect([scene.cluster.read('home'), scene.left]).toEqual(['after', []]);
  }
);
