// The roles of deploy/, each bound to an account: every verb tried on every resource, and what each is for done.
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { claim, serviceAccount, volumeSnapshot } from '../support/manifests';
import { applyShipped, removeShipped } from '../support/shippedManifest';
import { TestCluster } from '../support/testCluster';
import type { TestNamespace } from '../support/testNamespace';
import { RESOURCES, verbTable } from '../support/verbTable';

const READ = 'get, list, watch';
const REPORTS = { events: READ, resourcequotas: 'get, list' };
const CHANGE = `${READ}, create, patch`;
const ALL = `${CHANGE}, delete`;

/** All that the roles let through; whatever is not here is refused. */
const granted = (volumerestores: string, others: string) => ({
  ...REPORTS,
  volumerestores,
  volumesnapshots: others,
  persistentvolumeclaims: others
});
const GRANTED: Record<string, Record<string, string>> = {
  'datamark-viewer': granted(READ, READ),
  'datamark-user': granted(CHANGE, CHANGE),
  'datamark-manager': granted(CHANGE, ALL),
  'datamark-approver': { volumerestores: CHANGE },
  'datamark-kubeflow-edit': granted(CHANGE, ALL),
  'datamark-kubeflow-view': granted(READ, READ)
};
const ROLES = Object.keys(GRANTED);
const CLASSES = { storageclasses: 'get, list', volumesnapshotclasses: 'get, list' };
const NOTHING = Object.fromEntries(RESOURCES.map(({ name }) => [name, '']));

let cluster: TestCluster;
let namespace: TestNamespace;
const accounts = new Map<string, TestNamespace>();
const ofRole = (role: string) => accounts.get(role) ?? fail(`No account has ${role}`);
const fail = (message: string): never => {
  throw new Error(message);
};
const named = (text: string) => text.replace('datamark-singleuser-classes', `${namespace.name}-classes`);

beforeAll(async () => {
  cluster = await TestCluster.open();
  namespace = await cluster.namespace('roles');
  await applyShipped('crd/volumerestores.yaml');
  await applyShipped('rbac/roles.yaml');
  await applyShipped('kubeflow/roles.yaml');
  for (const role of ROLES) {
    await namespace.create(serviceAccount(role), {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'RoleBinding',
      metadata: { name: role },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: role },
      subjects: [{ kind: 'ServiceAccount', name: role, namespace: namespace.name }]
    });
    accounts.set(role, namespace.as(await namespace.token(role)));
  }
});

afterAll(async () => {
  await namespace.remove();
  cluster.close();
});

test.each(ROLES)('%s lets through what it says, of every verb on every resource', async role => {
  expect(await verbTable(ofRole(role).account, namespace.name)).toEqual({ ...NOTHING, ...GRANTED[role] });
});

test('the binding examples give the servers’ account the user’s role, and the classes of the cluster', async () => {
  await applyShipped('rbac/bindings.yaml', { namespace: namespace.name });
  await applyShipped('rbac/cluster-binding.yaml', { namespace: namespace.name, change: named });
  try {
    const server = namespace.as(await namespace.token('datamark-singleuser'));
    expect(await verbTable(server.account, namespace.name)).toEqual({
      ...NOTHING,
      ...GRANTED['datamark-user'],
      ...CLASSES
    });
  } finally {
    await removeShipped('rbac/cluster-binding.yaml', named);
  }
});

test('each role is enough for what it is for, and stops there', async () => {
  await namespace.create(claim('home'));
  await namespace.waitUntilBound('home');
  const [viewer, user, manager] = ['datamark-viewer', 'datamark-user', 'datamark-manager'].map(ofRole);
  if (!viewer || !user || !manager) {
    throw new Error('The roles have no accounts.');
  }
  const forbidden = { status: 403, reason: 'Forbidden' };
  const title = { metadata: { annotations: { 'datamark.github.io/title': 'Kept' } } };

  await expect(viewer.create(volumeSnapshot('home.one', 'home'))).rejects.toMatchObject(forbidden);
  await user.create(volumeSnapshot('home.one', 'home'));
  await viewer.waitUntilReady('home.one');
  await expect(viewer.patch('VolumeSnapshot', 'home.one', title)).rejects.toMatchObject(forbidden);
  await user.patch('VolumeSnapshot', 'home.one', title);
  await user.create(claim('home.copy', { from: { snapshot: 'home.one' } }));
  await user.patch('PersistentVolumeClaim', 'home', { metadata: { labels: { 'datamark.github.io/volume-id': 'x' } } });
  await user.waitUntilBound('home.copy');

  await expect(user.delete('PersistentVolumeClaim', 'home.copy')).rejects.toMatchObject(forbidden);
  await expect(user.delete('VolumeSnapshot', 'home.one')).rejects.toMatchObject(forbidden);
  await manager.delete('PersistentVolumeClaim', 'home.copy');
  await manager.delete('VolumeSnapshot', 'home.one');
  await manager.waitUntilGone('VolumeSnapshot', 'home.one');
  for (const account of [viewer, user, manager]) {
    await expect(account.list('Pod')).rejects.toMatchObject(forbidden);
    await expect(account.get('Pod', 'any')).rejects.toMatchObject(forbidden);
  }
});

test('docs/security.md shows this table', async () => {
  const shown = ['datamark-viewer', 'datamark-user', 'datamark-manager'];
  const tables = await Promise.all(shown.map(role => verbTable(ofRole(role).account, namespace.name)));
  const rows = RESOURCES.map(({ name }) => [`\`${name}\``, ...tables.map(table => table[name] || '–')]);
  const some = rows.filter(row => row.slice(1).some(cell => cell !== '–'));
  const none = rows.filter(row => !some.includes(row)).map(([name = '']) => name);
  const lines = [['', ...shown.map(role => `\`${role}\``)], ...some, ...none.map(name => [name, '–', '–', '–'])];
  const widths = [0, 1, 2, 3].map(column => Math.max(...lines.map(line => line[column]?.length ?? 0)));
  const text = lines.map(line => `| ${line.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join(' | ')} |`);
  text.splice(1, 0, `| ${widths.map(width => '-'.repeat(width)).join(' | ')} |`);

  const document = await readFile(path.join(__dirname, '..', '..', 'docs', 'security.md'), 'utf8');
  expect(document).toContain(text.join('\n'));
});
