// The provider's actions on a real cluster: what each asks of the API server, and what it says of what goes wrong there.
import type { Problem } from '../../contract';
import type { KubernetesApi } from '../../server/src/providers/kubernetes/client/kubernetesApi';
import type { KubernetesProvider } from '../../server/src/providers/kubernetes/kubernetesProvider';
import { ProblemError } from '../../server/src/problemError';
import { untilGone, untilIndexed, untilOver, untilPhase } from '../../server/src/testing/untilIndexed';
import { clusterProvider, type ProviderOptions } from '../support/clusterProvider';
import { describeOnBed } from '../support/describeOnBed';
import { at, textAt } from '../support/kubernetesObject';
import { claim, roleFor, serviceAccount, volumeSnapshot } from '../support/manifests';
import { TestCluster } from '../support/testCluster';
import type { TestNamespace } from '../support/testNamespace';
import { TestPod } from '../support/testPod';
import { waitUntil } from '../support/waitUntil';

const WANTED = { title: 'before', note: '', heldUntil: null, notebook: null } as const;
const NO_KEY = { operationKey: null } as const;
const KEY = '0123456789abcdef';

let cluster: TestCluster;
let namespace: TestNamespace;
let driver: string;
const providers: KubernetesProvider[] = [];

beforeAll(async () => {
  cluster = await TestCluster.open();
  const storageClass = await cluster.admin.get('StorageClass', await cluster.defaultStorageClass());
  driver = textAt(storageClass, 'provisioner');
});

afterAll(() => cluster.close());

beforeEach(async () => {
  namespace = await cluster.namespace('actions');
  await namespace.create(claim('home'));
  await namespace.waitUntilBound('home');
});

afterEach(async () => {
  await Promise.all(providers.splice(0).map(provider => provider.stop()));
  await namespace.remove();
});

async function started(options: Partial<ProviderOptions> = {}, as = namespace): Promise<KubernetesProvider> {
  const provider = clusterProvider(as, { volumes: { '/home/jovyan': 'home' }, ...options });
  providers.push(provider);
  await provider.start();
  return provider;
}

/** Counts what goes to the API server but the watches' own streams. */
function counting(calls: string[]): (api: KubernetesApi) => KubernetesApi {
  return api => ({
    ...api,
    get server() {
      return api.server;
    },
    get namespace() {
      return api.namespace;
    },
    request: request => {
      calls.push(`${request.method ?? 'GET'} ${request.path}`);
      return api.request(request);
    },
    list: request => {
      calls.push(`LIST ${request.path}`);
      return api.list(request);
    },
    watch: request => {
      calls.push(`WATCH ${request.path}`);
      return api.watch(request);
    }
  });
}

const problemOf = (call: Promise<unknown>): Promise<Problem> =>
  call.then(
    () => Promise.reject(new Error('The call was not refused.')),
    (error: unknown) => (error instanceof ProblemError ? error.problem : Promise.reject(error as Error))
  );

/** A class of the test's own, so that nothing of the cluster's is changed. */
async function snapshotClass(parameters: Record<string, string> = {}): Promise<string> {
  const name = `${namespace.name}-class`;
  await cluster.admin.create({
    apiVersion: 'snapshot.storage.k8s.io/v1',
    kind: 'VolumeSnapshotClass',
    metadata: { name },
    driver,
    deletionPolicy: 'Delete',
    parameters
  });
  return name;
}

const removeClass = (name: string): Promise<void> => cluster.admin.delete('VolumeSnapshotClass', name);

