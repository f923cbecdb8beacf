// What nobody should ask of the controller, asked of it on a real cluster: the plan names it, and nothing is changed.
import { at, textAt } from '../support/kubernetesObject';
import { claim, volumeSnapshot } from '../support/manifests';
import { describeOnBed } from '../support/describeOnBed';
import { RestoreScene, type UserServer } from '../support/restoreScene';
import { waitUntil } from '../support/waitUntil';

const RESTORE = 'datamark.github.io/v1alpha1:VolumeRestore';
const SNAPSHOT = 'VolumeSnapshot';
const HELD = 'tests.example/held';
const HOME = 'claim-ann';
const EARLIER = '2026-01-01T00:00:00Z';

describeOnBed('asked for what can’t be, the controller', () => {
  let scene: RestoreScene;
  let ann: UserServer;
  let uid: string | undefined;
  let asked = 0;

  beforeAll(async () => {
    scene = await RestoreScene.open('bad-input');
    await scene.home(HOME);
    await scene.namespace.create(claim('claim-bob', { size: '2Gi' }));
    await scene.snapshot('claim-bob.before', 'claim-bob');
    ann = await scene.server(HOME);
    ({ uid } = (await scene.namespace.get('PersistentVolumeClaim', HOME)).metadata);
  });
  afterAll(() => scene?.remove());

  /** Each test leaves Ann’s home as it was. */
  afterEach(async () => {
    const now = await scene.namespace.get('PersistentVolumeClaim', HOME);
    expect(now.metadata).toMatchObject({ uid });
    expect(at(now, 'status', 'phase')).toBe('Bound');
    expect(await ann.pod.sh('cat /home/jovyan/file')).toBe('before\n');
  });

  const ask = (spec: object, by?: UserServer): Promise<string> => {
    asked += 1;
    return scene.request(`asked-${asked}`, { claimName: HOME, ...spec }, by);
  };
  const restore = async (): Promise<string> => {
    const name = await ask({ snapshotName: `${HOME}.before` }, ann);
    await scene.waitForPhase(name, 'Planned');
    return name;
  };
  const blockersOf = async (snapshotName: string): Promise<[string, string][]> => {
    const name = await ask({ snapshotName }, ann);
    const { status } = await scene.waitForPhase(name, 'Planned');
    return (status.plan?.blockers ?? []).map(({ kind, object }) => [kind, object]);
  };
  /** As only an admin can. */
  const edit = (name: string, status: object) => scene.namespace.patch(RESTORE, name, { status }, '/status');

  test('goes back to no snapshot of another volume, whatever it is called and labelled', async () => {
    const { labels } = (await scene.namespace.get('PersistentVolumeClaim', HOME)).metadata;
    const disguised = volumeSnapshot(`${HOME}.mine`, 'claim-bob', {
      labels: { ...labels, 'datamark.github.io/volume-id': uid ?? '' }
    });
    await scene.namespace.create(disguised);
    await scene.namespace.waitUntilReady(`${HOME}.mine`);

    expect(await blockersOf('claim-bob.before')).toEqual([['snapshot-of-other-volume', 'claim-bob.before']]);
    expect(await blockersOf(`${HOME}.mine`)).toEqual([['snapshot-of-other-volume', `${HOME}.mine`]]);
  });

  test('goes back to no snapshot that was imported by its handle', async () => {
    const source = await scene.namespace.get(SNAPSHOT, `${HOME}.before`);
    const { admin } = scene.cluster;
    const CONTENT = 'VolumeSnapshotContent';
    const of = await admin.get(CONTENT, textAt(source, 'status', 'boundVolumeSnapshotContentName'));
    const name = `imported-${scene.namespace.name}`;
    await admin.create({
      apiVersion: of.apiVersion,
      kind: CONTENT,
      metadata: { name },
      spec: {
        driver: at(of, 'spec', 'driver'),
        deletionPolicy: 'Retain',
        source: { snapshotHandle: textAt(of, 'status', 'snapshotHandle') },
        volumeSnapshotRef: { namespace: scene.namespace.name, name: 'imported' }
      }
    });
    try {
      await scene.namespace.create({
        apiVersion: 'snapshot.storage.k8s.io/v1',
        kind: SNAPSHOT,
        metadata: { name: 'imported' },
        spec: { source: { volumeSnapshotContentName: name } }
      });
      await scene.namespace.waitUntilReady('imported');

      expect(await blockersOf('imported')).toEqual([['snapshot-of-other-volume', 'imported']]);
    } finally {
      await scene.namespace.delete(SNAPSHOT, 'imported');
      await scene.namespace.waitUntilGone(SNAPSHOT, 'imported');
      await admin.delete(CONTENT, name);
    }
  });

  test('goes back to none of another namespace, of a larger volume, or that is being deleted', async () => {
    expect(await blockersOf('elsewhere.before')).toEqual([['snapshot-not-found', 'elsewhere.before']]);

    await scene.snapshot(`${HOME}.large`, HOME);
    await scene.namespace.patch(SNAPSHOT, `${HOME}.large`, { status: { restoreSize: '3Gi' } }, '/status');
    expect(await blockersOf(`${HOME}.large`)).toEqual([['size', `${HOME}.large`]]);

    await scene.namespace.patch(SNAPSHOT, `${HOME}.large`, { metadata: { finalizers: [HELD] } });
    await scene.namespace.delete(SNAPSHOT, `${HOME}.large`);
    expect(await blockersOf(`${HOME}.large`)).toEqual([['snapshot-deleting', `${HOME}.large`]]);
    await scene.namespace.patch(SNAPSHOT, `${HOME}.large`, { metadata: { finalizers: null } });
  });

  test('goes back to none that is not ready, and says what that one blocks besides', async () => {
    const name = `${HOME}.never`;
    await scene.namespace.create(volumeSnapshot(name, HOME, { snapshotClass: 'no-such-class' }));

    expect(await blockersOf(name)).toEqual([
      ['snapshot-not-ready', name],
      ['snapshot-in-progress', name]
    ]);
    await scene.namespace.delete(SNAPSHOT, name);
    await scene.namespace.waitUntilGone(SNAPSHOT, name);
  });

  test('touches no claim that the server does not mount, and none that is not there', async () => {
    const others = await ask({ claimName: 'claim-bob', snapshotName: 'claim-bob.before' }, ann);
    const nobodys = await ask({ claimName: 'claim-nobody', snapshotName: 'claim-bob.before' }, ann);

    const { problem } = (await scene.waitForPhase(others, 'Failed')).status;
    expect(problem).toMatchObject({ type: 'forbidden', detail: expect.stringContaining('does not mount claim-bob') });
    expect((await scene.waitForPhase(nobodys, 'Failed')).status.problem?.type).toBe('volume-not-found');
  });

  test('undoes nothing that is no restore, has changed nothing, or was of another volume', async () => {
    const changedNothing = await restore();
    const ofBob = await ask({ claimName: 'claim-bob', snapshotName: 'claim-bob.before' });
    for (const undoOf of ['nothing', changedNothing, ofBob]) {
      const { status } = await scene.waitForPhase(await ask({ undoOf }, ann), 'Planned');
      expect(status.plan?.blockers).toMatchObject([{ kind: 'nothing-to-undo', object: undoOf }]);
    }
  });

  test('does not begin what is approved too late', async () => {
    const name = await restore();
    await scene.controller.kill();
    await edit(name, { plan: { validUntil: EARLIER } });
    await scene.approve(name, ann);
    await scene.controller.start();

    const { status } = await scene.waitForPhase(name, 'Cancelled');
    expect(status.problem).toMatchObject({ type: 'plan-expired' });
    expect(status.temporaryClaim ?? null).toBeNull();
  });

  test('does one of two restores at once, and nothing by a status that somebody has edited', async () => {
    const first = await restore();
    const second = await restore();
    await Promise.all([scene.approve(first, ann), scene.approve(second, ann)]);
    const ended = async (name: string) => (await scene.restore(name)).status.phase === 'Failed';
    const loser = await waitUntil('one of two restores to be refused', async () =>
      (await ended(first)) ? first : (await ended(second)) && second
    );
    const winner = loser === first ? second : first;
    expect((await scene.restore(loser)).status.problem?.type).toMatch(/^(operation-in-progress|restore-blocked)$/);
    await scene.waitForPhase(winner, 'WaitingForRelease', { seconds: 90 });

    const bob = await scene.namespace.get('PersistentVolumeClaim', 'claim-bob');
    const said = (words: string) => async () => (await scene.restore(winner)).status.message.includes(words);
    await edit(winner, { phase: 'Restoring' });
    await waitUntil('an unreleased restore to be left alone', said('Nothing is done'));
    const { claim: recorded } = (await scene.restore(winner)).status;
    await edit(winner, { phase: 'WaitingForRelease', claim: { ...recorded, uid: bob.metadata.uid } });
    await waitUntil('another claim to be left alone', said('the recorded claim is not'));
    await edit(winner, { claim: recorded });
    await scene.cancel(winner, ann);

    await scene.waitForPhase(winner, 'Cancelled');
    await scene.waitUntilSettled(winner);
    expect((await scene.namespace.get('PersistentVolumeClaim', 'claim-bob')).metadata.uid).toBe(bob.metadata.uid);
    expect(await scene.leftovers()).toEqual([]);
  });
});
