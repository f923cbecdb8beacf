// What comes in the way of a restore after its plan was free: it is looked for again when it is approved, and again right
// before the claim is deleted.
import { describeOnBed } from '../support/describeOnBed';
import { at } from '../support/kubernetesObject';
import { claim, volumeSnapshot } from '../support/manifests';
import { RestoreScene, type UserServer } from '../support/restoreScene';
import { pod } from '../support/testPod';
import { waitUntil } from '../support/waitUntil';

const HOME = 'claim-ann';
const CLAIM = 'PersistentVolumeClaim';

describeOnBed('after the plan', () => {
  let scene: RestoreScene;
  let server: UserServer;

  beforeAll(async () => {
    scene = await RestoreScene.open('late');
    await scene.home(HOME);
    server = await scene.server(HOME);
    await server.pod.sh('echo after > /home/jovyan/file; sync');
  });
  afterAll(() => scene?.remove());

  const planned = async (name: string, claimName: string, by?: UserServer): Promise<void> => {
    await scene.request(name, { claimName, snapshotName: `${claimName}.before`, strategy: 'swap' }, by);
    const { status } = await scene.waitForPhase(name, 'Planned');
    expect(status.plan?.blockers).toEqual([]);
  };
  const says = (name: string, words: string): Promise<unknown> =>
    waitUntil(`restore ${name} to say “${words}”`, async () =>
      (await scene.restore(name)).status.message.includes(words)
    );
  const uidOf = async (claimName: string) => (await scene.namespace.get(CLAIM, claimName)).metadata.uid;

  test('a class that is gone and a quota that is full end it at its approval, and nothing is made', async () => {
    const { admin } = scene.cluster;
    const { metadata, ...like } = await admin.get('StorageClass', 'cow');
    const name = `going-${scene.namespace.name}`;
    await admin.create({ ...like, metadata: { name } });
    await scene.namespace.create(claim('claim-cat', { storageClass: name }), claim('claim-dan'));
    await Promise.all([
      scene.snapshot('claim-cat.before', 'claim-cat'),
      scene.snapshot('claim-dan.before', 'claim-dan')
    ]);
    await planned('classless', 'claim-cat');
    await admin.delete('StorageClass', name);
    await scene.approve('classless');
    const { problem } = (await scene.waitForPhase('classless', 'Failed')).status;
    expect(problem).toMatchObject({ type: 'restore-blocked', detail: expect.stringContaining(name) });
    expect(metadata.name).toBe('cow');

    await planned('full', 'claim-dan');
    await scene.namespace.create({
      apiVersion: 'v1',
      kind: 'ResourceQuota',
      metadata: { name: 'claims' },
      spec: { hard: { persistentvolumeclaims: '3' } }
    });
    const counted = async () =>
      at(await scene.namespace.get('ResourceQuota', 'claims'), 'status', 'used') !== undefined;
    await waitUntil('the quota to be counted', counted);
    await scene.approve('full');
    expect((await scene.waitForPhase('full', 'Failed')).status.problem).toMatchObject({
      type: 'restore-blocked',
      detail: expect.stringContaining('Quota claims')
    });
    await scene.namespace.delete('ResourceQuota', 'claims');
    expect(await scene.leftovers()).toEqual([]);
  });

  test('a hold takes it back', async () => {
    const uid = await uidOf(HOME);
    await planned('held', HOME, server);
    await scene.approve('held', server);
    await scene.waitForPhase('held', 'WaitingForRelease', { seconds: 90 });
    const hold = (until: string | null) =>
      scene.namespace.patch(CLAIM, HOME, { metadata: { annotations: { 'datamark.github.io/held-until': until } } });
    await hold('forever');
    expect((await scene.waitForPhase('held', 'RolledBack')).status.problem?.detail).toContain(`${HOME} is held`);
    await scene.waitUntilSettled('held');
    await hold(null);
    expect(await uidOf(HOME)).toBe(uid);
    expect(await scene.leftovers()).toEqual([]);
  });

  test('a pod on no node, a snapshot that never gets ready and a clone that is not made are waited for by name, and it goes on without them', async () => {
    const { namespace } = scene;
    await planned('late', HOME, server);
    await scene.approve('late', server);
    await scene.waitForPhase('late', 'WaitingForRelease', { seconds: 90 });
    const nowhere = pod(scene.cluster.image, 'nowhere', { claims: { '/data': HOME } });
    nowhere.spec = { ...(nowhere.spec as object), schedulerName: 'nobody' };
    await namespace.create(nowhere, volumeSnapshot(`${HOME}.never`, HOME, { snapshotClass: 'no-such-class' }));
    await scene.shutDown(server);
    await says('late', 'pod nowhere');
    await namespace.delete('Pod', 'nowhere', { gracePeriodSeconds: 0 });
    await says('late', `Snapshot ${HOME}.never`);
    const { uid } = (await scene.restore('late')).status.claim ?? {};
    expect((await namespace.get(CLAIM, HOME)).metadata).toMatchObject({ uid });
    // Before the snapshot goes, so that the restore never sees nothing in its way. Of its class no pod is the first consumer.
    await namespace.create(claim(`${HOME}.unmade`, { from: { claim: HOME }, storageClass: 'cow-wffc' }));
    await namespace.delete('VolumeSnapshot', `${HOME}.never`);
    await says('late', `Clone ${HOME}.unmade`);
    await namespace.delete(CLAIM, `${HOME}.unmade`);

    await scene.waitForPhase('late', 'Succeeded', { seconds: 90 });
    expect(await scene.inClaim(HOME, 'cat file')).toBe('before\n');
    expect(await scene.leftovers()).toEqual([]);
  });
});
