// What the check report finds around the account on the real cluster: quotas, classes, and the way to the API server.
import type { CheckFinding } from '../../contract';
import { KubernetesConfiguration } from '../../server/src/configuration';
import type { KubernetesProvider } from '../../server/src/providers/kubernetes/kubernetesProvider';
import { openKubernetesProvider } from '../../server/src/providers/kubernetes/openKubernetesProvider';
import { memoryLog } from '../../server/src/testing/testSidecar';
import { Account } from '../support/account';
import { CheckScene, HOME } from '../support/checkScene';
import { clusterProvider } from '../support/clusterProvider';
import { at, textAt } from '../support/kubernetesObject';
import { claim, serviceAccount, volumeSnapshot } from '../support/manifests';
import { applyShipped, removeShipped } from '../support/shippedManifest';
import type { TestNamespace } from '../support/testNamespace';
import { waitUntil } from '../support/waitUntil';

const SNAPSHOTS = 'snapshot.storage.k8s.io';

let scene: CheckScene;

beforeAll(async () => {
  scene = await CheckScene.start('check-cluster');
});

afterAll(() => scene.stop());

test('a quota of snapshots that is used up: snapshots are off, then on again', async () => {
  const key = `count/volumesnapshots.${SNAPSHOTS}`;
  await scene.namespace.create({
    apiVersion: 'v1',
    kind: 'ResourceQuota',
    metadata: { name: 'few' },
    spec: { hard: { [key]: '1' } }
  });
  await scene.namespace.waitFor(
    'ResourceQuota',
    'few',
    'counted',
    quota => at(quota, 'status', 'used', key) !== undefined
  );
  await scene.namespace.create(volumeSnapshot(`${HOME}.only`, HOME));
  const found = await scene.finding(`quota/few/${key}`);
  expect(found.message).toBe('Off: the quota few is used up: 1 of 1 snapshots.');
  await waitUntil(
    'snapshots to be off',
    () => scene.provider.index.get('volume', HOME)?.can.snapshot.available === false
  );
  await scene.namespace.waitUntilReady(`${HOME}.only`);
  await scene.namespace.delete('VolumeSnapshot', `${HOME}.only`);
  await scene.noFinding(`quota/few/${key}`);
  await scene.namespace.delete('ResourceQuota', 'few');
  expect(scene.provider.index.get('volume', HOME)?.can.snapshot.available).toBe(true);
});

test('a quota of storage that leaves no room for a clone of the home volume', async () => {
  await scene.namespace.create({
    apiVersion: 'v1',
    kind: 'ResourceQuota',
    metadata: { name: 'space' },
    spec: { hard: { 'requests.storage': '1536Mi' } }
  });
  const found = await scene.finding(`quota/space/requests.storage/${HOME}`);
  expect(found).toMatchObject({
    state: 'failed',
    affects: ['clone'],
    object: scene.provider.index.get('volume', HOME)?.name
  });
  expect(found.message).toContain('1.00 GiB of 1.50 GiB requested');
  await scene.namespace.delete('ResourceQuota', 'space');
  await scene.noFinding(`quota/space/requests.storage/${HOME}`);
});

