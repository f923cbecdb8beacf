// The sidecar killed in the middle of each action: what was promised is there once, what was not is not, and asking
// again with the same key never makes a second one.
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { Clone, CloneList, OperationList, Snapshot, SnapshotPage } from '../../contract';
import { HostSidecar, SidecarRefused } from '../support/hostSidecar';
import { TestCluster } from '../support/testCluster';
import type { TestNamespace } from '../support/testNamespace';
import { waitUntil } from '../support/waitUntil';

/** When after the request the process is killed, in ms: before it is read, around the write, after the answer. */
const MOMENTS = [0, 3, 8, 20];

let cluster: TestCluster;
let namespace: TestNamespace;
let sidecar: HostSidecar;

beforeAll(async () => {
  cluster = await TestCluster.open();
  namespace = await cluster.namespace('killed');
  sidecar = await HostSidecar.ofHome(namespace);
});

beforeEach(() => sidecar.start());

afterEach(() => sidecar.kill());

afterAll(async () => {
  await sidecar.remove();
  await namespace.remove();
  cluster.close();
});

/** Sends a request and kills the process some ms later; the answer, if it came before that. */
async function killedDuring<T>(ms: number, request: () => Promise<T>): Promise<T | undefined> {
  const answer = request().then(
    value => value,
    (error: unknown) => {
      if (error instanceof SidecarRefused) {
        throw error;
      }
      return undefined;
    }
  );
  await delay(ms);
  await sidecar.kill();
  return answer;
}

const made = (kind: string, key: string) =>
  namespace.list(kind).then(all => all.filter(one => one.metadata.annotations?.['datamark.github.io/title'] === key));

const snapshotRow = (name: string) => sidecar.ask(Snapshot, 'GET', `/snapshots/${name}`);

const settled = (name: string, phase: Snapshot['state']['phase']) =>
  waitUntil(`${name} to be ${phase}`, async () => (await snapshotRow(name)).state.phase === phase);

async function readySnapshot(): Promise<Snapshot> {
  const { name } = await sidecar.ask(Snapshot, 'POST', '/volumes/home/snapshots', { body: { title: 'base' } });
  await settled(name, 'ready');
  return snapshotRow(name);
}

test.each(MOMENTS)('a snapshot, killed %i ms after it was asked for, is there once', async ms => {
  const key = randomUUID();
  const ask = () =>
    sidecar.ask(Snapshot, 'POST', '/volumes/home/snapshots', {
      body: { title: key },
      headers: { 'Idempotency-Key': key }
    });

  const answered = await killedDuring(ms, ask);
  await sidecar.start();
  const again = await ask();

  expect(answered?.name ?? again.name).toBe(again.name);
  await settled(again.name, 'ready');
  expect(await made('VolumeSnapshot', key)).toHaveLength(1);
  const { items } = await sidecar.ask(SnapshotPage, 'GET', `/volumes/home/snapshots?q=${key}`);
  expect(items.map(({ name }) => name)).toEqual([again.name]);
});

test.each(MOMENTS)('a clone, killed %i ms after it was asked for, is there once', async ms => {
  const { name: snapshot } = await readySnapshot();
  const key = randomUUID();
  const own = `c-${key.slice(0, 8)}`;
  const ask = () =>
    sidecar.ask(Clone, 'POST', `/snapshots/${snapshot}/clones`, {
      body: { name: own },
      headers: { 'Idempotency-Key': key }
    });

  const answered = await killedDuring(ms, ask);
  await sidecar.start();
  const again = await ask();

  expect(answered?.id ?? again.id).toBe(again.id);
  await waitUntil('the clone to be ready', async () => {
    const { items } = await sidecar.ask(CloneList, 'GET', '/clones');
    const mine = items.filter(({ name }) => name === own);
    return mine.length === 1 && mine[0]?.state.phase === 'ready';
  });
  const claims = (await namespace.list('PersistentVolumeClaim')).filter(one => one.metadata.name?.endsWith(own));
  expect(claims).toHaveLength(1);
});

test.each(MOMENTS)('a new title, killed %i ms after it was asked for, is the old or the new one', async ms => {
  const { name, uid } = await readySnapshot();

  await killedDuring(ms, () =>
    sidecar.ask(Snapshot, 'PATCH', `/snapshots/${name}`, { body: { uid, title: 'new', heldUntil: 'forever' } })
  );
  await sidecar.start();
  const after = await snapshotRow(name);

  expect([
    ['base', null],
    ['new', 'forever']
  ]).toContainEqual([after.title, after.heldUntil]);
  expect(after.uid).toBe(uid);
});

test.each(MOMENTS)('a deletion, killed %i ms after it was asked for, is done or not begun', async ms => {
  const kept = await readySnapshot();
  const { name, uid } = await readySnapshot();

  const answered = await killedDuring(ms, () => sidecar.ask(Snapshot, 'DELETE', `/snapshots/${name}?uid=${uid}`));
  await sidecar.start();

  if (answered !== undefined) {
    await namespace.waitUntilGone('VolumeSnapshot', name);
  }
  const left = await namespace.find('VolumeSnapshot', name);
  const deleting = left?.metadata.deletionTimestamp !== undefined;
  expect(left === undefined || deleting || (await snapshotRow(name)).state.phase === 'ready').toBe(true);
  expect((await snapshotRow(kept.name)).uid).toBe(kept.uid);
});

test('what runs is found again by the next process', async () => {
  const { name } = await sidecar.ask(Snapshot, 'POST', '/volumes/home/snapshots', { body: { title: 'running' } });
  await sidecar.kill();
  await sidecar.start();

  const phases = await snapshotRow(name);
  const { items } = await sidecar.ask(OperationList, 'GET', '/operations');

  expect(['pending', 'ready']).toContain(phases.state.phase);
  expect(items.some(({ object }) => object.name === name)).toBe(phases.state.phase === 'pending');
  await settled(name, 'ready');
});
