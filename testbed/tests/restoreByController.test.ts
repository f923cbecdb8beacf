// What the controller decides by itself on a real cluster: who may restore, what blocks, whom the gate keeps away, and what
// is found again.
import { describeOnBed } from '../support/describeOnBed';
import { RestoreScene } from '../support/restoreScene';
import { TestPod } from '../support/testPod';
import { waitUntil } from '../support/waitUntil';

const RESTORE = 'datamark.github.io/v1alpha1:VolumeRestore';

describeOnBed('the controller', () => {
  let scene: RestoreScene;

  beforeAll(async () => {
    scene = await RestoreScene.open('controller');
  });
  afterAll(() => scene?.remove());

  test('waits for a pod that came in after the plan, and two controllers at once restore once', async () => {
    await scene.home('claim-ann');
    const before = await scene.hashOf('claim-ann');
    await scene.inClaim('claim-ann', 'echo after > file');
    const second = await scene.another();
    await second.start();
    const server = await scene.server('claim-ann');
    await scene.request('twice', { claimName: 'claim-ann', snapshotName: 'claim-ann.before' }, server);
    const planned = await scene.waitForPhase('twice', 'Planned');
    expect(planned.status.plan).toMatchObject({ blockers: [], strategy: 'swap', stopsServer: true });
    await scene.approve('twice', server);
    await scene.waitForPhase('twice', 'WaitingForRelease');
    await TestPod.start(scene.namespace, 'nightly', { claims: { '/data': 'claim-ann' } });
    await scene.shutDown(server);
    const waitsFor = async () => (await scene.restore('twice')).status.message.includes('nightly');
    await waitUntil('the restore to wait for pod nightly', waitsFor);
    await scene.namespace.delete('Pod', 'nightly');
    const { status } = await scene.waitForPhase('twice', 'Succeeded', { seconds: 90 });
    await second.stop();
    expect(status.conditions.every(condition => condition.status === 'True')).toBe(true);
    expect(await scene.hashOf('claim-ann')).toBe(before);
    expect(await scene.leftovers()).toEqual([]);
  });

  test('cancels while it waits for the server, and leaves everything as it was', async () => {
    await scene.home('claim-bob', { user: 'bob' });
    const server = await scene.server('claim-bob', { user: 'bob' });
    const { uid } = (await scene.namespace.get('PersistentVolumeClaim', 'claim-bob')).metadata;
    await scene.request('cancelled', { claimName: 'claim-bob', snapshotName: 'claim-bob.before' }, server);
    await scene.waitForPhase('cancelled', 'Planned');
    await scene.approve('cancelled', server);
    await scene.waitForPhase('cancelled', 'WaitingForRelease');
    await scene.cancel('cancelled', server);
    await scene.waitForPhase('cancelled', 'Cancelled');
    await scene.waitUntilSettled('cancelled');
    expect((await scene.namespace.get('PersistentVolumeClaim', 'claim-bob')).metadata.uid).toBe(uid);
    expect((await scene.namespace.get('Pod', server.name)).metadata.uid).toBe(server.uid);
    expect(await scene.leftovers()).toEqual([]);
    await server.pod.stop();
  });

  test('refuses a server that mounts a part, and names what blocks: another’s snapshot, another pod, a full quota', async () => {
    await scene.home('claim-cat', { user: 'cat' });
    const part = await TestPod.start(scene.namespace, 'jupyter-part', {
      claims: { '/home/jovyan': { claim: 'claim-cat', subPath: 'cat' } },
      serviceAccount: 'notebook',
      labels: { 'hub.jupyter.org/username': 'cat' }
    });
    const { uid = '' } = (await scene.namespace.get('Pod', 'jupyter-part')).metadata;
    const server = await scene.server('claim-cat', { user: 'cat' });
    const token = await scene.namespace.token('notebook', { pod: 'jupyter-part' });
    const byPart = { pod: part, name: 'jupyter-part', uid, as: scene.namespace.as(token) };
    await scene.request('part', { claimName: 'claim-cat', snapshotName: 'claim-cat.before' }, byPart);
    const refused = await scene.waitForPhase('part', 'Failed');
    expect(refused.status.problem).toMatchObject({ type: 'forbidden', detail: expect.stringContaining('only a part') });

    await scene.namespace.create({
      apiVersion: 'v1',
      kind: 'ResourceQuota',
      metadata: { name: 'claims' },
      spec: { hard: { persistentvolumeclaims: '0' } }
    });
    const counted = async () => {
      const quota = await scene.namespace.get('ResourceQuota', 'claims');
      return JSON.stringify(quota).includes('"used"');
    };
    await waitUntil('the quota to be counted', counted);
    await scene.request('blocked', { claimName: 'claim-cat', snapshotName: 'claim-ann.before' }, server);
    const { status } = await scene.waitForPhase('blocked', 'Planned');
    expect(status.plan?.blockers.map(({ kind, object }) => [kind, object])).toEqual([
      ['snapshot-of-other-volume', 'claim-ann.before'],
      ['quota', 'claims'],
      ['pod', 'jupyter-part']
    ]);
    await scene.approve('blocked', server);
    expect((await scene.waitForPhase('blocked', 'Failed')).status.problem?.type).toBe('restore-blocked');
    await scene.namespace.delete('ResourceQuota', 'claims');
    await part.stop();
    await server.pod.stop();
  });

  test('finds a restore again by the volume that it has kept, and undoes it', async () => {
    await scene.home('claim-dan', { user: 'dan' });
    await scene.inClaim('claim-dan', 'echo after > file');
    const after = await scene.hashOf('claim-dan');
    await scene.request('lost', { claimName: 'claim-dan', snapshotName: 'claim-dan.before' });
    await scene.waitForPhase('lost', 'Planned');
    await scene.approve('lost');
    await scene.waitForPhase('lost', 'Succeeded', { seconds: 90 });
    const isKept = async (): Promise<boolean> =>
      (await scene.restore('lost')).status.pending.some(words => words.includes('is kept for an undo'));
    // Written on the volume right after the end; what a controller that dies before has left has no such mark.
    await waitUntil('the volume to be kept for an undo', isKept);
    await scene.controller.kill();
    await scene.namespace.delete(RESTORE, 'lost');
    await scene.controller.start();
    await waitUntil('the restore to be made again', async () => Boolean(await scene.namespace.find(RESTORE, 'lost')));
    const { spec } = await scene.waitForPhase('lost', 'Succeeded');
    expect(spec.snapshotName).toBe('claim-dan.before');

    await scene.request('found', { claimName: 'claim-dan', undoOf: 'lost' });
    await scene.waitForPhase('found', 'Planned');
    await scene.approve('found');
    await scene.waitForPhase('found', 'Succeeded', { seconds: 90 });
    expect(await scene.hashOf('claim-dan')).toBe(after);
    expect(await scene.leftovers()).toEqual([]);
  });
});
