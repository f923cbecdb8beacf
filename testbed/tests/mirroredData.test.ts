// Data that the emulator of ONTAP transfers arrives in a pod that mounts the destination read-only, when it says so and not before.
import { bedMover } from '../ontap/bedMover';
import type { BtrfsMover } from '../ontap/btrfsMover';
import { OntapEmulator } from '../ontap/ontapEmulator';
import { bed } from '../support/bed';
import { describeOnBed } from '../support/describeOnBed';
import { claim } from '../support/manifests';
import { TestCluster } from '../support/testCluster';
import type { TestNamespace } from '../support/testNamespace';
import { TestPod } from '../support/testPod';

describeOnBed('mirrored data', () => {
  let cluster: TestCluster;
  let namespace: TestNamespace;
  let mover: BtrfsMover;
  let emulator: OntapEmulator;

  beforeAll(async () => {
    if (bed === undefined) {
      throw new Error('there is no bed');
    }
    cluster = await TestCluster.open();
    namespace = await cluster.namespace('mirrored');
    const sales = { namespace, claim: 'sales' };
    mover = bedMover(bed, { 'src:sales': sales, 'dst:sales_copy': { namespace, claim: 'sales-copy' } });
    emulator = new OntapEmulator({ mover });
    await emulator.start();
  });
  afterAll(async () => {
    await emulator.stop();
    await mover.dispose();
    await namespace.remove();
    cluster.close();
  });

  test('a scheduled transfer brings what the source held when it began', async () => {
    await namespace.create(claim('sales'), claim('sales-copy'));
    const source = await TestPod.start(namespace, 'source', { claims: { '/data': 'sales' } });
    const reader = await TestPod.start(namespace, 'reader', { claims: { '/data': 'sales-copy' } });
    await source.sh('echo monday > /data/sales.csv; sync');
    const wish = { source: 'src:sales', destination: 'dst:sales_copy', bytesPerSecond: 1, exported: null };
    const mirror = emulator.addRelationship({ ...wish, schedule: '5min' });
    await emulator.advance(mirror.nextAt / 1000 - emulator.clock.now() / 1000);
    expect(mirror.running?.bytes).toBe('monday\n'.length);
    await source.sh('echo tuesday > /data/sales.csv; sync');
    expect(await reader.sh('ls /data')).toBe('');
    await emulator.advance(7);
    expect(mirror.reasons).toEqual([]);
    expect(await reader.sh('cat /data/sales.csv')).toBe('monday\n');
    await emulator.advance(301);
    expect(await reader.sh('cat /data/sales.csv')).toBe('tuesday\n');
  });
});
