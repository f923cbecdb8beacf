// Mirrors of Trident on a real API server: its definitions, watches, rights and preconditions; Trident itself is a stand-in.
import type { Mirror } from '../../contract';
import type { MirrorSourceTrident } from '../../server/src/ingest/trident/mirrorSourceTrident';
import { ProblemError } from '../../server/src/problemError';
import type { KubernetesProvider } from '../../server/src/providers/kubernetes/kubernetesProvider';
import { apiOf, clusterProvider } from '../support/clusterProvider';
import { at, type KubernetesObject } from '../support/kubernetesObject';
import { claim, roleFor, serviceAccount, volumeSnapshot, type Rule } from '../support/manifests';
import { applyShipped, removeShipped } from '../support/shippedManifest';
import { TestCluster } from '../support/testCluster';
import type { TestNamespace } from '../support/testNamespace';
import { waitUntil } from '../support/waitUntil';
import { MemoryMirrorStorage } from '../trident/memoryMirrorStorage';
import { installTridentDefinitions, removeTridentDefinitions } from '../trident/tridentDefinitions';
import { TRIDENT_VERSION } from '../trident/tridentKinds';
import { TridentStandIn } from '../trident/tridentStandIn';

const TMR = `${TRIDENT_VERSION}:TridentMirrorRelationship`;
const TAMU = `${TRIDENT_VERSION}:TridentActionMirrorUpdate`;
const TSI = `${TRIDENT_VERSION}:TridentSnapshotInfo`;
const HERE = 'lab:trident_sales';
const KEY = '0123456789abcdef';

const READ = ['get', 'list', 'watch'];
const CLAIMS: Rule = { groups: [''], resources: ['persistentvolumeclaims', 'events'], verbs: READ };

/** Which of the shipped roles each account has besides. */
const ACCOUNTS: Readonly<Record<string, string | null>> = {
  nobody: null,
  reader: 'datamark-mirror-reader',
  user: 'datamark-mirror-user',
  promoter: 'datamark-mirror-promoter'
};
const LISTS: Rule = {
  groups: ['trident.netapp.io'],
  resources: ['tridentmirrorrelationships'],
  verbs: ['get', 'list']
};

let cluster: TestCluster;
let namespace: TestNamespace;
let storage: MemoryMirrorStorage;
let standIn: TridentStandIn | null = null;
const opened: (KubernetesProvider | MirrorSourceTrident)[] = [];

beforeAll(async () => {
  cluster = await TestCluster.open();
  await removeTridentDefinitions(cluster);
  namespace = await cluster.namespace('mirrors');
  await namespace.create(claim('sales'));
  await applyShipped('rbac/trident-mirrors.yaml');
  for (const [name, role] of Object.entries(ACCOUNTS)) {
    await namespace.create(serviceAccount(name), ...roleFor(name, namespace.name, name, [CLAIMS]));
    if (role !== null) {
      await namespace.create(binding(name, role));
    }
  }
  await namespace.create(serviceAccount('lister'), ...roleFor('lister', namespace.name, 'lister', [CLAIMS, LISTS]));
  await namespace.waitUntilBound('sales');
});

afterEach(async () => {
  for (const one of opened.splice(0).reverse()) {
    await one.stop();
  }
  await standIn?.stop();
  expect(standIn?.troubles ?? []).toEqual([]);
  standIn = null;
});

afterAll(async () => {
  await removeTridentDefinitions(cluster);
  await removeShipped('rbac/trident-mirrors.yaml');
  await namespace.remove();
  cluster.close();
});

const binding = (account: string, role: string): KubernetesObject => ({
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'RoleBinding',
  metadata: { name: `${account}-of-mirrors` },
  roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: role },
  subjects: [{ kind: 'ServiceAccount', name: account, namespace: namespace.name }]
});

/** Mirrors as this account sees them. */
async function mirrorsOf(account: string): Promise<MirrorSourceTrident> {
  const as = namespace.as(await namespace.token(account));
  const provider = clusterProvider(as, { volumes: { '/home/jovyan/sales': 'sales' } });
  opened.push(provider);
  await provider.start();
  const source = (await provider.openMirrors?.()) ?? null;
  if (source === null) {
    throw new Error('The provider has no mirrors.');
  }
  opened.push(source);
  return source;
}

