// The storage classes of the test bed do what the tests of faults count on.
import { bed, type Bed } from '../support/bed';
import { describeOnBed } from '../support/describeOnBed';
import { at } from '../support/kubernetesObject';
import { claim, volumeSnapshot } from '../support/manifests';
import { TestCluster } from '../support/testCluster';
import type { TestNamespace } from '../support/testNamespace';
import { TestPod } from '../support/testPod';
import { waitUntil } from '../support/waitUntil';

const MIB = 2 ** 20;

describeOnBed('the storage of the test bed', () => {
  let cluster: TestCluster;
  let namespace: TestNamespace;

  beforeAll(async () => {
    cluster = await TestCluster.open();
    namespace = await cluster.namespace('storage');
  });

  afterAll(async () => {
    await namespace.remove();
    cluster.close();
  });

  const totalMiB = async (pod: TestPod) => Number(await pod.sh('stat -f -c %b /data')) / (MIB / 4096);

  async function eventOf(name: string, message: RegExp): Promise<unknown> {
    return waitUntil(`an event of ${name} that says ${message}`, async () => {
      const events = await namespace.list('Event');
      return events.find(one => at(one, 'involvedObject', 'name') === name && message.test(String(one.message)));
    });
  }

  test('cow-quota: the file system has the claim’s size, and is full when that is used up', async () => {
    await namespace.create(claim('quota', { storageClass: 'cow-quota', size: '64Mi' }));
    const pod = await TestPod.start(namespace, 'quota', { claims: { '/data': 'quota' } });

    expect(await totalMiB(pod)).toBeGreaterThanOrEqual(64);
    expect(await totalMiB(pod)).toBeLessThan(64 * 1.05);
    const { code, stderr } = await pod.trySh('head -c 80M /dev/zero > /data/large');
    expect(stderr).toContain('No space left on device');
    expect(code).not.toBe(0);
  });

  test('cow-quota: a snapshot of a volume in use is whole, and a clone of it may be larger', async () => {
    await namespace.create(claim('used', { storageClass: 'cow-quota', size: '64Mi' }));
    const pod = await TestPod.start(namespace, 'used', { claims: { '/data': 'used' } });
    await pod.sh('head -c 20M /dev/urandom > /data/file; echo late > /data/late');
    const sum = await pod.sh('md5sum < /data/file');

    await namespace.create(volumeSnapshot('used', 'used'));
    await namespace.waitUntilReady('used');
    await namespace.create(claim('larger', { storageClass: 'cow-quota', size: '128Mi', from: { snapshot: 'used' } }));
    const reader = await TestPod.start(namespace, 'larger', { claims: { '/data': 'larger' } });

    expect(await reader.sh('md5sum < /data/file')).toBe(sum);
    expect(await reader.sh('cat /data/late')).toBe('late\n');
    expect(await totalMiB(reader)).toBeGreaterThanOrEqual(128);
  });

  test.each(['cow', 'cow-quota'])('%s: snapshot and clone share their bytes with the volume', async storageClass => {
    const on = bed as Bed;
    const usedBytes = async () => {
      const pool = `${on.directory}/pool`;
      await on.run('btrfs', 'filesystem', 'sync', pool);
      return Number((await on.run('df', '--output=used', '-B1', pool)).split('\n')[1]);
    };
    const name = `shared-${storageClass}`;
    await namespace.create(claim(name, { storageClass }));
    const pod = await TestPod.start(namespace, name, { claims: { '/data': name } });
    await pod.sh('head -c 100M /dev/urandom > /data/file; sync');
    const before = await usedBytes();

    await namespace.create(volumeSnapshot(name, name));
    await namespace.waitUntilReady(name);
    await namespace.create(claim(`${name}-copy`, { storageClass, from: { snapshot: name } }));
    await namespace.waitUntilBound(`${name}-copy`);

    expect((await usedBytes()) - before).toBeLessThan(20 * MIB);
  });

  test('cow-full: a claim finds no room, a snapshot neither', async () => {
    await namespace.create(claim('no-room', { storageClass: 'cow-full' }), claim('room'));
    await namespace.waitUntilBound('room');
    await namespace.create(volumeSnapshot('no-room', 'room', { snapshotClass: 'cow-full' }));

    await eventOf('no-room', /ResourceExhausted.*the pool is full/);
    const refused = await namespace.waitFor('VolumeSnapshot', 'no-room', 'an error', one =>
      /the pool is full/.test(String(at(one, 'status', 'error', 'message')))
    );
    expect(at(refused, 'status', 'readyToUse')).not.toBe(true);
  });

  test('cow-slow, cow-failing, cow-failing-once: snapshots that take long, never or at the second try', async () => {
    await namespace.create(claim('source'));
    await namespace.waitUntilBound('source');
    const classes = ['cow-slow', 'cow-failing', 'cow-failing-once'];
    for (const snapshotClass of classes) {
      await namespace.create(volumeSnapshot(snapshotClass, 'source', { snapshotClass }));
    }

    const taken = (one: object) => at(one, 'status', 'creationTime') !== undefined;
    const slow = await namespace.waitFor('VolumeSnapshot', 'cow-slow', 'taken', taken);
    expect(at(slow, 'status', 'readyToUse')).toBe(false);
    await namespace.waitFor('VolumeSnapshot', 'cow-failing', 'an error', one =>
      /the array failed/.test(String(at(one, 'status', 'error', 'message')))
    );
    await namespace.waitUntilReady('cow-failing-once');
    await namespace.waitUntilReady('cow-slow');
    expect(at(await namespace.get('VolumeSnapshot', 'cow-failing'), 'status', 'readyToUse')).not.toBe(true);
  });

  test('a driver that was killed is started again and knows its volumes', async () => {
    const on = bed as Bed;
    await namespace.create(claim('survivor'));
    await namespace.waitUntilBound('survivor');

    await on.kill('csi-driver');
    await on.startAll();

    await namespace.create(volumeSnapshot('survivor', 'survivor'));
    await namespace.waitUntilReady('survivor');
  });
});
