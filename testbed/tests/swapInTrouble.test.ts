// Restores by swap on the bed while others meddle: claims of the same name in the gap, and the end of an undo's time.
import { Refused } from '../support/account';
import { at, textAt, type KubernetesObject } from '../support/kubernetesObject';
import { claim } from '../support/manifests';
import { describeOnBed } from '../support/describeOnBed';
import { RestoreScene } from '../support/restoreScene';
import { storageClass } from '../support/storageClass';
import { waitUntil } from '../support/waitUntil';

const HELD = 'tests.example/held';
const CLAIM = 'PersistentVolumeClaim';
const BINDING = 'ValidatingAdmissionPolicyBinding';

describeOnBed('a claim of the restored one’s name that somebody else makes', () => {
  let scene: RestoreScene;

  beforeAll(async () => {
    scene = await RestoreScene.open('gap', { settings: { passingFinalizers: [HELD] } });
  });
  afterAll(() => scene?.remove());

  /** Until the old claim is gone and the new one is not made: no controller runs, and the gap lasts. */
  async function intoTheGap(home: string, restore: string): Promise<void> {
    const { namespace, controller } = scene;
    await scene.home(home);
    await scene.request(restore, { claimName: home, snapshotName: `${home}.before`, strategy: 'swap' });
    await scene.waitForPhase(restore, 'Planned');
    await namespace.patch(CLAIM, home, { metadata: { finalizers: [HELD, 'kubernetes.io/pvc-protection'] } });
    await scene.approve(restore);
    await namespace.waitFor(CLAIM, home, 'deleted', one => one.metadata.deletionTimestamp !== undefined);
    await controller.kill();
    await namespace.patch(CLAIM, home, { metadata: { finalizers: null } });
    await namespace.waitUntilGone(CLAIM, home);
  }

  const volumeName = (one: KubernetesObject): unknown => at(one, 'spec', 'volumeName');

  test.each([
    ['like it', 'same', {}],
    ['of a class that waits for its first consumer', 'wffc', { storageClass: 'cow-wffc' }],
    ['of another class, and smaller', 'other', { storageClass: 'cow-retain', size: '10Mi' }]
  ])('%s gets the restored volume and is the restored claim', async (_, home, options) => {
    await intoTheGap(home, `r.${home}`);
    await scene.namespace.create(claim(home, options));
    await scene.namespace.waitUntilBound(home);
    await scene.controller.start();
    const { status } = await scene.waitForPhase(`r.${home}`, 'Succeeded');

    expect(await scene.inClaim(home, 'cat file')).toBe('before\n');
    const restored = await scene.namespace.get(CLAIM, home);
    expect(volumeName(restored)).toBe(status.newVolume?.name);
    expect(restored.metadata.labels).toMatchObject({
      'hub.jupyter.org/username': 'ann',
      'datamark.github.io/volume-id': status.claim?.uid
    });
    expect(await scene.leftovers()).toEqual([]);
  });

  test('that asks for more or for another access mode is refused, and the restore goes on', async () => {
    await intoTheGap('refused', 'r.refused');
    for (const options of [{ size: '2Gi' }, { accessModes: ['ReadWriteMany'] }]) {
      await expect(scene.namespace.create(claim('refused', options))).rejects.toThrow(Refused);
    }
    await scene.controller.start();
    await scene.waitForPhase('r.refused', 'Succeeded');
    expect(await scene.inClaim('refused', 'cat file')).toBe('before\n');
  });

  test('that got an empty volume, where the policy is missing, is left alone and told; both volumes stay', async () => {
    const { admin } = scene.cluster;
    await intoTheGap('empty', 'r.empty');
    const binding = await admin.get(BINDING, 'datamark-restore-claims');
    await admin.delete(BINDING, 'datamark-restore-claims');
    const larger = claim('empty', { size: '2Gi' });
    const made = async () => scene.namespace.create(larger).catch(() => undefined);
    await waitUntil('the policy to be gone', made);
    const foreign = await scene.namespace.waitUntilBound('empty');
    await scene.controller.start();
    await waitUntil('the restore to say what it waits for', async () =>
      (await scene.restore('r.empty')).status.message.includes('It is left alone: delete it')
    );
    const { oldVolume, newVolume } = (await scene.restore('r.empty')).status;
    expect((await scene.namespace.get(CLAIM, 'empty')).metadata.uid).toBe(foreign.metadata.uid);
    for (const volume of [oldVolume, newVolume]) {
      const kept = await admin.get('PersistentVolume', volume?.name ?? '');
      expect(at(kept, 'spec', 'persistentVolumeReclaimPolicy')).toBe('Retain');
    }
    await admin.create({
      apiVersion: binding.apiVersion,
      kind: BINDING,
      metadata: { name: 'datamark-restore-claims', labels: binding.metadata.labels },
      spec: binding.spec
    });

    await scene.namespace.delete(CLAIM, 'empty');
    await scene.waitForPhase('r.empty', 'Succeeded');
    expect(await scene.inClaim('empty', 'cat file')).toBe('before\n');
    expect(await scene.leftovers()).toEqual([]);
  });

  // The last one: it takes the scene's namespace away.
  test('can’t be made where the namespace is deleted: it goes, and both volumes are left to an admin', async () => {
    const { admin } = scene.cluster;
    await intoTheGap('ended', 'r.ended');
    const { oldVolume, newVolume, claim: recorded } = (await scene.restore('r.ended')).status;
    await admin.delete('Namespace', scene.namespace.name);
    await scene.controller.start();

    const gone = async () => (await admin.find('Namespace', scene.namespace.name)) === undefined;
    await waitUntil('the namespace to be gone', gone, { seconds: 90 });
    for (const volume of [oldVolume, newVolume]) {
      const left = await admin.get('PersistentVolume', volume?.name ?? '');
      expect(left.metadata.labels).toMatchObject({ 'datamark.github.io/left-volume': 'true' });
      expect(at(left, 'spec', 'persistentVolumeReclaimPolicy')).toBe('Retain');
      // Of the claim that is gone, so that none of its name ever gets it.
      expect(at(left, 'spec', 'claimRef', 'uid')).toBe(recorded?.uid);
    }
  });
});

