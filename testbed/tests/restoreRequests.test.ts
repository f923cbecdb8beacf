// deploy/policies/restores.yaml: who asked for a restore is what the token says, and nobody else approves it.
import { controllerToken, installController, uninstallController } from '../support/controllerManifests';
import { at, type KubernetesObject } from '../support/kubernetesObject';
import { serviceAccount, volumeRestore } from '../support/manifests';
import { ACCOUNT, SharedAccountScene, tryCreate, waitingPod } from '../support/sharedAccount';
import type { TestNamespace } from '../support/testNamespace';
import { waitUntil } from '../support/waitUntil';

let scene: SharedAccountScene;
let namespace: TestNamespace;
let ann: TestNamespace;
let bob: TestNamespace;
let approver: TestNamespace;
let unbound: TestNamespace;
let elsewhere: TestNamespace;
const uids = new Map<string, string>();

const requester = (podName: string, podUid = uids.get(podName)) => ({ podName, podUid });
const restore = (name: string, spec: Record<string, unknown>) =>
  volumeRestore(name, 'claim-ann', { snapshotName: 'claim-ann.one', ...spec });
const asked = (by: Record<string, unknown> | null): KubernetesObject =>
  restore('claim-ann.r', by === null ? {} : { requester: by });
const byPolicy = (message: string) =>
  new RegExp(`^403 .*ValidatingAdmissionPolicy 'datamark-restore-requests'.*denied request: ${message}`);
const refusedBy = (message: string) => ({ status: 403, message: expect.stringContaining(message) });
const NOT_BOUND = byPolicy('this token is not bound to a pod of the namespace');

async function server(name: string): Promise<TestNamespace> {
  const api = await waitingPod(namespace, name);
  uids.set(name, String((await namespace.get('Pod', name)).metadata.uid));
  return api;
}

/** Gives an account of a namespace a role here, by the name of the role. */
async function bind(role: string, account: string, of: string): Promise<void> {
  await namespace.create({
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'RoleBinding',
    metadata: { name: `${role}-${account}-${of}` },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: role },
    subjects: [{ kind: 'ServiceAccount', name: account, namespace: of }]
  });
}

beforeAll(async () => {
  scene = await SharedAccountScene.open('requests');
  ({ namespace } = scene);
  await installController(scene.cluster);
  ann = await server('jupyter-ann');
  bob = await server('jupyter-bob');
  unbound = namespace.as(await namespace.token(ACCOUNT));
  await namespace.create(serviceAccount('helpdesk'));
  await bind('datamark-approver', 'helpdesk', namespace.name);
  approver = namespace.as(await namespace.token('helpdesk'));

  const other = await scene.cluster.namespace('requests-elsewhere');
  await other.create(serviceAccount(ACCOUNT));
  await waitingPod(other, 'jupyter-ann');
  elsewhere = other;
  await bind('datamark-user', ACCOUNT, other.name);
  await waitUntil('the policy to act', async () => byPolicy('').test(await tryCreate(ann, asked(null))));
});

afterAll(async () => {
  await elsewhere.remove();
  await namespace.remove();
  await uninstallController(scene.cluster);
  scene.cluster.close();
});

describe('a server', () => {
  test('asks for itself', async () => {
    expect(await tryCreate(ann, asked(requester('jupyter-ann')))).toBe('201');
  });

  test.each([
    ['nobody', () => null],
    ['another', () => requester('jupyter-bob')],
    ['another’s name', () => requester('jupyter-bob', uids.get('jupyter-ann'))],
    ['another’s uid', () => requester('jupyter-ann', uids.get('jupyter-bob'))],
    ['an earlier life', () => requester('jupyter-ann', 'earlier')]
  ])('does not ask for %s', async (_, by) => {
    expect(await tryCreate(ann, asked(by()))).toMatch(
      byPolicy(
        `spec.requester must be the pod that this token is bound to: podName jupyter-ann, podUid ${uids.get('jupyter-ann')}`
      )
    );
  });
});

describe('without a token of a pod of the namespace', () => {
  test('the same account asks for nothing', async () => {
    expect(await tryCreate(unbound, asked(null))).toMatch(NOT_BOUND);
    expect(await tryCreate(unbound, asked(requester('jupyter-ann')))).toMatch(NOT_BOUND);
  });

  test('a pod of the same name in another namespace asks for nothing', async () => {
    const token = await elsewhere.token(ACCOUNT, { pod: 'jupyter-ann' });
    const uid = String((await elsewhere.get('Pod', 'jupyter-ann')).metadata.uid);
    for (const by of [null, requester('jupyter-ann', uid), requester('jupyter-ann')]) {
      expect(await tryCreate(namespace.as(token), asked(by))).toMatch(NOT_BOUND);
    }
  });

  test('who has the verb approve asks, in nobody’s name', async () => {
    expect(await tryCreate(approver, asked(null))).toBe('201');
    expect(await tryCreate(namespace, asked(null))).toBe('201');
    const forOther = byPolicy('spec.requester is for the token of that pod alone: leave it out');
    expect(await tryCreate(approver, asked(requester('jupyter-ann')))).toMatch(forOther);
  });

  test('the verb holds for the restore that a role names', async () => {
    await namespace.create(serviceAccount('one-only'));
    await namespace.create({
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'Role',
      metadata: { name: 'one-only' },
      rules: [
        { apiGroups: ['datamark.github.io'], resources: ['volumerestores'], verbs: ['create'] },
        {
          apiGroups: ['datamark.github.io'],
          resources: ['volumerestores'],
          resourceNames: ['claim-ann.r'],
          verbs: ['approve']
        }
      ]
    });
    await namespace.create({
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'RoleBinding',
      metadata: { name: 'one-only' },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'one-only' },
      subjects: [{ kind: 'ServiceAccount', name: 'one-only', namespace: namespace.name }]
    });
    const oneOnly = namespace.as(await namespace.token('one-only'));
    expect(await tryCreate(oneOnly, asked(null))).toBe('201');
    expect(await tryCreate(oneOnly, restore('claim-ann.other', {}))).toMatch(NOT_BOUND);
  });

  test('the controller makes those of kept volumes again, whoever asked for them', async () => {
    const controller = namespace.as(await controllerToken(scene.cluster));
    expect(await tryCreate(controller, asked(null))).toBe('201');
    expect(await tryCreate(controller, asked(requester('jupyter-ann', 'earlier')))).toBe('201');
  });
});

