// Restores by another volume behind the claim, on the bed: what was replaced is kept, and each restore can be undone.
import { at, type KubernetesObject } from '../support/kubernetesObject';
import { describeOnBed } from '../support/describeOnBed';
import { RestoreScene } from '../support/restoreScene';
import { waitUntil } from '../support/waitUntil';

const FILL = `mkdir -p 'work dir/deep' && echo before > file && ln -s ../../nowhere link && chown -R 1000:100 . && chmod 700 .`;
const WORK = `echo after > file && rm -r 'work dir' && echo later > new`;
/** For a test that restores again and again. */
const FOUR_RESTORES_MS = 300_000;
const UNDO_OF = 'datamark.github.io/undo-of';

describeOnBed('a restore by swap', () => {
  let scene: RestoreScene;

  beforeAll(async () => {
    scene = await RestoreScene.open('swap', { settings: { passingFinalizers: ['tests.example/held'] } });
  });
  afterAll(() => scene?.remove());

  /** From the request to the end, where nothing uses the volume. */
  async function restore(name: string, spec: Parameters<RestoreScene['request']>[1]): Promise<void> {
    await scene.request(name, { ...(spec.undoOf === undefined ? { strategy: 'swap' as const } : {}), ...spec });
    await scene.waitForPhase(name, 'Planned');
    await scene.approve(name);
    await scene.waitForPhase(name, 'Succeeded', { seconds: 90 });
  }

  const claimOf = (name: string): Promise<KubernetesObject> => scene.namespace.get('PersistentVolumeClaim', name);
  test('brings the home of a running server back, with its labels, and an undo brings the work since back', async () => {
    await scene.home('home', { fill: FILL });
    const before = await scene.hashOf('home');
    await scene.inClaim('home', WORK);
    const after = await scene.hashOf('home');
    const old = await claimOf('home');
    const server = await scene.server('home');

    await scene.request('restore', { claimName: 'home', snapshotName: 'home.before', strategy: 'swap' }, server);
    await scene.waitForPhase('restore', 'Planned');
    await scene.approve('restore', server);
    await scene.waitForPhase('restore', 'WaitingForRelease');
    await scene.shutDown(server);
    const { status } = await scene.waitForPhase('restore', 'Succeeded', { seconds: 90 });

    expect(await scene.hashOf('home')).toBe(before);
    const claim = await claimOf('home');
    expect(claim.metadata.uid).not.toBe(old.metadata.uid);
    expect(claim.metadata.labels).toMatchObject({
      'hub.jupyter.org/username': 'ann',
      'datamark.github.io/volume-id': old.metadata.uid
    });
    const kept = await scene.cluster.admin.get('PersistentVolume', status.undo?.volume ?? '');
    expect(kept.metadata.annotations?.[UNDO_OF]).toBe(`${scene.namespace.name}/restore`);
    expect(at(kept, 'spec', 'persistentVolumeReclaimPolicy')).toBe('Retain');
    expect(await scene.leftovers()).toEqual([]);

    await restore('undo', { claimName: 'home', undoOf: 'restore' });
    expect(await scene.hashOf('home')).toBe(after);
    expect(await scene.leftovers()).toEqual([]);
  });

  test('can be undone, and the undo too, with the work between them', async () => {
    await scene.home('again');
    await scene.inClaim('again', 'echo after > file');
    await restore('again.restore', { claimName: 'again', snapshotName: 'again.before' });
    await scene.inClaim('again', 'echo newer > file');

    await restore('again.undo', { claimName: 'again', undoOf: 'again.restore' });
    expect(await scene.inClaim('again', 'cat file')).toBe('after\n');
    await restore('again.redo', { claimName: 'again', undoOf: 'again.undo' });
    expect(await scene.inClaim('again', 'cat file')).toBe('newer\n');
    expect(await scene.leftovers()).toEqual([]);
  });

  test(
    'restores twice, from snapshots that are older than the first restore',
    async () => {
      await scene.home('twice', { fill: 'echo one > file', snapshot: 'twice.one' });
      await scene.inClaim('twice', 'echo two > file; sync');
      await scene.snapshot('twice.two', 'twice');
      await scene.inClaim('twice', 'echo three > file; sync');

      await restore('first', { claimName: 'twice', snapshotName: 'twice.one' });
      expect(await scene.inClaim('twice', 'cat file')).toBe('one\n');
      await restore('second', { claimName: 'twice', snapshotName: 'twice.two' });
      expect(await scene.inClaim('twice', 'cat file')).toBe('two\n');

      // Both undone, the last one first; what each replaced comes back, and none is undone twice.
      await restore('second.undo', { claimName: 'twice', undoOf: 'second' });
      expect(await scene.inClaim('twice', 'cat file')).toBe('one\n');
      await restore('first.undo', { claimName: 'twice', undoOf: 'first' });
      expect(await scene.inClaim('twice', 'cat file')).toBe('three\n');
      await scene.request('first.again', { claimName: 'twice', undoOf: 'first' });
      const again = await scene.waitForPhase('first.again', 'Planned');
      expect(again.status.plan?.blockers).toMatchObject([{ kind: 'nothing-to-undo', object: 'first' }]);
      expect(await scene.leftovers()).toEqual([]);
    },
    FOUR_RESTORES_MS
  );

  test('restores a volume of a class that waits for its first consumer', async () => {
    await scene.home('late', { storageClass: 'cow-wffc' });
    await scene.inClaim('late', 'echo after > file');
    await restore('waited', { claimName: 'late', snapshotName: 'late.before' });
    expect(await scene.inClaim('late', 'cat file')).toBe('before\n');
  });

  test('waits for room where a quota is full in the gap, and goes on when there is', async () => {
    await scene.home('tight');
    await scene.inClaim('tight', 'echo after > file');
    await scene.request('squeezed', { claimName: 'tight', snapshotName: 'tight.before', strategy: 'swap' });
    await scene.waitForPhase('squeezed', 'Planned');
    const before = (await scene.namespace.list('PersistentVolumeClaim')).length;
    // A finalizer holds the old claim, so that the quota is full before the new one is made.
    await scene.namespace.patch('PersistentVolumeClaim', 'tight', {
      metadata: { finalizers: ['tests.example/held', 'kubernetes.io/pvc-protection'] }
    });
    await scene.approve('squeezed');
    await scene.namespace.waitFor(
      'PersistentVolumeClaim',
      'tight',
      'deleted',
      one => one.metadata.deletionTimestamp !== undefined
    );
    const hard = { persistentvolumeclaims: String(before - 1) };
    await scene.namespace.create({
      apiVersion: 'v1',
      kind: 'ResourceQuota',
      metadata: { name: 'full' },
      spec: { hard }
    });
    await scene.namespace.waitFor('ResourceQuota', 'full', 'counted', one => at(one, 'status', 'used') !== undefined);
    await scene.namespace.patch('PersistentVolumeClaim', 'tight', { metadata: { finalizers: null } });
    await waitUntil('the restore to say what it waits for', async () =>
      (await scene.restore('squeezed')).status.message.includes('Quota full is used up')
    );

    await scene.namespace.delete('ResourceQuota', 'full');
    await scene.waitForPhase('squeezed', 'Succeeded');
    expect(await scene.inClaim('tight', 'cat file')).toBe('before\n');
  });
});
