// The check report on the real cluster: each finding from its real cause, and gone when the cause is gone.
import type { CheckFinding } from '../../contract';
import { KubernetesConfiguration } from '../../server/src/configuration';
import { NEEDED_RIGHTS } from '../../server/src/providers/kubernetes/check/neededRights';
import type { KubernetesProvider } from '../../server/src/providers/kubernetes/kubernetesProvider';
import { openKubernetesProvider } from '../../server/src/providers/kubernetes/openKubernetesProvider';
import { memoryLog } from '../../server/src/testing/testSidecar';
import { Account } from '../support/account';
import { clusterProvider } from '../support/clusterProvider';
import { at, textAt } from '../support/kubernetesObject';
import { claim, serviceAccount, volumeSnapshot, type Rule } from '../support/manifests';
import { applyShipped, removeShipped } from '../support/shippedManifest';
import { TestCluster } from '../support/testCluster';
import { TestNamespace } from '../support/testNamespace';
import { waitUntil } from '../support/waitUntil';

const HOME = 'claim-ann';
const SNAPSHOTS = 'snapshot.storage.k8s.io';

let cluster: TestCluster;
let namespace: TestNamespace;
let nb: TestNamespace;
let provider: KubernetesProvider;

/** What the account `nb` may do: these rules and nothing else. */
const grant = (rules: Rule[]): Promise<unknown> =>
  namespace.apply({
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'Role',
    metadata: { name: 'nb' },
    rules: rules.map(({ groups, resources, verbs }) => ({ apiGroups: groups, resources, verbs }))
  });

const rulesWithout = (missing: { verb: string; resource: string } | null): Rule[] =>
  NEEDED_RIGHTS.filter(({ verb, resource }) => verb !== missing?.verb || resource !== missing.resource).map(
    ({ group, resource, verb }) => ({ groups: [group], resources: [resource], verbs: [verb] })
  );

const report = async (of = provider): Promise<Map<string, CheckFinding>> =>
  new Map((await of.check()).map(finding => [finding.id, finding]));

/** Rules, quotas and classes take a moment until the API server acts on them. */
const finding = async (
  id: string,
  holds: (found: CheckFinding) => boolean = () => true,
  of = provider
): Promise<CheckFinding> => {
  let last = new Map<string, CheckFinding>();
  const found = waitUntil(
    `the finding ${id}`,
    async () => {
      last = await report(of);
      const one = last.get(id);
      return one !== undefined && holds(one) ? one : undefined;
    },
    { seconds: 30 }
  );
  return found.catch((error: unknown) => {
    const lines = [...last.values()].map(one => `${one.id} ${one.state}: ${one.message}`);
    throw new Error(`${String(error)}; the report says:\n${lines.join('\n')}`, { cause: error });
  });
};

const noFinding = (id: string): Promise<boolean> =>
  waitUntil(`no finding ${id}`, async () => !(await report()).has(id));

beforeAll(async () => {
  cluster = await TestCluster.open();
  namespace = await cluster.namespace('check');
  await applyShipped('rbac/roles.yaml');
  await grant(rulesWithout(null));
  await namespace.create(
    serviceAccount('nb'),
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'RoleBinding',
      metadata: { name: 'nb' },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'nb' },
      subjects: [{ kind: 'ServiceAccount', name: 'nb', namespace: namespace.name }]
    },
    claim(HOME)
  );
  nb = namespace.as(await namespace.token('nb'));
  await namespace.waitUntilBound(HOME);
  provider = clusterProvider(nb, { volumes: { '/home/jovyan': HOME } });
  await provider.start();
});

afterAll(async () => {
  await provider.stop();
  await namespace.remove();
  cluster.close();
});

test('with all rights nothing is missing, and the API server, the account and the volumes are told', async () => {
  await waitUntil('all rights', async () => [...(await report()).keys()].every(id => !id.startsWith('rights/')));
  const found = await report();
  expect([...found.values()].filter(({ state }) => state === 'failed' || state === 'warning')).toEqual([]);
  expect(found.get('api')?.message).toMatch(
    new RegExp(`^v1\\..*, namespace ${namespace.name}, answers in \\d+ ms\\.$`)
  );
  expect(found.get('volumes')?.message).toContain('1 found');
  expect(found.get('rights')?.message).toContain('create, patch, delete volumesnapshots');
});

/** A request that needs the right and would change nothing. */
const attempt = async ({ verb, group, resource }: (typeof NEEDED_RIGHTS)[number]): Promise<number> => {
  const root = group === '' ? '/api/v1' : `/apis/${group}/v1`;
  const collection = `${root}/namespaces/${namespace.name}/${resource}`;
  const [method, path, body] = (
    {
      list: ['GET', `${collection}?limit=1`],
      watch: ['GET', `${collection}?watch=true&timeoutSeconds=1`],
      get: ['GET', `${collection}/not-there`],
      create: ['POST', `${collection}?dryRun=All`, { metadata: { name: 'x' } }],
      patch: ['PATCH', `${collection}/not-there?dryRun=All`, {}],
      delete: ['DELETE', `${collection}/not-there?dryRun=All`]
    } as const
  )[verb];
  const contentType = method === 'PATCH' ? 'application/merge-patch+json' : 'application/json';
  return (await nb.account.send(method, path, { body, contentType })).status;
};

