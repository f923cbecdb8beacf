// The rights in the check report on the real cluster: each one missing from its real cause, and there when it is granted.
import type { CheckFinding } from '../../contract';
import { NEEDED_RIGHTS } from '../../server/src/providers/kubernetes/check/neededRights';
import { GROUP } from '../../server/src/providers/kubernetes/names';
import { RESTORE_API_VERSION } from '../../server/src/providers/kubernetes/volumeRestore';
import { CheckScene, HOME, rulesWithout } from '../support/checkScene';
import { clusterProvider } from '../support/clusterProvider';
import { installController, uninstallController } from '../support/controllerManifests';
import { waitUntil } from '../support/waitUntil';

const SNAPSHOTS = 'snapshot.storage.k8s.io';

let scene: CheckScene;

beforeAll(async () => {
  scene = await CheckScene.start('check-rights');
  // Rights on restores count only where there are any.
  await installController(scene.cluster);
}, 120_000);

afterAll(async () => {
  await uninstallController(scene.cluster);
  await scene.stop();
}, 120_000);

test('with all rights nothing is missing, and the API server, the account and the volumes are told', async () => {
  await waitUntil('all rights', async () => [...(await scene.report()).keys()].every(id => !id.startsWith('rights/')));
  // A policy takes a moment until it is in force.
  await waitUntil(
    'restores in others’ names to be refused',
    async () => (await scene.report()).get('restore/requester')?.state === 'ok'
  );
  const found = await scene.report();
  expect([...found.values()].filter(({ state }) => state === 'failed' || state === 'warning')).toEqual([]);
  expect(found.get('api')?.message).toMatch(
    new RegExp(`^v1\\..*, namespace ${scene.namespace.name}, answers in \\d+ ms\\.$`)
  );
  expect(found.get('volumes')?.message).toContain('1 found');
  expect(found.get('rights')?.message).toContain('create, patch, delete volumesnapshots');
});

/** A request that needs the right and would change nothing. */
const attempt = async ({ verb, group, resource }: (typeof NEEDED_RIGHTS)[number]): Promise<number> => {
  const version = group === GROUP ? RESTORE_API_VERSION : `${group}/v1`;
  const root = group === '' ? '/api/v1' : `/apis/${version}`;
  const collection = `${root}/namespaces/${scene.namespace.name}/${resource}`;
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
  return (await scene.nb.account.send(method, path, { body, contentType })).status;
};

test.each(NEEDED_RIGHTS.filter(({ title }) => title !== null))(
  'without $verb $resource: refused by the API server, named by the report with the role that has it',
  async right => {
    const { verb, resource, role, actions } = right;
    await scene.grant(rulesWithout(right));
    const found = await scene.finding(`rights/${verb}-${resource}`);
    expect(await attempt(right)).toBe(403);
    expect(found.message).toContain(`ccount nb may not ${verb} ${resource} in ${scene.namespace.name}.`);
    expect(found.fix).toContain(role);
    expect(found.command).toBe(
      `kubectl -n ${scene.namespace.name} create rolebinding ${role}-nb --clusterrole=${role} --serviceaccount=${scene.namespace.name}:nb`
    );
    expect(found.affects).toEqual(actions);
    const off = { available: false, reason: sentence(found) };
    for (const action of actions) {
      if (action === 'delete' || action === 'hold') {
        expect(scene.provider.capabilities()[action]).toMatchObject(off);
      } else if (action !== 'list') {
        expect(scene.provider.index.get('volume', HOME)?.can[action]).toMatchObject(off);
      }
    }
    await scene.grant(rulesWithout(null));
    await scene.noFinding(`rights/${verb}-${resource}`);
  }
);

/** The sentence of a finding as a refusal says it. */
const sentence = ({ message }: CheckFinding): string =>
  message.replace(/^Off: (.)/, (_, first: string) => first.toUpperCase());

test('the command of a missing right grants it', async () => {
  const words = rulesWithout(null).filter(
    ({ resources, verbs }) => resources[0] !== 'volumesnapshots' || verbs[0] !== 'delete'
  );
  await scene.grant(words);
  const { command } = await scene.finding('rights/delete-volumesnapshots');
  const [, name = '', role = ''] = /create rolebinding (\S+) --clusterrole=(\S+)/.exec(command ?? '') ?? [];
  await scene.namespace.create({
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'RoleBinding',
    metadata: { name },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: role },
    subjects: [{ kind: 'ServiceAccount', name: 'nb', namespace: scene.namespace.name }]
  });
  await scene.noFinding('rights/delete-volumesnapshots');
  await scene.namespace.delete('RoleBinding', name);
  await scene.grant(rulesWithout(null));
  await scene.noFinding('rights/delete-volumesnapshots');
});

test('as NetApp’s published role: list and snapshot work, and looking again in place of watching is told', async () => {
  await scene.grant([
    { groups: [''], resources: ['persistentvolumeclaims'], verbs: ['get', 'list'] },
    { groups: [SNAPSHOTS], resources: ['volumesnapshots'], verbs: ['get', 'list', 'create'] }
  ]);
  const watch = await scene.finding('rights/watch-volumesnapshots');
  expect(watch.state).toBe('warning');
  expect(watch.message).toContain('looks every 2 to 30 seconds instead while the panel is visible');
  const found = await scene.report();
  const off = [...found.values()].flatMap(({ affects }) => affects);
  expect(new Set(off)).toEqual(new Set(['clone', 'restore', 'files', 'delete', 'hold']));
  expect(found.get('quota')?.state).toBe('unknown');
  await scene.grant(rulesWithout(null));
  await scene.noFinding('rights/watch-volumesnapshots');
});

test('no DATAMARK_VOLUMES and no right to read pods', async () => {
  await scene.grant(rulesWithout(null).filter(({ resources }) => resources[0] !== 'pods'));
  const lost = clusterProvider(scene.nb, { volumes: {}, settings: { volumes: null, podName: 'jupyter-ann' } });
  await lost.start();
  try {
    const found = await scene.finding('volumes', ({ state }) => state === 'failed', lost);
    expect(found.message).toBe(
      `Off: nothing says which claims this server mounts: DATAMARK_VOLUMES is not set, and account nb may not get pods in ${scene.namespace.name}.`
    );
  } finally {
    await lost.stop();
    await scene.grant(rulesWithout(null));
  }
});