const sales = (source: MirrorSourceTrident): Mirror | undefined =>
  source.current().mirrors.find(({ mirror }) => mirror.id === 'sales')?.mirror;

async function listed(source: MirrorSourceTrident): Promise<Mirror> {
  await source.list();
  const mirror = sales(source);
  if (mirror === undefined) {
    throw new Error('There is no mirror.');
  }
  return mirror;
}

/** Milliseconds until it holds. */
async function untilTold(
  source: MirrorSourceTrident,
  what: string,
  holds: (mirror: Mirror) => boolean
): Promise<number> {
  const before = performance.now();
  const told = (): boolean => {
    const mirror = sales(source);
    return mirror !== undefined && holds(mirror);
  };
  await waitUntil(what, told, { seconds: 20, every: 20 });
  return performance.now() - before;
}

async function begin(): Promise<void> {
  const api = apiOf(cluster.admin, namespace.name);
  standIn = new TridentStandIn({ api, storage, namespace: namespace.name });
  await standIn.start();
}

const condition = (object: KubernetesObject): unknown => at(object, 'status', 'conditions', 0, 'state');

/** As Trident tells it of this spec: of an older one, the stand-in would try again at once and overwrite it. */
async function fail(message: string): Promise<void> {
  const observedGeneration = at(await namespace.get(TMR, 'sales'), 'metadata', 'generation');
  const status = { conditions: [{ state: 'failed', message, observedGeneration }] };
  await cluster.admin.patch(TMR, 'sales', { status }, namespace.name, '/status');
}

const refused = (asked: Promise<unknown>): Promise<ProblemError> =>
  asked.then(
    () => {
      throw new Error('It was not refused.');
    },
    (error: unknown) => {
      expect(error).toBeInstanceOf(ProblemError);
      return error as ProblemError;
    }
  );

test('a cluster without Trident has no mirrors, which is nothing wrong', async () => {
  const source = await mirrorsOf('user');
  expect(await source.list()).toMatchObject({ mirrors: [], source: { state: 'absent' } });
});

