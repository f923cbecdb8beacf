// What the sidecar tells and does while the cluster around it fails: the driver hangs or dies in the middle of a
// snapshot, the API server is away for half a minute, the clocks do not agree.
import { setTimeout as delay } from 'node:timers/promises';
import { RunningStatus, Snapshot, SnapshotPage, VolumeList } from '../../contract';
import { bed, type Bed } from '../support/bed';
import { describeOnBed } from '../support/describeOnBed';
import { HostSidecar, SidecarRefused } from '../support/hostSidecar';
import { TestCluster } from '../support/testCluster';
import type { TestNamespace } from '../support/testNamespace';
import { waitUntil } from '../support/waitUntil';

const TEN_MINUTES = 600_000;
/** How far the cluster's clock and the test's may differ by themselves; times of objects are in whole seconds. */
const TOLERANCE = 5_000;

describeOnBed('a sidecar on a failing cluster', () => {
  let cluster: TestCluster;
  let namespace: TestNamespace;
  let sidecar: HostSidecar;
  const theBed = bed as Bed;

  beforeAll(async () => {
    cluster = await TestCluster.open();
    namespace = await cluster.namespace('faults');
    sidecar = await HostSidecar.ofHome(namespace);
  });

  afterEach(async () => {
    await sidecar.kill();
    await theBed.startAll();
  });

  afterAll(async () => {
    await sidecar.remove();
    await namespace.remove();
    cluster.close();
  });

  const snapshot = (title: string) => sidecar.ask(Snapshot, 'POST', '/volumes/home/snapshots', { body: { title } });
  const row = (name: string) => sidecar.ask(Snapshot, 'GET', `/snapshots/${name}`);
  const rows = async () => (await sidecar.ask(SnapshotPage, 'GET', '/volumes/home/snapshots')).items;
  const status = () => sidecar.ask(RunningStatus, 'GET', '/status');
  const ready = (name: string, seconds = 60) =>
    waitUntil(`${name} to be ready`, async () => (await row(name)).state.phase === 'ready', { seconds });
  const problemOf = (asked: Promise<unknown>) =>
    asked.then(
      () => null,
      (error: unknown) => (error instanceof SidecarRefused ? error.problem : Promise.reject(error as Error))
    );

  test('a driver that hangs in the middle of a snapshot leaves it pending, and ready when it goes on', async () => {
    await sidecar.start();
    theBed.signal('csi-driver', 'SIGSTOP');
    let made: Snapshot;
    try {
      made = await snapshot('while it hangs');
      await namespace.waitFor('VolumeSnapshot', made.name, 'bound', one => JSON.stringify(one).includes('boundVolume'));

      expect((await row(made.name)).state.phase).toBe('pending');
      expect(await problemOf(snapshot('another'))).toMatchObject({ status: 409, object: made.name });
    } finally {
      theBed.signal('csi-driver', 'SIGCONT');
    }

    await ready(made.name);
    expect((await rows()).map(({ name }) => name)).toEqual([made.name]);
  });

  test('a driver that dies in the middle of a snapshot: it is made once by the next one', async () => {
    await sidecar.start();
    theBed.signal('csi-driver', 'SIGSTOP');
    const made = await snapshot('while it dies');
    await namespace.waitFor('VolumeSnapshot', made.name, 'bound', one => JSON.stringify(one).includes('boundVolume'));
    await theBed.kill('csi-driver');

    expect((await row(made.name)).state.phase).toBe('pending');
    await theBed.startAll();

    await ready(made.name, 120);
    expect((await rows()).filter(({ title }) => title === 'while it dies')).toHaveLength(1);
  });

  test('an API server that is away for 30 s: what was known stays, changes are refused, then all goes on', async () => {
    await sidecar.start();
    const before = await snapshot('before');
    await ready(before.name);
    const known = await rows();
    await theBed.kill('apiserver');
    const away = delay(30_000);

    await waitUntil('the status to say so', async () => !(await status()).freshness.current);
    const { freshness, capabilities } = await status();
    expect(freshness).toMatchObject({ current: false, problem: { status: 503 } });
    expect(freshness.current ? null : freshness.asOf).not.toBeNull();
    expect(capabilities.snapshot).toMatchObject({ available: false });
    expect(await rows()).toEqual(known);
    expect((await sidecar.ask(VolumeList, 'GET', '/volumes')).items.map(({ id }) => id)).toEqual(['home']);
    expect(await problemOf(snapshot('meanwhile'))).toMatchObject({ status: 503 });
    expect(await problemOf(sidecar.ask(Snapshot, 'DELETE', `/snapshots/${before.name}?uid=${before.uid}`))).not.toBe(
      null
    );
    await away;
    await theBed.startAll();

    await waitUntil('the sidecar to be current', async () => (await status()).freshness.current, { seconds: 60 });
    expect((await rows()).map(({ name }) => name)).toEqual(known.map(({ name }) => name));
    // The cluster's own controllers may take a minute to find their server again.
    await ready((await snapshot('after')).name, 180);
  }, 300_000);

  test.each([TEN_MINUTES, -TEN_MINUTES])(
    'a clock that is %i ms ahead decides neither times nor order',
    async skewMs => {
      await sidecar.start({ skewMs });
      const startedAt = Date.now();
      const first = await snapshot('first');
      await ready(first.name);
      // Of two within one of the cluster's seconds nobody can tell which is newer.
      const nextSecond = Date.parse((await row(first.name)).createdAt) + 1_000;
      await waitUntil('the next second', () => Date.now() >= nextSecond, { every: 50 });
      const second = await snapshot('second');
      await ready(second.name);

      const [newest, older] = await rows();

      expect([newest?.title, older?.title]).toEqual(['second', 'first']);
      for (const one of [newest, older]) {
        const createdAt = Date.parse(one?.createdAt ?? '');
        expect(createdAt).toBeGreaterThan(startedAt - TOLERANCE);
        expect(createdAt).toBeLessThan(Date.now() + TOLERANCE);
      }
    }
  );
});