test('a snapshot is one write from the request to ready, a clone too, and nothing is polled', async () => {
  const calls: string[] = [];
  const provider = await started({ around: counting(calls) });
  // The claim's label is written once in its life.
  const first = await provider.createSnapshot('home', WANTED, { operationKey: 'ffffffffffffffff' });
  await untilPhase(provider.index, 'snapshot', first.name, 'ready');
  calls.length = 0;

  const { name } = await provider.createSnapshot('home', WANTED, { operationKey: KEY });
  await untilPhase(provider.index, 'snapshot', name, 'ready');
  const forSnapshot = calls.splice(0);
  const { id } = await provider.createClone({ snapshot: name }, { name: 'sweep' }, { operationKey: KEY });
  await untilPhase(provider.index, 'clone', id, 'ready');

  expect(forSnapshot).toEqual([`POST /apis/snapshot.storage.k8s.io/v1/namespaces/${namespace.name}/volumesnapshots`]);
  expect(calls).toEqual([`POST /api/v1/namespaces/${namespace.name}/persistentvolumeclaims`]);
});

test('snapshots that kubectl makes and deletes meanwhile come and go', async () => {
  const provider = await started();

  await namespace.create(volumeSnapshot('by-hand', 'home'));
  const shown = await untilPhase(provider.index, 'snapshot', 'by-hand', 'ready');
  await namespace.delete('VolumeSnapshot', 'by-hand');
  await untilGone(provider.index, 'snapshot', 'by-hand');

  expect(shown).toMatchObject({ origin: 'other', volume: 'home', title: null });
});

test('a snapshot whose class was deleted fails in words, and does not say that it keeps its claim', async () => {
  const name = await snapshotClass();
  const provider = await started({ settings: { snapshotClass: name } });
  await removeClass(name);

  const made = await provider.createSnapshot('home', WANTED, NO_KEY);
  const failed = await untilPhase(provider.index, 'snapshot', made.name, 'failed');
  await namespace.delete('PersistentVolumeClaim', 'home');

  expect(failed.state).toMatchObject({
    problem: {
      detail: expect.stringContaining('Its VolumeSnapshotClass is missing or can’t be chosen.'),
      next: 'It is still tried again by the cluster. Delete it if you don’t need it.'
    }
  });
  expect((await untilOver(provider.index, made.name)).state).toBe('failed');
  await namespace.waitUntilGone('PersistentVolumeClaim', 'home');
  await provider.deleteSnapshot(made.name, made.uid);
  await untilGone(provider.index, 'snapshot', made.name);
});

test('where the configured class is gone before the server starts, the button is off and says so', async () => {
  const provider = await started({ settings: { snapshotClass: 'never-made' } });

  expect(provider.index.get('volume', 'home')?.can.snapshot).toMatchObject({
    available: false,
    reason: expect.stringContaining('never-made')
  });
});

test('a quota that is used up is named, and nothing is left behind', async () => {
  await namespace.create({
    apiVersion: 'v1',
    kind: 'ResourceQuota',
    metadata: { name: 'small' },
    spec: { hard: { persistentvolumeclaims: '1' } }
  });
  await namespace.waitFor('ResourceQuota', 'small', 'counted', one => at(one, 'status', 'used') !== undefined);
  const provider = await started();

  const { detail, type } = await problemOf(provider.createClone({ volume: 'home' }, { name: 'sweep' }, NO_KEY));

  expect(type).toMatch(/quota-exceeded$|not-supported$/);
  expect(detail).toContain('small');
  expect(provider.index.all('clone')).toEqual([]);
});

test('a clone whose class waits for a pod is made, keeps its snapshot, and is filled by the first pod', async () => {
  const name = `${namespace.name}-wffc`;
  await cluster.admin.create({
    apiVersion: 'storage.k8s.io/v1',
    kind: 'StorageClass',
    metadata: { name },
    provisioner: driver,
    volumeBindingMode: 'WaitForFirstConsumer'
  });
  try {
    await namespace.create(claim('data', { storageClass: name }));
    const writer = await TestPod.start(namespace, 'writer', { claims: { '/data': 'data' } });
    await writer.sh('echo first > /data/file; sync');
    const provider = await started({ volumes: { '/data': 'data' } });
    const snapshot = await provider.createSnapshot('data', WANTED, NO_KEY);
    await untilPhase(provider.index, 'snapshot', snapshot.name, 'ready');

    const clone = await provider.createClone({ snapshot: snapshot.name }, { name: 'sweep' }, NO_KEY);
    const plan = await provider.planSnapshotDelete(snapshot.name);
    const reader = await TestPod.start(namespace, 'reader', { claims: { '/data': clone.id } });

    expect(clone.state).toMatchObject({ phase: 'pending', awaitsUse: true });
    expect(plan.blockers).toMatchObject([{ kind: 'clone', object: clone.id }]);
    await untilPhase(provider.index, 'clone', clone.id, 'ready');
    expect(await reader.sh('cat /data/file')).toBe('first\n');
    expect((await provider.planCloneDelete(clone.id)).blockers).toMatchObject([{ kind: 'pod', object: 'reader' }]);
  } finally {
    await cluster.admin.delete('StorageClass', name);
  }
});

