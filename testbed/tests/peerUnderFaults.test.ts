// The peer's restores under the faults that ours are put under: what becomes of them is measured, and told beside ours.
import { bed } from '../support/bed';
import { describeOnBed } from '../support/describeOnBed';
import type { Fault } from '../support/killMatrix/faults';
import { Homes } from '../support/killMatrix/homes';
import { PeerFlights, type PeerScene } from '../support/killMatrix/peerFlights';
import { Random } from '../support/killMatrix/random';
import { report } from '../support/killMatrix/report';
import { VolumeBytes } from '../support/killMatrix/volumeBytes';
import { Peer } from '../support/peer';
import { TestCluster } from '../support/testCluster';

const SEED = Number(process.env.DATAMARK_SOAK_SEED ?? 5);
const AT_ONCE = 10;
const KILLED: readonly Fault[] = ['kill -9 of the controller'];
const OTHERS: readonly Fault[] = [
  'snapshot deleted',
  'server started',
  'foreign claim: same',
  'foreign claim: larger',
  'foreign claim: other mode',
  'foreign claim: other class',
  'foreign claim: first consumer'
];
/** `make soak` has the third too. */
const FOR_ALL: readonly Fault[] = [
  'restart of the API server',
  'quota full',
  ...(process.env.DATAMARK_SOAK_SEED === undefined ? [] : (['driver fails'] as const))
];

describeOnBed('the peer’s restores under faults', () => {
  const started = performance.now();
  let cluster: TestCluster;
  let scene: PeerScene;

  beforeAll(async () => {
    if (bed === undefined) {
      throw new Error('There is no bed.');
    }
    const [opened, peer] = await Promise.all([TestCluster.open(), Peer.start()]);
    cluster = opened;
    const namespace = await cluster.namespace('peer');
    scene = { namespace, bed, bytes: new VolumeBytes(bed), peer, random: new Random(SEED) };
  }, 300_000);
  afterAll(async () => {
    scene?.peer.remove();
    await scene?.namespace.remove();
    cluster?.close();
  });

  test('are counted, each with what its volume holds afterwards', async () => {
    const homes = new Homes(scene.namespace, scene.bytes, name => name);
    let ready = await homes.ready(2 * AT_ONCE);
    // One that nothing strikes: the others are struck while they are as far as this one came.
    const { seconds, error } = await scene.peer.restore(scene.namespace.name, ready[0]?.snapshot ?? '').ended;
    expect(error).toBeNull();
    const flights = new PeerFlights(scene, seconds * 1_000);
    ready = await homes.ready(2 * AT_ONCE);

    await Promise.all([
      flights.strikeEach(ready.slice(0, AT_ONCE), KILLED),
      flights.strikeEach(ready.slice(AT_ONCE), OTHERS)
    ]);
    for (const fault of FOR_ALL) {
      const unusable = await flights.unusable();
      homes.forget(unusable);
      ready = await homes.ready(Math.max(AT_ONCE, ready.length - unusable.length));
      await flights.strikeAll(ready.slice(0, AT_ONCE), fault);
    }
    await flights.settle();

    const rows = flights.rows();
    const took = (performance.now() - started) / 1_000;
    await report('peer', { who: 'netapp-dataops-k8s 3.1.0', seed: SEED, seconds: took, rows });
    expect(rows.length).toBeGreaterThan(0);
    for (const { hits, restored, rolledBack, refused, lost } of rows) {
      expect(restored + rolledBack + refused + lost).toBe(hits);
    }
  }, 600_000);
});