describe('classes', () => {
  const className = (suffix: string): string => `${scene.namespace.name}-${suffix}`;
  const named = (text: string): string =>
    text
      .replaceAll('datamark-singleuser-classes', className('classes'))
      .replaceAll('name: datamark-singleuser', 'name: nb')
      .replaceAll('namespace: jupyterhub', `namespace: ${scene.namespace.name}`);

  afterAll(async () => {
    await removeShipped('rbac/cluster-binding.yaml', named);
    await scene.cluster.admin.delete('PersistentVolume', className('strange'));
    for (const suffix of ['lazy', 'strange']) {
      await scene.cluster.admin.delete('StorageClass', className(suffix));
    }
  });

  test('that may not be read are unknown; granted, each volume whose driver has none is named', async () => {
    const provisioner = textAt(
      await scene.cluster.admin.get('StorageClass', await scene.cluster.defaultStorageClass()),
      'provisioner'
    );
    for (const [suffix, driver] of [
      ['lazy', provisioner],
      ['strange', 'strange.example']
    ] as const) {
      await scene.cluster.admin.create({
        apiVersion: 'storage.k8s.io/v1',
        kind: 'StorageClass',
        metadata: { name: className(suffix) },
        provisioner: driver,
        volumeBindingMode: suffix === 'lazy' ? 'WaitForFirstConsumer' : 'Immediate'
      });
    }
    // Nothing provisions for a driver that is not there, so the volume is made by hand.
    await scene.cluster.admin.create({
      apiVersion: 'v1',
      kind: 'PersistentVolume',
      metadata: { name: className('strange') },
      spec: {
        capacity: { storage: '1Gi' },
        accessModes: ['ReadWriteOnce'],
        storageClassName: className('strange'),
        persistentVolumeReclaimPolicy: 'Retain',
        csi: { driver: 'strange.example', volumeHandle: 'none' }
      }
    });
    await scene.namespace.create(
      claim('claim-lazy', { storageClass: className('lazy') }),
      claim('claim-strange', { storageClass: className('strange') })
    );
    await scene.namespace.waitUntilBound('claim-strange');
    const several = clusterProvider(scene.nb, {
      volumes: { '/home/jovyan': HOME, '/lazy': 'claim-lazy', '/strange': 'claim-strange' }
    });
    await several.start();
    try {
      const unknown = await scene.finding('snapshot-classes', undefined, several);
      expect(unknown.state).toBe('unknown');
      expect(unknown.command).toContain('--clusterrole=datamark-cluster-viewer');

      await applyShipped('rbac/cluster-binding.yaml', { change: named });
      const missing = await scene.finding('snapshot-class/claim-strange', undefined, several);
      expect(missing.message).toBe('Off: no VolumeSnapshotClass exists for its driver, strange.example.');
      expect(missing.affects).toEqual(['snapshot']);
      await waitUntil('snapshots of strange to be off', () => {
        const can = several.index.get('volume', 'claim-strange')?.can.snapshot;
        return can?.available === false;
      });
      expect(several.index.get('volume', HOME)?.can.snapshot).toEqual({ available: true });

      const waiting = await scene.finding('first-consumer', undefined, several);
      expect(waiting.state).toBe('ok');
      expect(waiting.message).toContain(`class ${className('lazy')} gets its data when a server first mounts it`);
    } finally {
      await several.stop();
    }
  });
});

describe('the way to the API server', () => {
  const atAddress = async (server: string, token = scene.nb.account.connection.token): Promise<KubernetesProvider> => {
    const account = new Account({ ...scene.nb.account.connection, server, token });
    return clusterProvider(Object.create(scene.nb, { account: { value: account } }) as TestNamespace, { volumes: {} });
  };

  /** Looks once without starting, as `datamark doctor` does where nothing answers. */
  const lookFrom = async (from: KubernetesProvider): Promise<CheckFinding> => {
    try {
      const found = await from.check();
      expect(found).toHaveLength(1);
      return found[0] as CheckFinding;
    } finally {
      await from.stop();
    }
  };

  test('nobody listens there', async () => {
    const found = await lookFrom(await atAddress('https://127.0.0.1:1'));
    expect(found).toMatchObject({
      id: 'api',
      state: 'failed',
      message: 'Off: the Kubernetes API at 127.0.0.1:1 refuses connections.'
    });
  });

  test('a token of an account that was deleted', async () => {
    await scene.namespace.create(serviceAccount('gone'));
    const token = await scene.namespace.token('gone');
    await scene.namespace.delete('ServiceAccount', 'gone');
    const { server } = scene.nb.account.connection;
    const found = await waitUntil('the token to be refused', async () => {
      const one = (await (await atAddress(server, token)).check()).find(({ id }) => id === 'api');
      return one?.docs === 'token' ? one : undefined;
    });
    expect(found.message).toContain('does not accept the token');
  });

  test('no token is mounted', async () => {
    const { hostname: host, port } = new URL(scene.nb.account.connection.server);
    const configuration = KubernetesConfiguration.parse({
      provider: 'kubernetes',
      kubernetes: { namespace: scene.namespace.name, apiServer: { host, port }, volumes: '' }
    });
    const found = await lookFrom(openKubernetesProvider({ configuration, log: memoryLog(), version: 'test' }));
    expect(found).toMatchObject({ id: 'api', docs: 'token' });
    expect(found.message).toContain('has no token of a service account');
  });
});