test('under the role that NetApp publishes, listing and snapshots work without a watch', async () => {
  const snapshots = { groups: ['snapshot.storage.k8s.io'], resources: ['volumesnapshots'] };
  await namespace.create(
    serviceAccount('notebook'),
    ...(roleFor('notebook', namespace.name, 'notebook', [
      { groups: [''], resources: ['persistentvolumeclaims', 'services'], verbs: ['get', 'list'] },
      { ...snapshots, verbs: ['get', 'list', 'create'] }
    ]) as [ReturnType<typeof serviceAccount>])
  );
  const provider = await started({}, namespace.as(await namespace.token('notebook')));
  provider.followers(1);

  const { name } = await provider.createSnapshot('home', WANTED, NO_KEY);
  await untilPhase(provider.index, 'snapshot', name, 'ready');

  expect(provider.notices().map(({ code }) => code)).toContain('no-watch');
  expect(provider.capabilities()).toMatchObject({ snapshot: { available: true }, delete: { available: false } });
});

describeOnBed('with the faults of the test bed’s storage', () => {
  test('a snapshot is ready although its claim is deleted while it is pending', async () => {
    const name = await snapshotClass({ snapshotReadyDelayMs: '3000' });
    try {
      const provider = await started({ settings: { snapshotClass: name } });
      const made = await provider.createSnapshot('home', WANTED, NO_KEY);
      await waitUntil('the snapshot to protect its claim', async () => {
        const { metadata } = await namespace.get('PersistentVolumeClaim', 'home');
        return JSON.stringify(metadata).includes('pvc-as-source-protection');
      });

      await namespace.delete('PersistentVolumeClaim', 'home');

      await untilPhase(provider.index, 'snapshot', made.name, 'ready');
      await namespace.waitUntilGone('PersistentVolumeClaim', 'home');
      expect(provider.index.get('snapshot', made.name)?.state.phase).toBe('ready');
    } finally {
      await removeClass(name);
    }
  });

  test('a snapshot that always fails says so, keeps its claim until it is deleted, and frees it then', async () => {
    const name = await snapshotClass({ failSnapshots: 'always' });
    try {
      const provider = await started({ settings: { snapshotClass: name } });
      const made = await provider.createSnapshot('home', WANTED, NO_KEY);
      const told = await untilIndexed(provider.index, 'the storage’s words', () => {
        const state = provider.index.get('snapshot', made.name)?.state;
        return state?.phase === 'pending' && state.message.includes('The cluster tries again.') ? state : undefined;
      });
      await namespace.delete('PersistentVolumeClaim', 'home');
      const off = await untilIndexed(provider.index, 'the claim is being deleted', () => {
        const can = provider.index.get('volume', 'home')?.can.snapshot;
        return can?.available === false ? can : undefined;
      });

      await provider.cancelOperation(provider.index.all('operation')[0]?.id ?? '');

      expect(told.message).toContain('It says: “');
      expect(off.reason).toContain('deleted');
      await untilGone(provider.index, 'snapshot', made.name);
      expect((await untilOver(provider.index, made.name)).state).toBe('cancelled');
      await namespace.waitUntilGone('PersistentVolumeClaim', 'home');
    } finally {
      await removeClass(name);
    }
  });
});
