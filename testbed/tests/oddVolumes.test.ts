// Restores of volumes that are not the plain case, on the bed: snapshots shown in the volume, places, owners, sizes, access modes.
import type { Restore } from '../../contract';
import type { KubernetesProvider } from '../../server/src/providers/kubernetes/kubernetesProvider';
import type { RestoreWay } from '../../server/src/providers/provider';
import { untilIndexed } from '../../server/src/testing/untilIndexed';
import { bed } from '../support/bed';
import { onDevice } from '../support/blockPod';
import { clusterProvider } from '../support/clusterProvider';
import { describeOnBed } from '../support/describeOnBed';
import { at, textAt } from '../support/kubernetesObject';
import { claim, volumeSnapshot } from '../support/manifests';
import { RestoreScene, type UserServer } from '../support/restoreScene';
import { storageClass } from '../support/storageClass';
import { waitUntil } from '../support/waitUntil';

const CLAIM = 'PersistentVolumeClaim';
const VOLUME = 'PersistentVolume';
const ELSEWHERE = 'copies-elsewhere';
const GROWING = 'growing';
const PASSING = 'passing';

// Several restores one after the other, also on a machine that is busy.
jest.setTimeout(300_000);

let scene: RestoreScene;

const onBed = (program: string, ...args: string[]): Promise<string> => {
  if (bed === undefined) {
    throw new Error('These volumes are made on the bed alone.');
  }
  return bed.run(program, ...args);
};

/** From the request to the end, where nothing uses the volume. */
async function restore(name: string, spec: Parameters<RestoreScene['request']>[1]): Promise<void> {
  await scene.request(name, spec);
  await scene.waitForPhase(name, 'Planned');
  await scene.approve(name);
  await scene.waitForPhase(name, 'Succeeded', { seconds: 120 });
}

describeOnBed('a snapshot that the storage shows in the volume', () => {
  let server: UserServer;
  let provider: KubernetesProvider;
  let mounts: string[];

  /** A driver of the bed shows none, so a real one is mounted read-only where such a storage has it. */
  beforeAll(async () => {
    scene = await RestoreScene.open('shown');
    await scene.home('home', {
      storageClass: 'cow',
      fill: 'mkdir -p work/deep && echo old > work/deep/file && echo gone > gone && ln -s /etc way && mkdir .snapshot'
    });
    server = await scene.server('home');
    await server.pod.sh('cd /home/jovyan && echo newer > work/deep/file && rm gone && echo 12 > added');
    const snapshot = await scene.namespace.get('VolumeSnapshot', 'home.before');
    const content = textAt(snapshot, 'status', 'boundVolumeSnapshotContentName');
    const handle = textAt(await scene.cluster.admin.get('VolumeSnapshotContent', content), 'status', 'snapshotHandle');
    const volume = textAt(await scene.namespace.get(CLAIM, 'home'), 'spec', 'volumeName');
    const found = await onBed('sh', '-c', `grep -o '/[^ ]*/${server.uid}/[^ ]*/${volume}/mount' /proc/self/mounts`);
    const root = found.trim().split('\n')[0] ?? '';
    const shown = `${root}/.snapshot/snapshot-${snapshot.metadata.uid}`;
    await onBed('mkdir', shown);
    await onBed('mount', '--bind', `${bed?.directory}/pool/snapshots/${handle}`, shown);
    mounts = [shown];
    await onBed('mount', '-o', 'remount,bind,ro', shown);
    // The bed's mounts as this host reaches them.
    provider = clusterProvider(server.as, { volumes: { [`/proc/${bed?.pid('bed')}/root${root}`]: 'home' } });
    await provider.start();
  });
  afterAll(async () => {
    await provider?.stop();
    for (const mount of mounts ?? []) {
      await onBed('umount', mount);
    }
    await scene?.remove();
  });

  async function planned(way?: RestoreWay): Promise<Restore> {
    const { id } = await provider.planRestore('home.before', null, { operationKey: null }, way);
    return untilIn(id, ({ phase }) => phase === 'planned');
  }

  const untilIn = (id: string, find: (restore: Restore) => boolean): Promise<Restore> =>
    untilIndexed(provider.index, `restore ${id}`, () => {
      const one = provider.index.get('restore', id);
      return one !== undefined && find(one) ? one : undefined;
    });

  test('gives files back with no controller and no Job, beside what is there', async () => {
    await scene.controller.kill();
    try {
      await untilIndexed(
        provider.index,
        'files to be copied without rights',
        () => provider.index.get('volume', 'home')?.can.files.available || undefined
      );
      const plan = await planned({ strategy: 'files', paths: ['work', 'gone'] });
      expect(plan.plan?.blockers).toEqual([]);
      await provider.approveRestore(plan.id, plan.uid);
      const { target } = await untilIn(plan.id, ({ phase }) => phase === 'succeeded');

      const folder = `/home/jovyan/${target}`;
      expect(await server.pod.sh(`cd ${folder}; cat work/deep/file gone; ls -A`)).toBe('old\ngone\ngone\nwork\n');
      expect(await server.pod.sh(`cat /home/jovyan/work/deep/file; ls -A /home/jovyan`)).toBe(
        `newer\n.snapshot\nadded\n${target}\nway\nwork\n`
      );
      const linked = await planned({ strategy: 'files', paths: ['way/passwd'] });
      expect(linked.plan?.blockers).toMatchObject([{ kind: 'path', object: 'way/passwd' }]);
      expect(await scene.namespace.list('datamark.github.io/v1alpha1:VolumeRestore')).toEqual([]);
      await server.pod.sh(`rm -r ${folder}`);
    } finally {
      await scene.controller.start();
    }
  });

  test('tells what a restore of the whole volume would change', async () => {
    const plan = await planned();
    const counted = await untilIn(plan.id, one => one.plan?.changes.known === true);
    expect(counted.plan?.changes).toEqual({
      known: true,
      reverted: { files: 1, bytes: 4 },
      returned: { files: 1, bytes: 5 },
      removed: { files: 1, bytes: 3 }
    });
    await provider.cancelOperation(`restore-${plan.uid}`);
    await scene.waitForPhase(plan.id, 'Cancelled');
  });

  test('is not taken for what a user has made in its place: then a Job copies', async () => {
    for (const mount of mounts.splice(0)) {
      await onBed('umount', mount);
    }
    const plan = await planned({ strategy: 'files', paths: ['work'] });
    expect((await scene.restore(plan.id)).spec.strategy).toBe('files');
    await scene.cancel(plan.id);
    await scene.waitForPhase(plan.id, 'Cancelled');
  });
});