test.each(NEEDED_RIGHTS.filter(({ title }) => title !== null))(
  'without $verb $resource: refused by the API server, named by the report with the role that has it',
  async right => {
    const { verb, resource, role, action } = right;
    await grant(rulesWithout(right));
    const found = await finding(`rights/${verb}-${resource}`);
    expect(await attempt(right)).toBe(403);
    expect(found.message).toContain(`ccount nb may not ${verb} ${resource} in ${namespace.name}.`);
    expect(found.fix).toContain(role);
    expect(found.command).toBe(
      `kubectl -n ${namespace.name} create rolebinding ${role}-nb --clusterrole=${role} --serviceaccount=${namespace.name}:nb`
    );
    expect(found.affects).toEqual(action === null ? [] : [action]);
    if (action === 'delete' || action === 'hold') {
      expect(provider.capabilities()[action]).toMatchObject({ available: false, reason: sentence(found) });
    }
    if (action === 'snapshot' || action === 'clone') {
      expect(provider.index.get('volume', HOME)?.can[action]).toMatchObject({ reason: sentence(found) });
    }
    await grant(rulesWithout(null));
    await noFinding(`rights/${verb}-${resource}`);
  }
);

/** The sentence of a finding as a refusal says it. */
const sentence = ({ message }: CheckFinding): string =>
  message.replace(/^Off: (.)/, (_, first: string) => first.toUpperCase());

test('the command of a missing right grants it', async () => {
  const words = rulesWithout(null).filter(
    ({ resources, verbs }) => resources[0] !== 'volumesnapshots' || verbs[0] !== 'delete'
  );
  await grant(words);
  const { command } = await finding('rights/delete-volumesnapshots');
  const [, name = '', role = ''] = /create rolebinding (\S+) --clusterrole=(\S+)/.exec(command ?? '') ?? [];
  await namespace.create({
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'RoleBinding',
    metadata: { name },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: role },
    subjects: [{ kind: 'ServiceAccount', name: 'nb', namespace: namespace.name }]
  });
  await noFinding('rights/delete-volumesnapshots');
  await namespace.delete('RoleBinding', name);
  await grant(rulesWithout(null));
  await noFinding('rights/delete-volumesnapshots');
});

test('as NetApp’s published role: list and snapshot work, and refreshing is said to keep the server from being culled', async () => {
  await grant([
    { groups: [''], resources: ['persistentvolumeclaims'], verbs: ['get', 'list'] },
    { groups: [SNAPSHOTS], resources: ['volumesnapshots'], verbs: ['get', 'list', 'create'] }
  ]);
  const watch = await finding('rights/watch-volumesnapshots');
  expect(watch.state).toBe('warning');
  expect(`${watch.message} ${watch.fix}`).toContain('keeps the server from being culled');
  const found = await report();
  const off = [...found.values()].flatMap(({ affects }) => affects);
  expect(new Set(off)).toEqual(new Set(['clone', 'delete', 'hold']));
  expect(found.get('quota')?.state).toBe('unknown');
  await grant(rulesWithout(null));
  await noFinding('rights/watch-volumesnapshots');
});

test('a quota of snapshots that is used up: snapshots are off, then on again', async () => {
  const key = `count/volumesnapshots.${SNAPSHOTS}`;
  await namespace.create({
    apiVersion: 'v1',
    kind: 'ResourceQuota',
    metadata: { name: 'few' },
    spec: { hard: { [key]: '1' } }
  });
  await namespace.waitFor('ResourceQuota', 'few', 'counted', quota => at(quota, 'status', 'used', key) !== undefined);
  await namespace.create(volumeSnapshot(`${HOME}.only`, HOME));
  const found = await finding(`quota/few/${key}`);
  expect(found.message).toBe('Off: the quota few is used up: 1 of 1 snapshots.');
  await waitUntil('snapshots to be off', () => provider.index.get('volume', HOME)?.can.snapshot.available === false);
  await namespace.waitUntilReady(`${HOME}.only`);
  await namespace.delete('VolumeSnapshot', `${HOME}.only`);
  await noFinding(`quota/few/${key}`);
  await namespace.delete('ResourceQuota', 'few');
  expect(provider.index.get('volume', HOME)?.can.snapshot.available).toBe(true);
});

test('a quota of storage that leaves no room for a clone of the home volume', async () => {
  await namespace.create({
    apiVersion: 'v1',
    kind: 'ResourceQuota',
    metadata: { name: 'space' },
    spec: { hard: { 'requests.storage': '1536Mi' } }
  });
  const found = await finding(`quota/space/requests.storage/${HOME}`);
  expect(found).toMatchObject({
    state: 'failed',
    affects: ['clone'],
    object: provider.index.get('volume', HOME)?.name
  });
  expect(found.message).toContain('1.00 GiB of 1.50 GiB requested');
  await namespace.delete('ResourceQuota', 'space');
  await noFinding(`quota/space/requests.storage/${HOME}`);
});