describe('approved', () => {
  const approve = (by: TestNamespace, name: string) => by.patch('VolumeRestore', name, { spec: { approved: true } });
  const cancel = (by: TestNamespace, name: string) => by.patch('VolumeRestore', name, { spec: { cancel: true } });
  let made = 0;
  const ofAnn = async () => {
    made += 1;
    const name = `claim-ann.r${made}`;
    await ann.create(restore(name, { requester: requester('jupyter-ann') }));
    return name;
  };

  test('by the pod that asked', async () => {
    const name = await ofAnn();
    expect(at(await approve(ann, name), 'spec', 'approved')).toBe(true);
    await cancel(ann, name);
  });

  test('by who has the verb', async () => {
    await approve(approver, await ofAnn());
    await approve(namespace, await ofAnn());
  });

  test('by no other pod, token or life of that pod', async () => {
    const name = await ofAnn();
    const message = `${name} is approved by the pod that asked for it (jupyter-ann), or with the verb approve`;
    await expect(approve(bob, name)).rejects.toMatchObject(refusedBy(message));
    await expect(approve(unbound, name)).rejects.toMatchObject(refusedBy(message));

    await namespace.delete('Pod', 'jupyter-ann', { gracePeriodSeconds: 0 });
    await namespace.waitUntilGone('Pod', 'jupyter-ann');
    const again = await server('jupyter-ann');
    await expect(approve(again, name)).rejects.toMatchObject(refusedBy(message));
    expect(at(await cancel(again, name), 'spec', 'cancel')).toBe(true);
  });

  test('and cancelled by no other pod or token', async () => {
    const bobs = 'claim-bob.r';
    await bob.create(restore(bobs, { requester: requester('jupyter-bob') }));
    const again = namespace.as(await namespace.token(ACCOUNT, { pod: 'jupyter-ann' }));
    const message = `${bobs} is cancelled by the server that asked for it (jupyter-bob), or with the verb approve`;
    for (const other of [again, unbound]) {
      await expect(cancel(other, bobs)).rejects.toMatchObject(refusedBy(message));
    }
    await cancel(approver, bobs);
  });

  test('where a person asked, by no server', async () => {
    await approver.create(restore('claim-ann.helped', {}));
    await expect(approve(bob, 'claim-ann.helped')).rejects.toMatchObject(
      refusedBy('claim-ann.helped is approved by the pod that asked for it, or with')
    );
    await expect(cancel(bob, 'claim-ann.helped')).rejects.toMatchObject(
      refusedBy('claim-ann.helped is cancelled by the server that asked for it, or with')
    );
    await approve(approver, 'claim-ann.helped');
  });
});

test('whether a restore is under way is the controller’s to say, so that nobody opens its gate', async () => {
  const UNDER_WAY = 'datamark.github.io/under-way';
  const controller = namespace.as(await controllerToken(scene.cluster));
  const refused = byPolicy("label and finalizer datamark.github.io/under-way are datamark-controller's to write");
  const byBob = { requester: requester('jupyter-bob') };
  const forged = restore('claim-ann.forged', byBob);
  expect(
    await tryCreate(bob, { ...forged, metadata: { ...forged.metadata, labels: { [UNDER_WAY]: 'true' } } })
  ).toMatch(refused);
  await bob.create(restore('claim-ann.way', byBob));
  const change = (by: TestNamespace, metadata: Record<string, unknown>) =>
    by.patch('VolumeRestore', 'claim-ann.way', { metadata });
  const message = refusedBy('datamark.github.io/under-way are');
  await expect(change(bob, { labels: { [UNDER_WAY]: 'true' } })).rejects.toMatchObject(message);
  await change(controller, { labels: { [UNDER_WAY]: 'true' }, finalizers: [UNDER_WAY] });
  for (const metadata of [{ labels: { [UNDER_WAY]: null } }, { labels: { [UNDER_WAY]: 'no' } }, { finalizers: [] }]) {
    await expect(change(bob, metadata)).rejects.toMatchObject(message);
  }
  await change(bob, { annotations: { 'datamark.github.io/count-changes': 'yes' } });
  await change(approver, { finalizers: [] });
  await change(controller, { labels: { [UNDER_WAY]: null } });
});

test('the status is the controller’s alone', async () => {
  await approver.create(restore('claim-ann.status', {}));
  const write = (by: TestNamespace, phase: string) =>
    by.patch('VolumeRestore', 'claim-ann.status', { status: { phase } }, '/status');
  // The role of most rights, and nothing beside it.
  await namespace.create(serviceAccount('manager'));
  await bind('datamark-manager', 'manager', namespace.name);
  const manager = namespace.as(await namespace.token('manager'));
  for (const user of [manager, approver]) {
    await expect(write(user, 'Planned')).rejects.toMatchObject({
      status: 403,
      message: expect.stringMatching(/cannot patch resource "volumerestores\/status"/)
    });
  }
  await write(namespace.as(await controllerToken(scene.cluster)), 'Planned');
});
