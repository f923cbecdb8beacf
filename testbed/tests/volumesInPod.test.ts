// What a server sees of its volumes: real pods that run the product under their own account.
import { RunningStatus, Snapshot, VolumeList, type Volume } from '../../contract';
import { describeOnBed } from '../support/describeOnBed';
import { claim, roleFor, serviceAccount, type Rule } from '../support/manifests';
import { ProductInPod } from '../support/productInPod';
import { TestCluster } from '../support/testCluster';
import type { TestNamespace } from '../support/testNamespace';
import { TestPod, type MountedClaim } from '../support/testPod';
import { waitUntil } from '../support/waitUntil';

const ANN = {
  labels: { 'hub.jupyter.org/username': 'ann-40b-2ec---1a2b3c4d' },
  annotations: { 'hub.jupyter.org/username': 'ann@b.c' }
};
const HUB = { JUPYTERHUB_USER: 'ann@b.c', JUPYTERHUB_BASE_URL: '/hubs/', HOME: '/home/jovyan' };
const SNAPSHOTS: Rule = {
  groups: ['snapshot.storage.k8s.io'],
  resources: ['volumesnapshots'],
  verbs: ['get', 'list', 'watch', 'create']
};
const claims = (...verbs: string[]): Rule => ({ groups: [''], resources: ['persistentvolumeclaims'], verbs });
const VIEW = claims('get', 'list', 'watch');

let cluster: TestCluster;
let namespace: TestNamespace;
let product: ProductInPod;

beforeAll(async () => {
  cluster = await TestCluster.open();
  namespace = await cluster.namespace('volumes');
  product = await ProductInPod.build();
  const accounts: Record<string, Rule[]> = {
    user: [VIEW, claims('patch'), SNAPSHOTS],
    // The published role of another toolkit: no watch, no patch.
    weak: [claims('get', 'list'), { ...SNAPSHOTS, verbs: ['get', 'list', 'create'] }],
    reader: [VIEW, SNAPSHOTS, { groups: [''], resources: ['pods'], verbs: ['get'] }],
    nobody: []
  };
  for (const [name, rules] of Object.entries(accounts)) {
    await namespace.create(serviceAccount(name), ...roleFor(name, namespace.name, name, rules));
  }
  await namespace.create(
    claim('claim-ann', ANN),
    // Made before the hub changed its names: nothing computes them.
    claim('claim-ann-40b-2ec', { ...ANN, size: '2Gi' }),
    claim('claim-ann--gpu', ANN),
    claim('datasets', { accessModes: ['ReadWriteMany'] }),
    claim('homes', { accessModes: ['ReadWriteMany'] })
  );
});

afterAll(async () => {
  await product.remove();
  await namespace.remove();
  cluster.close();
});

type Mounts = Record<string, string | MountedClaim>;

const startPod = (name: string, serviceAccount: string, mounts: Mounts): Promise<TestPod> =>
  TestPod.start(namespace, name, { serviceAccount, claims: mounts, hostPaths: product.hostPaths });

async function volumesOf(pod: TestPod, env: Record<string, string>): Promise<Volume[]> {
  return (await product.json(pod, VolumeList, ['volumes'], env)).items;
}

const statusOf = (pod: TestPod, env: Record<string, string>) => product.json(pod, RunningStatus, ['status'], env);

