// Restores by copying the files, on the bed: the home is equal to the snapshot, and an undo brings the work since back.
import { at } from '../support/kubernetesObject';
import { describeOnBed } from '../support/describeOnBed';
import { RestoreScene } from '../support/restoreScene';
import { waitUntil } from '../support/waitUntil';

const FILL = `mkdir -p 'work dir/deep' && echo before > file && echo one > 'work dir/one' && ln 'work dir/one' 'work dir/deep/hard'
  ln -s ../../nowhere link && truncate -s 4M sparse && printf x >> sparse && chown -R 1000:100 . && chmod 2750 'work dir'`;
const WORK = `echo after > file && rm -r 'work dir' && mkdir new && echo later > new/file && chown 1000:100 new`;

describeOnBed('a restore by copying', () => {
  let scene: RestoreScene;

  beforeAll(async () => {
    scene = await RestoreScene.open('copy');
  });
  afterAll(() => scene.remove());
  const flushed = async () =>
    (await scene.namespace.list('Event')).some(
      event =>
        event['reason'] === 'Started' && String(at(event, 'involvedObject', 'name')).startsWith('datamark-flush-')
    );
  const nothingIsLeft = async () => (await scene.leftovers()).length === 0;

  test('makes the home equal while its server is stopped, and an undo brings the work since back', async () => {
    await scene.home('home', { fill: FILL });
    const before = await scene.hashOf('home');
    await scene.inClaim('home', WORK);
    const after = await scene.hashOf('home');
    const server = await scene.server('home');
    const spec = { claimName: 'home', snapshotName: 'home.before', strategy: 'copy' as const };

    await scene.request('restore', spec, server);
    const planned = await scene.waitForPhase('restore', 'Planned');
    expect(planned.status.plan).toMatchObject({ strategy: 'copy', blockers: [], stopsServer: true });
    await scene.approve('restore', server);
    await scene.waitForPhase('restore', 'WaitingForRelease');
    await scene.shutDown(server);
    const { status } = await scene.waitForPhase('restore', 'Succeeded', { seconds: 90 });

    expect(status.undo).toMatchObject({ possible: true, snapshot: status.safetySnapshot?.name });
    await waitUntil('the pod that flushes the home to have started', flushed);
    await scene.waitUntilSettled('restore');
    await waitUntil('the storage to have freed what was made', nothingIsLeft);
    expect(await scene.hashOf('home')).toBe(before);

    await scene.request('undo', { claimName: 'home', undoOf: 'restore' });
    await scene.waitForPhase('undo', 'Planned');
    await scene.approve('undo');
    await scene.waitForPhase('undo', 'Succeeded', { seconds: 90 });

    await scene.waitUntilSettled('undo');
    expect(await scene.hashOf('home')).toBe(after);
    await waitUntil('the storage to have freed what was made', nothingIsLeft);
  });

  test('goes on after the controller was killed, the Job deleted and its pod killed, and ends equal', async () => {
    await scene.home('big', { fill: 'for i in $(seq 400); do head -c 200000 /dev/urandom > $i; done' });
    const before = await scene.hashOf('big');
    await scene.inClaim('big', 'for i in $(seq 400); do echo changed > $i; done');
    await scene.request('killed', { claimName: 'big', snapshotName: 'big.before', strategy: 'copy' });
    await scene.waitForPhase('killed', 'Planned');
    await scene.approve('killed');

    const { status } = await scene.waitForPhase('killed', ['Restoring', 'Verifying', 'Succeeded'], { every: 20 });
    await scene.controller.kill();
    const { name } = status.job ?? { name: '' };
    const foreground = { propagationPolicy: 'Foreground', gracePeriodSeconds: 0 };
    await scene.namespace.delete('batch/v1:Job', name, foreground).catch(() => undefined);
    await scene.controller.start();
    await scene.waitForPhase('killed', 'Succeeded', { seconds: 120 });

    await scene.waitUntilSettled('killed');
    expect(await scene.hashOf('big')).toBe(before);
    await waitUntil('the storage to have freed what was made', nothingIsLeft);
  });

  test('copies the safety snapshot back where the Job, its clone and the snapshot are deleted in the middle', async () => {
    await scene.home('cut', { fill: 'for i in $(seq 400); do head -c 200000 /dev/urandom > $i; done' });
    await scene.inClaim('cut', 'for i in $(seq 400); do echo changed > $i; done');
    const after = await scene.hashOf('cut');
    await scene.request('back', { claimName: 'cut', snapshotName: 'cut.before', strategy: 'copy' });
    await scene.waitForPhase('back', 'Planned');
    await scene.approve('back');
    const noted = async () => (await scene.restore('back')).status.job?.uid || undefined;
    await waitUntil('the Job to begin', noted, { every: 20 });

    await scene.controller.kill();
    const { job, temporaryClaim } = (await scene.restore('back')).status;
    const { namespace } = scene;
    await namespace.delete('batch/v1:Job', job?.name ?? '', { propagationPolicy: 'Background' });
    await namespace.delete('VolumeSnapshot', 'cut.before');
    await namespace.delete('PersistentVolumeClaim', temporaryClaim?.name ?? '');
    // Before that it would be told that the snapshot is being deleted.
    await namespace.waitUntilGone('VolumeSnapshot', 'cut.before');
    await scene.controller.start();
    const { status } = await scene.waitForPhase('back', 'RolledBack', { seconds: 120 });

    expect(status.problem).toMatchObject({ type: 'snapshot-not-found' });
    await scene.waitUntilSettled('back');
    expect(await scene.hashOf('cut')).toBe(after);
    await waitUntil('the storage to have freed what was made', nothingIsLeft);
  });

  test('says before the server stops that root is refused where it is', async () => {
    await scene.home('strict');
    const label = 'pod-security.kubernetes.io/enforce';
    const enforce = (level: string | null) =>
      scene.cluster.admin.patch('Namespace', scene.namespace.name, { metadata: { labels: { [label]: level } } });
    await enforce('restricted');
    try {
      await scene.request('refused', { claimName: 'strict', snapshotName: 'strict.before', strategy: 'copy' });
      await scene.waitForPhase('refused', 'Planned');
      await scene.approve('refused');

      const { status } = await scene.waitForPhase('refused', 'RolledBack');

      expect(status.problem?.detail).toMatch(/that needs a pod that runs as root.*PodSecurity/);
      expect(status.safetySnapshot ?? null).toBeNull();
    } finally {
      await enforce(null);
    }
    await scene.waitUntilSettled('refused');
    await waitUntil('the storage to have freed what was made', nothingIsLeft);
  });

  test('writes nothing where the safety snapshot does not get ready', async () => {
    await scene.home('unsafe');
    await scene.inClaim('unsafe', 'echo after > file');
    const after = await scene.hashOf('unsafe');
    // The safety snapshot has the class of the one that is gone back to.
    await scene.namespace.create({
      apiVersion: 'snapshot.storage.k8s.io/v1',
      kind: 'VolumeSnapshot',
      metadata: { name: 'unsafe.slow' },
      spec: { source: { persistentVolumeClaimName: 'unsafe' }, volumeSnapshotClassName: 'cow-slow' }
    });
    await scene.namespace.waitUntilReady('unsafe.slow');
    await scene.request('cancelled', { claimName: 'unsafe', snapshotName: 'unsafe.slow', strategy: 'copy' });
    await scene.waitForPhase('cancelled', 'Planned');
    await scene.approve('cancelled');
    const secured = async () => (await scene.restore('cancelled')).status.safetySnapshot?.uid;
    await waitUntil('the safety snapshot to be made', secured);

    await scene.cancel('cancelled');
    await scene.waitForPhase('cancelled', 'Cancelled');

    await scene.waitUntilSettled('cancelled');
    const snapshots = (await scene.namespace.list('VolumeSnapshot')).map(one => at(one, 'metadata', 'name'));
    expect(snapshots.filter(name => String(name).startsWith('unsafe.'))).toEqual(['unsafe.before', 'unsafe.slow']);
    expect(await scene.hashOf('unsafe')).toBe(after);
  });
});
