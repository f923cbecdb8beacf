// The policies for a shared account know a server by the pod that its token is bound to. Which tokens that lets through.
import { claim, roleFor, serviceAccount, volumeSnapshot } from '../support/manifests';
import { ACCOUNT, SharedAccountScene, tryCreate, waitingPod, waitUntilIsolated } from '../support/sharedAccount';
import type { TestNamespace } from '../support/testNamespace';
import { waitUntil } from '../support/waitUntil';

const OWNER = 'datamark.github.io/owner';
const own = volumeSnapshot('claim-ann.one', 'claim-ann');

let scene: SharedAccountScene;
let namespace: TestNamespace;

beforeAll(async () => {
  scene = await SharedAccountScene.open('identity');
  ({ namespace } = scene);
  await scene.isolate();
  await waitUntilIsolated(await waitingPod(namespace, 'jupyter-probe'), 'claim-ann');
});

afterAll(() => scene.close());

test('a token that is not bound to a pod changes nothing', async () => {
  const unbound = namespace.as(await namespace.token(ACCOUNT));
  expect(await unbound.list('VolumeSnapshot')).toEqual([]);
  expect(await tryCreate(unbound, own)).toMatch(/^403 .* denied request: this token is not bound to a pod/);
  expect(await tryCreate(unbound, claim('claim-ann.copy', { from: { claim: 'claim-ann' } }))).toMatch(
    /not bound to a pod/
  );
});

test('nor does one of a pod that the hub did not name', async () => {
  for (const name of ['ann', 'job-jupyter-ann', 'jupyterann']) {
    expect(await tryCreate(await waitingPod(namespace, name), own)).toMatch(
      /^403 .*not named as the hub names servers/
    );
  }
});

test('a server’s token ends with its pod, also where a new pod of that name follows', async () => {
  const ann = await scene.startServer('ann');
  expect(await tryCreate(ann.api, own)).toBe('201');

  await ann.pod.stop();
  const again = await scene.startServer('ann');

  // The API server keeps what it knows of a token for ten seconds.
  await waitUntil('the old token to be refused', async () => (await tryCreate(ann.api, own)).startsWith('401'), {
    seconds: 30
  });
  expect(await tryCreate(again.api, own)).toBe('201');
});

test('other accounts of the namespace are not held to the rules', async () => {
  const rules = [
    { groups: [''], resources: ['persistentvolumeclaims'], verbs: ['create', 'delete'] },
    { groups: ['snapshot.storage.k8s.io'], resources: ['volumesnapshots'], verbs: ['create'] }
  ];
  await namespace.create(serviceAccount('hub'), ...roleFor('hub', namespace.name, 'hub', rules));
  const hub = namespace.as(await namespace.token('hub'));
  expect(await tryCreate(hub, claim('claim-new'))).toBe('201');
  expect(await tryCreate(hub, volumeSnapshot('backup', 'claim-ann'))).toBe('201');
  await hub.create(claim('claim-old'));
  await hub.delete('PersistentVolumeClaim', 'claim-old');
});

// Pod names and labels as KubeSpawner 7 makes them of the user's name in the first column.
const HASH = '0a1b2c3d';
describe('the label owner fits the pod', () => {
  test.each([
    ['bob', 'bob', 'bob', true],
    ['bob', 'bob--gpu', 'bob', true],
    ['x@example.org', `x-example-org---${HASH}`, `x-example-org---${HASH}`, true],
    ['x@example.org', `x-example-org---${HASH}--gpu`, `x-example-org---${HASH}`, true],
    ['a long one', `first-middle-last-at-example---${HASH}`, `first-middle-last-at---${HASH}`, true],
    ['Ann.Lee', `ann-lee---${HASH}`, 'Ann.Lee', true],
    ['42nd', `x-42nd---${HASH}`, '42nd', true],
    ['first.middle.last@…', `first-middle-last--x---${HASH}`, 'first-middle-last-exa---ffffffff', true],
    ['First.Middle.Last.…', `first-middle-last--x---${HASH}`, 'First.Middle.Last.Example.University', true],
    ['x@example.org', `x-example-org--a-server-name-that---${HASH}`, 'x-example-org---ffffffff', true],
    ['first.middle.last@…', `first-middle-last--x---${HASH}`, 'first-middle-one---ffffffff', false],
    ['first.middle.last@…', `first-middle-last--x---${HASH}`, 'alice', false],
    ['bob', `bob--a-server-name-that---${HASH}`, 'bobby---ffffffff', false],
    ['bob', 'bob', 'alice', false],
    ['bob', 'bob', 'bo', false],
    ['bob', 'bob--alice', 'alice', false],
    ['bob', 'bob--alice', 'bob--alice', true],
    ['bobby', 'bobby', 'bob', false],
    ['bob@', `bob---${HASH}`, 'bob', false],
    ['bob@', `bob---${HASH}`, 'bob---ffffffff', false],
    ['bob', 'bob', `bob---${HASH}`, false],
    ['bob', `bob--s---${HASH}`, `bob---${HASH}`, false],
    ['bob', `bob--s---${HASH}`, `b---${HASH}`, false],
    ['bob', 'bob', 'Bob', false],
    ['Bob', `bob---${HASH}`, 'Alice', false]
  ])('%s in pod jupyter-%s with label %s: %s', async (_, user, label, allowed) => {
    const pod = `jupyter-${user}`;
    const api = (await namespace.find('Pod', pod))
      ? namespace.as(await namespace.token(ACCOUNT, { pod }))
      : await waitingPod(namespace, pod);
    const manifest = volumeSnapshot(`claim-${user}.one`, `claim-${user}`, { labels: { [OWNER]: label } });
    expect(await tryCreate(api, manifest)).toMatch(allowed ? /^201$/ : /^403 .*only to its own user/);
  });
});