describe('classes', () => {
  const className = (suffix: string): string => `${namespace.name}-${suffix}`;
  const named = (text: string): string =>
    text
      .replaceAll('datamark-singleuser-classes', className('classes'))
      .replaceAll('name: datamark-singleuser', 'name: nb')
      .replaceAll('namespace: jupyterhub', `namespace: ${namespace.name}`);

  afterAll(async () => {
    await removeShipped('rbac/cluster-binding.yaml', named);
    await cluster.admin.delete('PersistentVolume', className('strange'));
    for (const suffix of ['lazy', 'strange']) {
      await cluster.admin.delete('StorageClass', className(suffix));
    }
  });

  test('that may not be read are unknown; granted, each volume whose driver has none is named', async () => {
    const provisioner = textAt(
      await cluster.admin.get('StorageClass', await cluster.defaultStorageClass()),
      'provisioner'
    );
    for (const [suffix, driver] of [
      ['lazy', provisioner],
      ['strange', 'strange.example']
    ] as const) {
      await cluster.admin.create({
        apiVersion: 'storage.k8s.io/v1',
        kind: 'StorageClass',
        metadata: { name: className(suffix) },
        provisioner: driver,
        volumeBindingMode: suffix === 'lazy' ? 'WaitForFirstConsumer' : 'Immediate'
      });
    }
    // Nothing provisions for a driver that is not there, so the volume is made by hand.
    await cluster.admin.create({
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
    await namespace.create(
      claim('claim-lazy', { storageClass: className('lazy') }),
      claim('claim-strange', { storageClass: className('strange') })
    );
    await namespace.waitUntilBound('claim-strange');
    const several = clusterProvider(nb, {
      volumes: { '/home/jovyan': HOME, '/lazy': 'claim-lazy', '/strange': 'claim-strange' }
    });
    await several.start();
    try {
      const unknown = await finding('snapshot-classes', undefined, several);
      expect(unknown.state).toBe('unknown');
      expect(unknown.command).toContain('--clusterrole=datamark-cluster-viewer');

      await applyShipped('rbac/cluster-binding.yaml', { change: named });
      const missing = await finding('snapshot-class/claim-strange', undefined, several);
      expect(missing.message).toBe('Off: no VolumeSnapshotClass exists for its driver, strange.example.');
      expect(missing.affects).toEqual(['snapshot']);
      await waitUntil('snapshots of strange to be off', () => {
        const can = several.index.get('volume', 'claim-strange')?.can.snapshot;
        return can?.available === false;
      });
      expect(several.index.get('volume', HOME)?.can.snapshot).toEqual({ available: true });

      const waiting = await finding('first-consumer', undefined, several);
      expect(waiting.state).toBe('ok');
      expect(waiting.message).toContain(`class ${className('lazy')} gets its data when a server first mounts it`);
    } finally {
      await several.stop();
    }
  });
});

test('no DATAMARK_VOLUMES and no right to read pods', async () => {
  await grant(rulesWithout(null).filter(({ resources }) => resources[0] !== 'pods'));
  const lost = clusterProvider(nb, { volumes: {}, settings: { volumes: null, podName: 'jupyter-ann' } });
  await lost.start();
  try {
    const found = await finding('volumes', ({ state }) => state === 'failed', lost);
    expect(found.message).toBe(
      `Off: nothing says which claims this server mounts: DATAMARK_VOLUMES is not set, and account nb may not get pods in ${namespace.name}.`
    );
  } finally {
    await lost.stop();
    await grant(rulesWithout(null));
  }
});

describe('the way to the API server', () => {
  const atAddress = async (server: string, token = nb.account.connection.token): Promise<KubernetesProvider> => {
    const account = new Account({ ...nb.account.connection, server, token });
    return clusterProvider(Object.create(nb, { account: { value: account } }) as TestNamespace, { volumes: {} });
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
    await namespace.create(serviceAccount('gone'));
    const token = await namespace.token('gone');
    await namespace.delete('ServiceAccount', 'gone');
    const { server } = nb.account.connection;
    const found = await waitUntil('the token to be refused', async () => {
      const one = (await (await atAddress(server, token)).check()).find(({ id }) => id === 'api');
      return one?.docs === 'token' ? one : undefined;
    });
    expect(found.message).toContain('does not accept the token');
  });

  test('no token is mounted', async () => {
    const { hostname: host, port } = new URL(nb.account.connection.server);
    const configuration = KubernetesConfiguration.parse({
      provider: 'kubernetes',
      kubernetes: { namespace: namespace.name, apiServer: { host, port }, volumes: '' }
    });
    const found = await lookFrom(openKubernetesProvider({ configuration, log: memoryLog(), version: 'test' }));
    expect(found).toMatchObject({ id: 'api', docs: 'token' });
    expect(found.message).toContain('has no token of a service account');
  });
});