describeOnBed('a volume', () => {
  beforeAll(async () => {
    scene = await RestoreScene.open('odd');
    await storageClass(scene.cluster.admin, 'cow', ELSEWHERE, { parameters: { copiesOn: 'elsewhere' } });
    await storageClass(scene.cluster.admin, 'cow-quota', GROWING, { allowVolumeExpansion: true });
  });
  afterAll(async () => {
    for (const name of [ELSEWHERE, GROWING]) {
      await scene?.cluster.admin.delete('StorageClass', name);
    }
    await scene?.remove();
  });

  test('that would come back where its node is not is refused while the server runs', async () => {
    await scene.home('placed', { storageClass: ELSEWHERE });
    const server = await scene.server('placed');
    const { uid } = (await scene.namespace.get(CLAIM, 'placed')).metadata;
    const spec = { claimName: 'placed', snapshotName: 'placed.before', strategy: 'swap' as const };
    await scene.request('place', spec, server);
    await scene.waitForPhase('place', 'Planned');
    await scene.approve('place', server);
    const { status } = await scene.waitForPhase('place', 'RolledBack', { seconds: 120 });

    expect(status.problem?.detail).toMatch(/new volume where your server’s volume is not: .*node is elsewhere, where/);
    expect((await scene.namespace.get(CLAIM, 'placed')).metadata.uid).toBe(uid);
    expect(await server.pod.sh('cat /home/jovyan/file')).toBe('before\n');
    await server.pod.stop();
  });

  test('keeps an owner that is there, and has none that is gone', async () => {
    await scene.home('owned');
    await scene.home('boss');
    const { uid } = (await scene.namespace.get('VolumeSnapshot', 'boss.before')).metadata;
    const owner = { apiVersion: 'snapshot.storage.k8s.io/v1', kind: 'VolumeSnapshot', name: 'boss.before', uid };
    await scene.namespace.patch(CLAIM, 'owned', { metadata: { ownerReferences: [owner] } });
    await scene.inClaim('owned', 'echo after > file');
    await restore('o1', { claimName: 'owned', snapshotName: 'owned.before', strategy: 'swap' });
    expect((await scene.namespace.get(CLAIM, 'owned')).metadata.ownerReferences).toEqual([owner]);

    await scene.namespace.delete('VolumeSnapshot', 'boss.before', { propagationPolicy: 'Orphan' });
    await scene.namespace.waitUntilGone('VolumeSnapshot', 'boss.before');
    await restore('o2', { claimName: 'owned', undoOf: 'o1' });
    expect((await scene.namespace.get(CLAIM, 'owned')).metadata.ownerReferences ?? []).toEqual([]);
    expect(await scene.inClaim('owned', 'cat file')).toBe('after\n');
  });

  test('that was enlarged since keeps its size; an undo to the smaller one says so', async () => {
    await scene.home('grown', { size: '64Mi', storageClass: GROWING });
    const enlarge = async (size: string): Promise<void> => {
      // What the controllers of an expansion write; the bed has none.
      const volume = textAt(await scene.namespace.get(CLAIM, 'grown'), 'spec', 'volumeName');
      await scene.cluster.admin.patch(VOLUME, volume, { spec: { capacity: { storage: size } } });
      await scene.namespace.patch(CLAIM, 'grown', { spec: { resources: { requests: { storage: size } } } });
      await scene.namespace.patch(CLAIM, 'grown', { status: { capacity: { storage: size } } }, '/status');
    };
    await enlarge('128Mi');
    await restore('g1', { claimName: 'grown', snapshotName: 'grown.before', strategy: 'swap' });

    const grown = await scene.namespace.get(CLAIM, 'grown');
    expect(at(grown, 'spec', 'resources', 'requests', 'storage')).toBe('128Mi');
    const [, size = ''] = (await scene.inClaim('grown', 'df -k --output=size .')).trim().split('\n');
    expect(Number(size)).toBeGreaterThan(120 * 1024);
    await enlarge('256Mi');
    await scene.request('g2', { claimName: 'grown', undoOf: 'g1' });
    const { status } = await scene.waitForPhase('g2', 'Planned');
    expect(status.plan?.warnings).toContainEqual(
      expect.stringContaining('afterwards: the kept volume was not enlarged')
    );
  });

  test('that several servers of its owner use names the other one; one for a single pod is swapped', async () => {
    await scene.home('many', { accessModes: ['ReadWriteMany'] });
    const server = await scene.server('many');
    const named = await scene.server('many', { pod: 'jupyter-many--second' });
    const spec = { claimName: 'many', snapshotName: 'many.before', strategy: 'swap' as const };
    await scene.request('m1', spec, server);
    const { status } = await scene.waitForPhase('m1', 'Planned');
    expect(status.plan?.blockers).toMatchObject([{ kind: 'pod', object: 'jupyter-many--second', by: 'ann' }]);
    await named.pod.stop();
    const isFree = async () => (await scene.restore('m1')).status.plan?.blockers.length === 0;
    await waitUntil('nothing to be in the way', isFree);
    await scene.cancel('m1', server);
    await server.pod.stop();

    await scene.home('single', { accessModes: ['ReadWriteOncePod'] });
    const only = await scene.server('single');
    await scene.request('s1', { ...spec, claimName: 'single', snapshotName: 'single.before' }, only);
    await scene.waitForPhase('s1', 'Planned');
    await only.pod.sh('echo after > /home/jovyan/file');
    await scene.approve('s1', only);
    await scene.waitForPhase('s1', 'WaitingForRelease', { seconds: 120 });
    await scene.shutDown(only);
    await scene.waitForPhase('s1', 'Succeeded', { seconds: 120 });
    expect(await scene.inClaim('single', 'cat file')).toBe('before\n');
  });

  test('that is a block device is swapped, and undone; no file of it is copied', async () => {
    const block = claim('device', { size: '16Mi' });
    await scene.namespace.create({ ...block, spec: { ...(block['spec'] as object), volumeMode: 'Block' } });
    const write = (text: string) =>
      onDevice(scene.namespace, 'device', `printf ${text} | dd of=/dev/data conv=fsync,notrunc 2>/dev/null`);
    const read = () => onDevice(scene.namespace, 'device', 'dd if=/dev/data bs=6 count=1 2>/dev/null');
    await write('before');
    await scene.snapshot('device.before', 'device');
    await write('later.');
    for (const strategy of ['copy', 'files'] as const) {
      const paths = strategy === 'files' ? { paths: ['a'] } : {};
      await scene.request(`d.${strategy}`, { claimName: 'device', snapshotName: 'device.before', strategy, ...paths });
      const { status } = await scene.waitForPhase(`d.${strategy}`, 'Planned');
      expect(status.plan?.blockers).toMatchObject([{ kind: 'volume-mode', object: strategy }]);
    }
    await restore('d1', { claimName: 'device', snapshotName: 'device.before' });
    expect(await read()).toBe('before');
    await restore('d2', { claimName: 'device', undoOf: 'd1' });
    expect(await read()).toBe('later.');

    await scene.home('filed');
    await scene.request('d3', { claimName: 'filed', snapshotName: 'device.before', strategy: 'swap' });
    const { status } = await scene.waitForPhase('d3', 'Planned');
    expect(status.plan?.blockers.map(({ kind }) => kind)).toContain('snapshot-of-other-volume');
  });

  test('whose class of snapshots is gone is restored; without its own class it is not, but an undo is', async () => {
    const { admin } = scene.cluster;
    await storageClass(admin, 'cow', PASSING, {});
    const snapshots = await admin.get('VolumeSnapshotClass', 'cow');
    await admin.create({ ...snapshots, metadata: { name: PASSING } });
    await scene.home('classless', { storageClass: PASSING });
    await scene.namespace.create(volumeSnapshot('classless.own', 'classless', { snapshotClass: PASSING }));
    await scene.namespace.waitUntilReady('classless.own');
    await scene.inClaim('classless', 'echo after > file');
    await admin.delete('VolumeSnapshotClass', PASSING);
    await restore('c1', { claimName: 'classless', snapshotName: 'classless.own' });
    expect(await scene.inClaim('classless', 'cat file')).toBe('before\n');

    await admin.delete('StorageClass', PASSING);
    await scene.request('c2', { claimName: 'classless', snapshotName: 'classless.before' });
    const { status } = await scene.waitForPhase('c2', 'Planned');
    expect(status.plan?.blockers).toMatchObject([{ kind: 'storage-class', object: PASSING }]);
    await restore('c3', { claimName: 'classless', undoOf: 'c1' });
    expect(await scene.inClaim('classless', 'cat file')).toBe('after\n');
  });
});