describe('with Trident', () => {
  beforeAll(() => installTridentDefinitions(cluster));

  beforeEach(async () => {
    storage = new MemoryMirrorStorage();
    await begin();
    await namespace.create({
      apiVersion: TRIDENT_VERSION,
      kind: 'TridentMirrorRelationship',
      metadata: { name: 'sales' },
      spec: {
        state: 'established',
        replicationPolicy: 'MirrorAllSnapshots',
        replicationSchedule: 'hourly',
        volumeMappings: [{ localPVCName: 'sales', remoteVolumeHandle: 'prod:sales' }]
      }
    });
    await namespace.waitFor(TMR, 'sales', 'establishing', one => condition(one) === 'establishing');
    storage.end(HERE);
    await namespace.waitFor(TMR, 'sales', 'established', one => condition(one) === 'established');
  });

  afterEach(async () => {
    if (standIn === null) {
      await begin();
    }
    for (const { metadata } of await namespace.list(TAMU)) {
      await cluster.admin.patch(TAMU, metadata.name ?? '', { metadata: { finalizers: null } }, namespace.name);
      await namespace.delete(TAMU, metadata.name ?? '');
    }
    if ((await namespace.find(TMR, 'sales')) !== undefined) {
      await namespace.delete(TMR, 'sales');
    }
    await namespace.waitUntilGone(TMR, 'sales');
    await standIn?.stop();
  });

  test('a change shows within two seconds, and a deletion too', async () => {
    const source = await mirrorsOf('reader');
    expect(await listed(source)).toMatchObject({ state: 'mirrored', from: 'prod:sales', to: HERE, volume: 'sales' });
    await fail('Could not promote mirror');
    expect(await untilTold(source, 'the failure to show', ({ state }) => state === 'failed')).toBeLessThan(2_000);
    expect(sales(source)?.health).toMatchObject({ reasons: [{ message: 'Could not promote mirror' }] });
    await namespace.delete(TMR, 'sales');
    await waitUntil('the deletion to show', () => sales(source) === undefined, { seconds: 20 });
  });

  test('an update is one object for one key, and its end shows', async () => {
    const source = await mirrorsOf('user');
    await listed(source);
    const asked = await Promise.all([1, 2].map(() => source.update('sales', { operationKey: KEY })));
    expect(new Set(asked.map(({ update }) => update?.id)).size).toBe(1);
    await untilTold(source, 'the update to run', ({ update }) => update?.state === 'running');
    const other = await source.update('sales', { operationKey: null });
    expect(other.update).toMatchObject({
      id: asked[0]?.update?.id,
      alreadyRunning: true,
      cancel: { available: false }
    });
    expect((await refused(source.cancel('sales'))).problem.detail).toContain('can’t end a transfer');
    await waitUntil('the transfer to begin', () => storage.calls.includes(`update ${HERE}`));
    storage.end(HERE);
    await untilTold(source, 'the update to end', ({ update }) => update?.state === 'succeeded');
    expect((await source.update('sales', { operationKey: KEY })).update?.id).toBe(asked[0]?.update?.id);
    expect(await namespace.list(TAMU)).toHaveLength(1);
  });

  test('one that Trident has not begun is taken back', async () => {
    const source = await mirrorsOf('user');
    await listed(source);
    await standIn?.stop();
    standIn = null;
    expect((await source.update('sales', { operationKey: null })).update).toMatchObject({
      state: 'queued',
      cancel: { available: true }
    });
    expect((await source.cancel('sales')).update?.state).toBe('cancelled');
    expect(await namespace.list(TAMU)).toEqual([]);
  });

  test('what an account may not do is told before it tries, with what to grant', async () => {
    const reader = await listed(await mirrorsOf('reader'));
    expect(reader.can.update).toMatchObject({
      available: false,
      fix: expect.stringContaining('create on tridentactionmirrorupdates') as unknown
    });
    const user = await listed(await mirrorsOf('user'));
    expect(user.can).toMatchObject({ update: { available: true }, promote: { available: false } });
    expect(await (await mirrorsOf('nobody')).list()).toMatchObject({
      mirrors: [],
      source: {
        state: 'refuses',
        problem: { next: expect.stringContaining('get, list and watch on tridentmirrorrelationships') as unknown }
      }
    });
  });

  test('an account that may list and not watch sees each change with its next look', async () => {
    const source = await mirrorsOf('lister');
    expect(await listed(source)).toMatchObject({ state: 'mirrored', can: { update: { available: false } } });
    await fail('x');
    expect((await listed(source)).state).toBe('failed');
  });

  test('the snapshot that a promotion waits for is told by its name', async () => {
    await namespace.create(volumeSnapshot('sales.before', 'sales'));
    const isReady = (snapshot: KubernetesObject): boolean => at(snapshot, 'status', 'readyToUse') === true;
    await namespace.waitFor('VolumeSnapshot', 'sales.before', 'ready', isReady);
    await namespace.create({
      apiVersion: TRIDENT_VERSION,
      kind: 'TridentSnapshotInfo',
      metadata: { name: 'before' },
      spec: { snapshotName: 'sales.before' }
    });
    const handleOf = (info: KubernetesObject): unknown => at(info, 'status', 'snapshotHandle');
    const told = (info: KubernetesObject): boolean => typeof handleOf(info) === 'string';
    await namespace.waitFor(TSI, 'before', 'a handle', told);
    const handle = String(handleOf(await namespace.get(TSI, 'before')));
    const source = await mirrorsOf('reader');
    await listed(source);

    const volumeMappings = [
      { localPVCName: 'sales', remoteVolumeHandle: 'prod:sales', promotedSnapshotHandle: handle }
    ];
    await namespace.patch(TMR, 'sales', { spec: { state: 'promoted', volumeMappings } });

    await untilTold(source, 'the snapshot', ({ hint }) => hint?.includes(`sales.before (${handle})`) === true);
  });

  test('promotion and resync go through, and not on what was changed since', async () => {
    const source = await mirrorsOf('promoter');
    const before = await listed(source);
    expect((await refused(source.promote({ ...before, uid: 'another' }))).problem.status).toBe(409);
    await source.promote(before);
    await untilTold(source, 'the promotion', ({ state }) => state === 'promoted');
    expect((await refused(source.promote(before))).problem.status).toBe(409);
    expect(storage.calls).toContain(`promote ${HERE}`);
    await source.resync(await listed(source));
    await untilTold(source, 'the resync', ({ state }) => state === 'reestablishing');
    storage.end(HERE);
    await untilTold(source, 'the mirror again', ({ stateAsTold }) => stateAsTold === 'reestablished');
  });
});
