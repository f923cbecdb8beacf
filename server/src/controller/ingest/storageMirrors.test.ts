/** One storage as everybody sees it: watched for its history, asked for schedules seldom, and read again from what was stored. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { OntapEmulator } from '../../../../testbed/ontap/ontapEmulator';
import { OntapClient } from '../../ingest/ontap/ontapClient';
import { OntapSettings } from '../../ingest/ontap/ontapSettings';
import type { KubernetesApi } from '../../providers/kubernetes/client/kubernetesApi';
import { ApiServer } from '../../testing/apiServer';
import { testApi } from '../../testing/testApi';
import { memoryLog } from '../../testing/testSidecar';
import { until } from '../../testing/until';
import { HistoryStore } from './historyStore';
import { StorageConfigMap } from './storageConfigMap';
import { IngestMetrics } from './ingestMetrics';
import { StorageHistory } from './storageHistory';
import { StorageMirrors } from './storageMirrors';

// Certificates are made for each test.
jest.setTimeout(120_000);

const RIGHTS = { update: true, promote: true, resync: true };

let emulator: OntapEmulator;
let server: ApiServer;
let api: KubernetesApi;
const running = new Set<StorageMirrors>();

beforeEach(async () => {
  [emulator, server] = [new OntapEmulator(), await ApiServer.start()];
  await emulator.start();
  api = testApi({ url: server.url });
});
afterEach(async () => {
  await Promise.all([...running].map(stop));
  await api.dispose();
  await server.stop();
  await emulator.stop();
});

async function stop(storage: StorageMirrors): Promise<void> {
  running.delete(storage);
  await storage.stop();
}

async function opened({ watchMs = 3_600_000 } = {}): Promise<StorageMirrors> {
  const file = (name: string): string => join(emulator.certificates.folder, name);
  await Promise.all([writeFile(file('user'), 'monitor'), writeFile(file('password'), 'monitor-password')]);
  const auth = { kind: 'basic', usernameFile: file('user'), passwordFile: file('password') };
  const settings = OntapSettings.parse({ name: 'one', address: emulator.url, caFile: file('ca.crt'), auth });
  const log = memoryLog();
  const clock = (): Date => new Date(emulator.clock.now());
  const store = new HistoryStore(new StorageConfigMap({ api, namespace: 'datamark', storage: 'one' }));
  const storage = new StorageMirrors({
    client: new OntapClient({ settings, userAgent: 'test' }),
    actions: false,
    pollMs: 3_600_000,
    leastMs: 0,
    history: new StorageHistory({ store, everyMs: 300_000, log, clock }),
    watchMs,
    metrics: new IngestMetrics(['one']),
    log,
    clock
  });
  running.add(storage);
  storage.start();
  return storage;
}

/** Every hour 100 bytes. */
const hourly = (): string =>
  emulator.addRelationship({
    source: 'src:a',
    destination: 'dst:a',
    schedule: 'hourly',
    bytesPerTransfer: 100,
    bytesPerSecond: 100
  }).uuid;

const asked = (path: string): number => emulator.requests.filter(one => one.path.includes(path)).length;

it('notes transfers that end between two looks, and has them still after a restart', async () => {
  const uuid = hourly();
  const first = await opened();
  await first.read(true);
  const since = first.told(uuid, 'data', RIGHTS)?.seen?.since;
  await emulator.advance(3_600);
  await first.read(true);
  const seen = first.told(uuid, 'data', RIGHTS)?.seen;
  await stop(first);

  const second = await opened();
  await second.read(true);

  expect(seen?.items).toEqual([expect.objectContaining({ type: 'update', state: 'succeeded', bytes: 100 })]);
  expect(second.told(uuid, 'data', RIGHTS)?.seen).toMatchObject({ since, items: seen?.items });
});

it('says that transfers can be missing after it did not look for long', async () => {
  const uuid = hourly();
  const storage = await opened();
  await storage.read(true);
  storage.told(uuid, 'data', RIGHTS);

  await emulator.advance(3 * 3_600);
  await storage.read(true);

  expect(storage.told(uuid, 'data', RIGHTS)?.seen?.gaps).toBe(true);
});

it('watches while nobody asks, once a mirror was shown', async () => {
  const uuid = hourly();
  const storage = await opened({ watchMs: 30 });
  await storage.read(false);
  const before = asked('/snapmirror/relationships?');
  storage.told(uuid, 'data', RIGHTS);

  await until(() => asked('/snapmirror/relationships?') > before + 1);
});

it('asks nothing for history where no mirror was ever shown', async () => {
  hourly();
  const storage = await opened({ watchMs: 5 });
  await storage.read(false);
  const before = emulator.requests.length;
  let turns = 0;
  await until(() => ++turns > 20);

  expect(emulator.requests.length).toBe(before);
});

it('asks for schedules once for many polls, and tells what they promise', async () => {
  const uuid = hourly();
  const storage = await opened();
  for (let times = 0; times < 3; times++) {
    await storage.read(true);
  }

  expect(asked('/cluster/schedules')).toBe(1);
  expect(storage.told(uuid, 'data', RIGHTS)?.schedule).toMatchObject({ name: 'hourly', everySeconds: 3_600 });
});

it('tells mirrors where schedules may not be read', async () => {
  const uuid = hourly();
  emulator.fail({ status: 403 }, { path: '/cluster' });
  emulator.fail({ status: 403 }, { path: '/snapmirror/policies' });
  const storage = await opened();

  const { error } = await storage.read(true);

  expect(error).toBeNull();
  expect(storage.told(uuid, 'data', RIGHTS)).toMatchObject({
    state: 'snapmirrored',
    schedule: { name: 'hourly', everySeconds: null, nextAt: null }
  });
});

it('asks for a transfer under way by itself only where somebody sees it', async () => {
  const uuid = emulator.addRelationship({
    source: 'src:a',
    destination: 'dst:a',
    schedule: '5min',
    bytesPerTransfer: 10_000,
    bytesPerSecond: 10,
    overrides: {}
  }).uuid;
  const storage = await opened();
  await storage.read(true);
  await emulator.advance(320);
  await storage.read(true);
  expect(asked('/transfers')).toBe(0);

  const told = storage.told(uuid, 'data', RIGHTS);

  expect(told?.transfer).toMatchObject({ state: 'transferring' });
  expect(told?.can.update).toMatchObject({ available: false });
});
