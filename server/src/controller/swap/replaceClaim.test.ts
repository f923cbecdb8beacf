/** A claim that comes between two looks of the controller, by somebody else or another controller, keeps its volume. */
import { KubernetesError, type ApiRequest, type KubernetesApi } from '../../providers/kubernetes/client/kubernetesApi';
import { SwapScene } from './testing/swapScene';

let scene: SwapScene;

beforeEach(async () => {
  scene = await SwapScene.open();
});

afterEach(() => scene.end());

/** When the claim was seen to be gone so many times, somebody makes it, and it is bound before the next call. */
function overtaken(api: KubernetesApi, times: number): KubernetesApi {
  let seen = 0;
  const request = async <T>(asked: ApiRequest<T>): Promise<T> => {
    try {
      return await api.request(asked);
    } catch (error) {
      const isGap = error instanceof KubernetesError && error.status === 404 && asked.path.endsWith('claims/home');
      if (isGap && ++seen === times) {
        scene.cluster.create('PersistentVolumeClaim', 'home', {
          spec: {
            accessModes: ['ReadWriteOnce'],
            storageClassName: 'cow',
            volumeMode: 'Filesystem',
            resources: { requests: { storage: '1Gi' } }
          },
          status: { phase: 'Pending' }
        });
        await scene.cluster.idle();
      }
      throw error;
    }
  };
  return { ...api, request };
}

test.each([1, 2])('it stays bound to the restored volume, made after look %d', async times => {
  const run = await scene.request('r1', { snapshotName: 'snap' });
  const { status } = await run.finish(overtaken(scene.api, times));

  expect(status.phase).toBe('Succeeded');
  expect(scene.cluster.read('home')).toBe('before');
  expect(scene.cluster.volumes).toEqual(['after Retain Released home', 'before Retain Bound home']);
});
