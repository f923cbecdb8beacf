// deploy/policies/held.yaml: who deletes a held snapshot is refused, whoever it is, until the hold is taken off.
// On the bed it is applied as it is shipped, for all namespaces.
import { bed } from '../support/bed';
import { at } from '../support/kubernetesObject';
import { claim, volumeSnapshot } from '../support/manifests';
import { applyShipped, removeShipped } from '../support/shippedManifest';
import { TestCluster } from '../support/testCluster';
import type { TestNamespace } from '../support/testNamespace';
import { waitUntil } from '../support/waitUntil';

const HELD = 'datamark.github.io/held-until';

let cluster: TestCluster;
let namespace: TestNamespace;
let leaving: TestNamespace;

/** On a cluster that others use too, under another name and for the namespaces of this test alone. */
const fitted = (text: string) => {
  if (bed !== undefined) {
    return text;
  }
  const ours = `{ key: kubernetes.io/metadata.name, operator: In, values: [${namespace.name}, ${leaving.name}] }`;
  return text
    .replaceAll('datamark-held', `datamark-held-${namespace.name}`)
    .replace(
      'validationActions: [Deny]',
      `validationActions: [Deny]\n  matchResources: { namespaceSelector: { matchExpressions: [${ours}] } }`
    );
};

const hold = (snapshot: string, annotations: Record<string, string | null>) =>
  namespace.patch('VolumeSnapshot', snapshot, { metadata: { annotations } });
const tryDelete = async (snapshot: string) => {
  const path = await cluster.admin.path('VolumeSnapshot', namespace.name, snapshot);
  return cluster.admin.send('DELETE', `${path}?dryRun=All`);
};

beforeAll(async () => {
  cluster = await TestCluster.open();
  [namespace, leaving] = await Promise.all([cluster.namespace('held'), cluster.namespace('held-leaving')]);
  await applyShipped('policies/held.yaml', { change: fitted });
  await namespace.create(claim('home'), volumeSnapshot('home.probe', 'home'));
  await hold('home.probe', { [HELD]: 'forever' });
  await waitUntil('the policy to act', async () => (await tryDelete('home.probe')).status === 403);
});

afterAll(async () => {
  await removeShipped('policies/held.yaml', fitted);
  await waitUntil('the policy to be off', async () => (await tryDelete('home.probe')).status !== 403);
  await namespace.remove();
  if (await cluster.admin.find('Namespace', leaving.name)) {
    await leaving.remove();
  }
  cluster.close();
});

test('a held snapshot is deleted by nobody, and the refusal says how to release it', async () => {
  await namespace.create(volumeSnapshot('home.kept', 'home'));
  await hold('home.kept', { [HELD]: 'forever', 'datamark.github.io/held-by': 'ann' });
  const refused = {
    status: 403,
    reason: 'Forbidden',
    message: expect.stringContaining(
      `snapshot home.kept is held (until forever, by ann). Release it first: kubectl -n ${namespace.name} annotate volumesnapshot home.kept ${HELD}-`
    )
  };
  await expect(namespace.delete('VolumeSnapshot', 'home.kept')).rejects.toMatchObject(refused);
  const collection = await cluster.admin.path('VolumeSnapshot', namespace.name);
  const query = '?fieldSelector=metadata.name=home.kept';
  await expect(cluster.admin.ask('DELETE', `${collection}${query}`)).rejects.toMatchObject(refused);
  expect((await namespace.get('VolumeSnapshot', 'home.kept')).metadata.deletionTimestamp).toBeUndefined();

  await hold('home.kept', { [HELD]: null });
  await namespace.delete('VolumeSnapshot', 'home.kept');
  await namespace.waitUntilGone('VolumeSnapshot', 'home.kept');
});

test('a hold whose time is over counts until it is taken off', async () => {
  await namespace.create(volumeSnapshot('home.elapsed', 'home'));
  await hold('home.elapsed', { [HELD]: '2020-01-01T00:00:00.000Z' });
  await expect(namespace.delete('VolumeSnapshot', 'home.elapsed')).rejects.toMatchObject({ status: 403 });
  await hold('home.elapsed', { [HELD]: null });
  await namespace.delete('VolumeSnapshot', 'home.elapsed');
  await namespace.waitUntilGone('VolumeSnapshot', 'home.elapsed');
});

test('the deletion of its namespace waits for a held snapshot, which says why', async () => {
  await leaving.create(claim('home'), volumeSnapshot('home.kept', 'home', { annotations: { [HELD]: 'forever' } }));
  await leaving.waitUntilReady('home.kept');
  await cluster.admin.delete('Namespace', leaving.name);
  await waitUntil('the namespace to say what it waits for', async () => {
    const conditions = at(await cluster.admin.get('Namespace', leaving.name), 'status', 'conditions');
    return JSON.stringify(conditions ?? []).includes('snapshot home.kept is held');
  });
  const kept = await leaving.get('VolumeSnapshot', 'home.kept');
  expect([kept.metadata.deletionTimestamp, at(kept, 'status', 'readyToUse')]).toEqual([undefined, true]);

  await leaving.patch('VolumeSnapshot', 'home.kept', { metadata: { annotations: { [HELD]: null } } });
  const gone = async () => !(await cluster.admin.find('Namespace', leaving.name));
  await waitUntil('the namespace to be gone', gone, { seconds: 90 });
});

test('a snapshot that is not held is deleted as ever', async () => {
  await namespace.create(volumeSnapshot('home.free', 'home', { annotations: { 'datamark.github.io/title': 'Free' } }));
  await namespace.delete('VolumeSnapshot', 'home.free');
  await namespace.waitUntilGone('VolumeSnapshot', 'home.free');
});
