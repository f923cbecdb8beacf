// Two users of one shared account: what one tries on the other's restores, with the policies for both ways to name claims.
import { installController, uninstallController } from '../support/controllerManifests';
import { at, type KubernetesObject } from '../support/kubernetesObject';
import { volumeRestore } from '../support/manifests';
import { ACCOUNT, SharedAccountScene, tryCreate, waitingPod } from '../support/sharedAccount';
import type { TestNamespace } from '../support/testNamespace';
import { waitUntil } from '../support/waitUntil';

const OWNER = 'datamark.github.io/owner';
const VOLUME_ID = 'datamark.github.io/volume-id';

describe.each([
  ['isolation.yaml', 'shared-account', 'datamark-own-restores', 'claim-bob'],
  ['isolation-by-table.yaml', 'shared-account-by-table', 'datamark-own-restores-by-table', 'home-of-bob']
])('with %s', (file, label, policy, home) => {
  const theirs = home.replace('bob', 'alice');
  let scene: SharedAccountScene;
  let namespace: TestNamespace;
  let bob: TestNamespace;
  let alice: TestNamespace;
  let uid: string;

  const restore = (name: string, claimName: string, spec: Record<string, unknown> = {}) =>
    volumeRestore(name, claimName, {
      ...('undoOf' in spec ? {} : { snapshotName: 'nightly-7' }),
      requester: { podName: 'jupyter-bob', podUid: uid },
      ...spec
    });
  const labelled = (object: KubernetesObject, labels: Record<string, string>) => ({
    ...object,
    metadata: { ...object.metadata, labels }
  });
  const refused = (message: string) =>
    new RegExp(`^403 .*ValidatingAdmissionPolicy '${policy}' .*denied request: .*${message}`);
  const byPolicy = (message: string) => ({
    status: 403,
    message: expect.stringMatching(refused(message).source.slice(5))
  });
  /** An approval or a cancellation: policies/restores.yaml refuses it too, and the API server tells of one of the two. */
  const byAnyPolicy = (message: string) => ({
    status: 403,
    message: expect.stringMatching(`${message}|is (approved by the pod|cancelled by the server) that asked for it`)
  });

  beforeAll(async () => {
    scene = await SharedAccountScene.open('restore-attacks', `policies/${file}`);
    ({ namespace } = scene);
    await installController(scene.cluster);
    await namespace.create({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'datamark-claims' },
      data: { 'jupyter-bob': home, 'jupyter-alice': theirs }
    });
    await scene.isolate({ label });
    bob = await waitingPod(namespace, 'jupyter-bob');
    alice = await waitingPod(namespace, 'jupyter-alice');
    uid = String((await namespace.get('Pod', 'jupyter-bob')).metadata.uid);
    const other = restore(`${theirs}.probe`, theirs);
    await waitUntil('the policy to act', async () => refused('').test(await tryCreate(bob, other)));
    const podUid = String((await namespace.get('Pod', 'jupyter-alice')).metadata.uid);
    const requester = { podName: 'jupyter-alice', podUid };
    await alice.create(labelled(restore(`${theirs}.r`, theirs, { requester }), { [OWNER]: 'alice', [VOLUME_ID]: 'a' }));
  });

  afterAll(async () => {
    await scene.close();
    await uninstallController(scene.cluster);
  });

  test('each restores the own volume and clones of it, and undoes that', async () => {
    expect(await tryCreate(bob, labelled(restore(`${home}.r`, home), { [OWNER]: 'bob' }))).toBe('201');
    expect(await tryCreate(bob, restore(`${home}.r`, `${home}.copy`))).toBe('201');
    expect(await tryCreate(bob, restore(`${home}.r`, home, { undoOf: `${home}.r0` }))).toBe('201');
  });

  test('not the other’s, whatever the restore is called', async () => {
    const notOwn = refused(`pod jupyter-bob restores only its own volume, as ${home}.<name>, not`);
    expect(await tryCreate(bob, restore(`${theirs}.r2`, theirs))).toMatch(notOwn);
    expect(await tryCreate(bob, restore(`${home}.r2`, theirs))).toMatch(notOwn);
    expect(await tryCreate(bob, restore(`${theirs}.r2`, home))).toMatch(notOwn);
    expect(await tryCreate(bob, restore('r2', home))).toMatch(notOwn);
    expect(await tryCreate(bob, restore(`${home}.r2`, `${home}by`))).toMatch(notOwn);
    expect(await tryCreate(bob, restore(`${home}.r2`, `${theirs}.copy`))).toMatch(notOwn);
    const generated = { ...restore('', theirs), metadata: { generateName: `${home}.x` } };
    expect(await tryCreate(bob, generated)).toMatch(notOwn);
    await expect(bob.apply(restore(`${home}.applied`, theirs))).rejects.toMatchObject(
      byPolicy('restores only its own')
    );
  });

  test('nor what the other’s restore replaced', async () => {
    expect(await tryCreate(bob, restore(`${home}.r2`, home, { undoOf: `${theirs}.r` }))).toMatch(
      refused(`undoes only restores of its own volume, named ${home}.<name>, not ${theirs}.r`)
    );
  });

  test('the other’s restore is not approved, cancelled, relabelled or deleted', async () => {
    const message = byPolicy('pod jupyter-bob restores only its own volume');
    for (const change of [
      { metadata: { labels: { [OWNER]: 'bob' } } },
      { metadata: { annotations: { 'datamark.github.io/count-changes': 'yes' } } }
    ]) {
      await expect(bob.patch('VolumeRestore', `${theirs}.r`, change)).rejects.toMatchObject(message);
    }
    for (const spec of [{ approved: true }, { cancel: true }]) {
      await expect(bob.patch('VolumeRestore', `${theirs}.r`, { spec })).rejects.toMatchObject(
        byAnyPolicy('pod jupyter-bob restores only its own volume')
      );
    }
    await expect(bob.delete('VolumeRestore', `${theirs}.r`)).rejects.toMatchObject(message);
    const collection = await bob.account.path('VolumeRestore', namespace.name);
    await expect(bob.account.ask('DELETE', collection)).rejects.toMatchObject(message);
    await alice.patch('VolumeRestore', `${theirs}.r`, { spec: { cancel: true } });
  });

  test('no label, finalizer or status is forged, on the own restore either', async () => {
    expect(await tryCreate(bob, labelled(restore(`${home}.l`, home), { [OWNER]: 'alice' }))).toMatch(
      refused('only to its own user')
    );
    const asHub = labelled(restore(`${home}.l`, home), { 'hub.jupyter.org/username': 'alice' });
    expect(await tryCreate(bob, asHub)).toMatch(refused("the hub's to write"));
    await bob.create(labelled(restore(`${home}.own`, home), { [OWNER]: 'bob', [VOLUME_ID]: 'b' }));
    const change = (metadata: Record<string, unknown>) => bob.patch('VolumeRestore', `${home}.own`, { metadata });
    await expect(change({ labels: { [OWNER]: 'alice' } })).rejects.toMatchObject(byPolicy('only to its own user'));
    await expect(change({ labels: { [VOLUME_ID]: 'a' } })).rejects.toMatchObject(byPolicy('stays as it was made'));
    await expect(change({ finalizers: ['x.example.com/x'] })).rejects.toMatchObject(
      byPolicy('only labels, annotations')
    );
    const status = { status: { phase: 'Succeeded' } };
    await expect(bob.patch('VolumeRestore', `${home}.own`, status, '/status')).rejects.toMatchObject(
      byPolicy("the status is the controller's to write")
    );
    const counted = await change({ annotations: { 'datamark.github.io/count-changes': 'yes' } });
    expect(at(counted, 'metadata', 'annotations')).toEqual({ 'datamark.github.io/count-changes': 'yes' });
  });

  test('the account changes nothing with a token that is not bound to a server', async () => {
    const unbound = namespace.as(await namespace.token(ACCOUNT));
    expect(await tryCreate(unbound, restore(`${home}.r`, home))).toMatch(/^403 /);
    await expect(unbound.patch('VolumeRestore', `${theirs}.r`, { spec: { cancel: true } })).rejects.toMatchObject(
      byAnyPolicy('this token is not bound to a pod')
    );
  });
});