// Programs come from the host, which only the test bed's pods can mount.
describeOnBed('a server', () => {
  test('has its home and what is shared with others, as DATAMARK_VOLUMES says', async () => {
    const pod = await startPod('jupyter-ann', 'user', {
      '/home/jovyan': 'claim-ann',
      '/home/shared': { claim: 'datasets', readOnly: true }
    });
    const env = { ...HUB, DATAMARK_VOLUMES: '/home/jovyan=claim-ann,/home/shared=datasets' };

    const [home, shared, ...more] = await volumesOf(pod, env);

    expect(more).toEqual([]);
    expect(home).toMatchObject({
      id: 'claim-ann',
      name: 'home',
      role: 'home',
      mountPath: '/home/jovyan',
      readOnly: false,
      requested: { known: true, bytes: 2 ** 30 },
      // The class puts all claims onto one file system.
      used: { known: false, reason: 'Shared with other volumes.' },
      storageClass: await cluster.defaultStorageClass(),
      accessModes: ['ReadWriteOnce'],
      shared: null,
      trouble: null,
      can: { snapshot: { available: true }, clone: { available: false } }
    });
    expect(home?.uid).toBe((await namespace.get('PersistentVolumeClaim', 'claim-ann')).metadata.uid);
    expect(home?.driver).toMatch(/\./);
    const reason =
      'Claim datasets can be used by several servers at once (ReadWriteMany) and does not say whose it is.';
    expect(shared).toMatchObject({
      id: 'datasets',
      name: 'datasets',
      role: 'data',
      mountPath: '/home/shared',
      readOnly: true,
      shared: reason,
      can: { snapshot: { available: false, reason }, clone: { available: false, reason } }
    });
  });

  test('is known to its hub, and owns what it makes', async () => {
    const pod = await startPod('jupyter-ann--gpu', 'user', { '/home/jovyan': 'claim-ann--gpu' });
    const env = { ...HUB, JUPYTERHUB_SERVER_NAME: 'gpu', DATAMARK_VOLUMES: '/home/jovyan=claim-ann--gpu' };

    const { platform, user, provider } = await statusOf(pod, env);
    const { name } = await product.json(pod, Snapshot, ['snapshot', 'owned'], env);

    expect([provider.kind, user]).toEqual(['kubernetes', 'ann@b.c']);
    expect(platform).toEqual({
      kind: 'jupyterhub',
      label: 'JupyterHub',
      user: 'ann@b.c',
      server: 'gpu',
      namespace: namespace.name,
      pod: 'jupyter-ann--gpu',
      links: { servers: '/hubs/hub/home', spawn: '/hubs/hub/spawn/ann%40b.c', create: null }
    });
    const made = await namespace.get('VolumeSnapshot', name);
    const mounted = await namespace.get('PersistentVolumeClaim', 'claim-ann--gpu');
    expect(made.metadata.labels).toMatchObject({
      'datamark.github.io/owner': 'ann-40b-2ec---1a2b3c4d',
      'datamark.github.io/volume-id': mounted.metadata.uid
    });
    expect(mounted.metadata.labels).toMatchObject({
      ...ANN.labels,
      'datamark.github.io/volume-id': mounted.metadata.uid
    });
  });

  test('that may not label claims makes snapshots under the uid', async () => {
    const pod = await startPod('weak', 'weak', { '/home/jovyan': 'claim-ann-40b-2ec' });
    const env = { ...HUB, DATAMARK_VOLUMES: '/home/jovyan=claim-ann-40b-2ec' };

    const [home] = await volumesOf(pod, env);
    const { name } = await product.json(pod, Snapshot, ['snapshot', 'weak'], env);

    expect(home?.requested).toEqual({ known: true, bytes: 2 * 2 ** 30 });
    const mounted = await namespace.get('PersistentVolumeClaim', 'claim-ann-40b-2ec');
    const made = await namespace.get('VolumeSnapshot', name);
    expect(made.metadata.labels?.['datamark.github.io/volume-id']).toBe(mounted.metadata.uid);
    expect(mounted.metadata.labels).toEqual(ANN.labels);
  });

  test('finds parts of claims, read-only mounts and several mounts of one claim in its own pod', async () => {
    const pod = await startPod('reader', 'reader', {
      '/home/jovyan': { claim: 'homes', subPath: 'ann' },
      '/mnt/data': 'claim-ann',
      '/mnt/reference': { claim: 'claim-ann', subPath: 'reference', readOnly: true },
      '/home/shared': { claim: 'datasets', readOnly: true }
    });

    const volumes = await volumesOf(pod, HUB);

    const seen = volumes.map(({ id, role, mountPath, readOnly, shared }) => [id, role, mountPath, readOnly, shared]);
    expect(seen).toEqual([
      ['homes', 'home', '/home/jovyan', false, 'Only ann of claim homes is mounted here; the rest of it is others’.'],
      ['claim-ann', 'data', '/mnt/data', false, null],
      ['datasets', 'data', '/home/shared', true, expect.stringContaining('ReadWriteMany')]
    ]);
  });

  test('guesses no volumes where neither says them', async () => {
    const pod = await startPod('unsaid', 'user', { '/home/jovyan': 'claim-ann' });

    const { notices } = await statusOf(pod, HUB);

    expect(await volumesOf(pod, HUB)).toEqual([]);
    expect(notices).toContainEqual({
      code: 'volumes-unknown',
      message:
        'Which claims this server mounts is not known: DATAMARK_VOLUMES is not set, and the account may not read its own pod.',
      fix: expect.stringContaining('DATAMARK_VOLUMES') as string,
      object: 'unsaid'
    });
  });

  test('without any right shows where its volumes are, and why nothing else is known', async () => {
    const pod = await startPod('nobody', 'nobody', { '/home/jovyan': 'claim-ann' });
    const env = { ...HUB, DATAMARK_VOLUMES: '/home/jovyan=claim-ann' };

    const [home] = await volumesOf(pod, env);

    expect(home).toMatchObject({
      mountPath: '/home/jovyan',
      requested: { known: false, reason: 'The server’s account may not read claim claim-ann.' },
      can: { snapshot: { available: false } }
    });
  });

  test('has the size and use of a claim whose file system is its own', async () => {
    await namespace.create(claim('sized', { ...ANN, storageClass: 'cow-quota', size: '256Mi' }));
    const pod = await startPod('sized', 'user', { '/home/jovyan': 'sized' });
    const env = { ...HUB, DATAMARK_VOLUMES: '/home/jovyan=sized' };
    await pod.sh('head -c 64M /dev/urandom > /home/jovyan/file; sync');

    const [home] = await volumesOf(pod, env);

    if (home?.used.known !== true || !home.free.known) {
      throw new Error(`The use is not known: ${JSON.stringify(home)}`);
    }
    expect(home.used.bytes).toBeGreaterThanOrEqual(64e6);
    expect(home.used.bytes + home.free.bytes).toBeLessThan(1.1 * 256 * 2 ** 20);
  });

  test('is told of a claim that is deleted while it is mounted', async () => {
    await namespace.create(claim('doomed', ANN));
    const pod = await startPod('doomed', 'user', { '/home/jovyan': 'doomed' });
    await namespace.delete('PersistentVolumeClaim', 'doomed');

    const env = { ...HUB, DATAMARK_VOLUMES: '/home/jovyan=doomed' };
    const [home] = await volumesOf(pod, env);

    expect(home?.trouble).toMatch(
      /^Claim doomed is being deleted since .*: it goes when no server mounts it any more\.$/
    );
    expect(home?.can.snapshot.available).toBe(false);
    await pod.stop();
    await waitUntil('the claim to be gone', async () => !(await namespace.find('PersistentVolumeClaim', 'doomed')));
  });
});
