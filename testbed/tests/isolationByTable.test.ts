// deploy/policies/isolation-by-table.yaml: the same rules, where a ConfigMap says which claims are a pod's own.
import { claim, volumeSnapshot } from '../support/manifests';
import { SharedAccountScene, tryCreate, waitingPod, waitUntilIsolated } from '../support/sharedAccount';
import { shipped } from '../support/shippedManifest';
import type { TestNamespace } from '../support/testNamespace';
import { waitUntil } from '../support/waitUntil';

const OWNER = 'datamark.github.io/owner';

let scene: SharedAccountScene;
let namespace: TestNamespace;
let ann: TestNamespace;
let custom: TestNamespace;

beforeAll(async () => {
  scene = await SharedAccountScene.open('table', 'policies/isolation-by-table.yaml');
  ({ namespace } = scene);
  await namespace.create({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'datamark-claims' },
    data: { 'jupyter-ann--gpu': 'home-ann  home-ann-gpu', 'lab-7': 'vol-7', 'lab-7.owner': 'seven' }
  });
  await scene.isolate({ label: 'shared-account-by-table' });
  ann = await waitingPod(namespace, 'jupyter-ann--gpu');
  custom = await waitingPod(namespace, 'lab-7');
  await waitUntilIsolated(ann, 'vol-7');
});

afterAll(() => scene.close());

const owned = (name: string, source: string, owner: string) =>
  volumeSnapshot(name, source, { labels: { [OWNER]: owner } });

test('a pod changes what is of its claims in the table', async () => {
  expect(await tryCreate(ann, owned('home-ann.one', 'home-ann', 'ann'))).toBe('201');
  expect(await tryCreate(ann, volumeSnapshot('home-ann-gpu.one', 'home-ann-gpu'))).toBe('201');
  expect(await tryCreate(ann, claim('home-ann.copy', { from: { claim: 'home-ann-gpu' } }))).toBe('201');
  expect(await tryCreate(custom, owned('vol-7.one', 'vol-7', 'seven'))).toBe('201');
});

test('and nothing of others’', async () => {
  expect(await tryCreate(ann, volumeSnapshot('home-ann.one', 'vol-7'))).toMatch(
    /^403 .*-by-table.*may snapshot only its own/
  );
  expect(await tryCreate(ann, claim('home-ann.x', { from: { claim: 'vol-7' } }))).toMatch(
    /^403 .*-by-table.*only as clones of its own/
  );
  expect(await tryCreate(ann, owned('home-ann.one', 'home-ann', 'seven'))).toMatch(/^403 .*only to its own user/);
  expect(await tryCreate(custom, owned('vol-7.one', 'vol-7', 'ann'))).toMatch(/^403 .*only to its own user/);
});

test('a pod that is not in the table changes nothing, whatever its name', async () => {
  const stranger = await waitingPod(namespace, 'jupyter-bob');
  expect(await tryCreate(stranger, volumeSnapshot('claim-bob.one', 'claim-bob'))).toMatch(
    /^403 .*not in the ConfigMap datamark-claims/
  );
});

test('without the table nobody makes claims there, the hub included', async () => {
  await namespace.delete('ConfigMap', 'datamark-claims');
  const noTable = /^422 .*-by-table.*no params found/;
  await waitUntil('claims to be refused', async () => noTable.test(await tryCreate(namespace, claim('claim-new'))));
  expect(await tryCreate(ann, volumeSnapshot('home-ann.one', 'home-ann'))).toMatch(noTable);
});

test('the rules are those of isolation.yaml, letter by letter', async () => {
  const rules = (text: string) =>
    text
      .split(/^ {2}validations:$/m)
      .slice(1)
      .map(part => part.split(/^---$/m)[0])
      .map(part => part?.replaceAll(/'pod ' \+ variables\.pod \+ ' is not (named|in) .*/g, ''));
  const [byName, byTable] = await Promise.all(
    ['isolation', 'isolation-by-table'].map(file => shipped(`policies/${file}.yaml`))
  );
  expect(rules(byTable ?? '')).toHaveLength(3);
  expect(rules(byTable ?? '')).toEqual(rules(byName ?? ''));
});
