/** What the API server does late, or fails to do again and again, before anything is deleted. */
import { ApiRefusal } from '../../testing/api/apiRefusal';
import { KubernetesError, type ApiRequest, type KubernetesApi } from '../../providers/kubernetes/client/kubernetesApi';
import type { RestorePhase, VolumeRestore } from '../../providers/kubernetes/volumeRestore';
import { SwapScene } from './testing/swapScene';

jest.setTimeout(60_000);

const MINUTE_MS = 60_000;

let scene: SwapScene;

beforeEach(async () => {
  scene = await SwapScene.open();
});

afterEach(() => scene.end());

/** As the core goes on after an error: the next look comes later. */
async function finish(api: KubernetesApi, at: (phase: RestorePhase) => void = () => undefined): Promise<VolumeRestore> {
  const run = await scene.request('r1', { snapshotName: 'snap' });
  for (let failures = 0; ; failures++) {
    try {
      return await run.finish(api, at);
    } catch (error) {
      if (!(error instanceof KubernetesError) || failures > 20) {
        throw error;
      }
      await scene.pass(MINUTE_MS);
    }
  }
}

const isDeletion = ({ method, path, query }: ApiRequest<unknown>): boolean =>
  method === 'DELETE' && path.endsWith('claims/home') && query === undefined;

test('a deletion that is carried out after the way back takes nothing', async () => {
  let late: ApiRequest<unknown> | null = null;
  const request = async <T>(asked: ApiRequest<T>): Promise<T> => {
    if (late === null && isDeletion(asked)) {
      late = asked;
      scene.cluster.create('Pod', 'other', {
        spec: { volumes: [{ name: 'v', persistentVolumeClaim: { claimName: 'home' } }], containers: [] }
      });
      throw new KubernetesError(0, 'Timeout', 'No answer came.');
    }
    return scene.api.request(asked);
  };
  const { status } = await finish({ ...scene.api, list: asked => scene.api.list(asked), request });
  expect(status).toMatchObject({ phase: 'RolledBack', problem: { type: 'restore-blocked' } });
  expect(scene.cluster.volumes).toContain('after Delete Bound home');

  expect(late).not.toBeNull();
  const carriedOut = late === null ? Promise.resolve() : scene.api.request(late);
  await expect(carriedOut).rejects.toMatchObject({ reason: 'Conflict' });
  scene.cluster.server.store.delete({ kind: 'Pod', namespace: 'hub', name: 'other' });
  await scene.cluster.idle();

  expect(scene.cluster.read('home')).toBe('after');
});

test('a webhook that does not answer gives the home back after some minutes', async () => {
  let isRestoring = false;
  scene.cluster.server.admissions.push((operation, { kind, metadata }) => {
    if (isRestoring && operation === 'DELETE' && kind === 'PersistentVolumeClaim' && metadata.name === 'home') {
      throw new ApiRefusal(500, 'InternalError', 'failed calling webhook "rules.example"');
    }
  });
  const began = scene.now().getTime();
  const { status } = await finish(scene.api, phase => (isRestoring = phase === 'Restoring'));

  expect(status.phase).toBe('RolledBack');
  expect(status.problem?.detail).toMatch(/5 min: .*failed calling webhook.*Nothing was changed/);
  expect(scene.now().getTime() - began).toBeLessThan(15 * MINUTE_MS);
  expect(scene.cluster.read('home')).toBe('after');
});

test('a claim stays until the volume binder knows for whom the new volume is', async () => {
  scene.cluster.bindsLate = true;
  const { uid } = scene.cluster.find('PersistentVolumeClaim', 'home')?.metadata ?? {};
  const began = scene.now().getTime();
  const run = await scene.request('r1', { snapshotName: 'snap' });
  const { status } = await run.finish(scene.api, phase => {
    if (phase === 'Restoring' && scene.cluster.bindsLate) {
      expect(scene.cluster.find('PersistentVolumeClaim', 'home')?.metadata.uid).toBe(uid);
      if (scene.now().getTime() - began > MINUTE_MS / 2) {
        scene.cluster.goOn();
      }
    }
  });
  expect(status.phase).toBe('Succeeded');
  expect(scene.cluster.read('home')).toBe('before');
});

test('a volume binder that never takes note is not waited for with the server stopped', async () => {
  scene.cluster.bindsLate = true;
  const began = scene.now().getTime();
  const { status } = await finish(scene.api);
  expect(scene.now().getTime() - began).toBeLessThan(2 * MINUTE_MS);
  expect(status).toMatchObject({ phase: 'RolledBack', problem: { type: 'restore-blocked' } });
  expect(status.problem?.detail).toMatch(
    /^Kubernetes has not taken note yet for whom volume \S+ is\. Nothing was changed\.$/
  );
  scene.cluster.goOn();
  await scene.cluster.idle();
  expect(scene.cluster.read('home')).toBe('after');
});