describeOnBed('the end of an undo', () => {
  let scene: RestoreScene;
  const DEPENDED = 'kept-for-snapshots';

  /** All are restored at once: each of their ends is waited for. */
  beforeAll(async () => {
    scene = await RestoreScene.open('kept', { settings: { undoDays: 75 / 86_400 } });
    await storageClass(scene.cluster.admin, 'cow', DEPENDED, { parameters: { keptForSnapshots: 'true' } });
    const homes = { home: 'cow', retained: 'cow-retain', depended: DEPENDED };
    await Promise.all(
      Object.entries(homes).map(async ([name, of]) => {
        await scene.home(name, { storageClass: of });
        await scene.request(`r.${name}`, { claimName: name, snapshotName: `${name}.before`, strategy: 'swap' });
        await scene.waitForPhase(`r.${name}`, 'Planned');
        await scene.approve(`r.${name}`);
        await scene.waitForPhase(`r.${name}`, 'Succeeded', { seconds: 90 });
      })
    );
  }, 240_000);
  afterAll(async () => {
    await scene?.cluster.admin.delete('StorageClass', DEPENDED);
    await scene?.remove();
  });

  const policyOf = async (volume: string): Promise<unknown> =>
    at(await scene.cluster.admin.get('PersistentVolume', volume), 'spec', 'persistentVolumeReclaimPolicy');
  const oldVolume = async (restore: string): Promise<string> =>
    (await scene.restore(restore)).status.oldVolume?.name ?? '';
  const present = async (home: string): Promise<string> =>
    textAt(await scene.namespace.get(CLAIM, home), 'spec', 'volumeName');

  test('frees the replaced volume, after the restored one has its reclaim policy again', async () => {
    const name = await oldVolume('r.home');
    const { admin } = scene.cluster;
    expect(await policyOf(name)).toBe('Retain');

    const gone = async () => (await admin.find('PersistentVolume', name)) === undefined;
    await waitUntil('the kept volume to be freed', gone, { seconds: 110, every: 500 });
    const settled = await scene.waitUntilSettled('r.home');

    expect(settled.status.undo).toMatchObject({ possible: false });
    expect(await policyOf(await present('home'))).toBe('Delete');
    expect(await scene.inClaim('home', 'cat file')).toBe('before\n');
  });

  test('leaves the volume of a class that keeps volumes to an admin, who finds it by its label', async () => {
    const settled = await scene.waitUntilSettled('r.retained', { seconds: 110 });
    const name = await oldVolume('r.retained');

    expect(settled.status.undo).toMatchObject({
      possible: false,
      reason: expect.stringContaining(`Volume ${name} is left to an admin.`) as unknown
    });
    const left = await scene.cluster.admin.list(
      'PersistentVolume',
      undefined,
      'labelSelector=datamark.github.io/left-volume'
    );
    expect(left.map(({ metadata }) => metadata.name)).toContain(name);
    expect([await policyOf(name), await policyOf(await present('retained'))]).toEqual(['Retain', 'Retain']);
  });

  test('says which snapshots keep a volume that the storage does not free, and frees it when they are gone', async () => {
    const name = await oldVolume('r.depended');
    const kept = async () => (await scene.restore('r.depended')).status.undo?.reason.includes('is kept by');
    await waitUntil('the restore to say what keeps the volume', kept, { seconds: 110, every: 500 });
    const { status } = await scene.restore('r.depended');

    expect(status.undo?.reason).toContain(`Volume ${name} is kept by a snapshot of it.`);
    expect(status.pending).toEqual([expect.stringContaining('1 snapshots depend on volume') as unknown]);
    await scene.namespace.delete('VolumeSnapshot', 'depended.before');
    const gone = async () => (await scene.cluster.admin.find('PersistentVolume', name)) === undefined;
    await waitUntil('the volume to be freed', gone, { seconds: 110, every: 500 });
  });
});
