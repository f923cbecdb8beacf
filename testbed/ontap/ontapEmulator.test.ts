/** The emulator as clients see it: over HTTPS, with time that is driven. */
import { z } from 'zod';
import { askEmulator } from './askEmulator';
import { makeCertificates, type EmulatorCertificates } from './emulatorCertificates';
import { EmulatorClock } from './emulatorClock';
import { OntapEmulator } from './ontapEmulator';

const GIB = 2 ** 30;
const RELATIONSHIPS = '/snapmirror/relationships';
const Told = z.looseObject({
  uuid: z.string(),
  state: z.string().optional(),
  healthy: z.boolean().optional(),
  lag_time: z.string().optional(),
  exported_snapshot: z.string().optional(),
  unhealthy_reason: z.array(z.looseObject({ code: z.string().optional(), message: z.string() })).optional(),
  transfer: z.looseObject({ state: z.string(), bytes_transferred: z.number() }).optional()
});
const List = z.looseObject({
  records: z.array(Told),
  num_records: z.number(),
  _links: z.looseObject({ next: z.object({ href: z.string() }).optional() }).optional()
});
const Failed = z.object({
  error: z.object({ code: z.union([z.string(), z.number()]), message: z.string(), target: z.string().optional() })
});

jest.setTimeout(30_000);
let certificates: EmulatorCertificates;
let emulator: OntapEmulator;

beforeAll(async () => {
  certificates = await makeCertificates('certificate-user');
});
afterAll(() => certificates.dispose());

beforeEach(async () => {
  const clock = new EmulatorClock({ startsAt: Date.parse('2026-11-23T10:00:00Z') });
  emulator = new OntapEmulator({ clock, certificates });
  await emulator.start();
});
afterEach(() => emulator.stop());

const told = async (uuid: string) => Told.parse((await askEmulator(emulator, `${RELATIONSHIPS}/${uuid}`)).body);
const list = async (query: string) => List.parse((await askEmulator(emulator, `${RELATIONSHIPS}?${query}`)).body);
const mirror = (more: object = {}) =>
  emulator.addRelationship({ source: 'src:data', destination: 'dst:data_copy', sourceCluster: 'far', ...more });

it('transfers by schedule as time passes: the data ages, a transfer runs, the data is new', async () => {
  const { uuid } = mirror({ schedule: 'hourly', bytesPerTransfer: 600 * GIB, bytesPerSecond: GIB });
  await emulator.advance(300);
  // Five past: the schedule's minute.
  expect(await told(uuid)).toMatchObject({
    lag_time: 'PT5M',
    transfer: { state: 'transferring', bytes_transferred: 0 }
  });
  await emulator.advance(150);
  expect(await told(uuid)).toMatchObject({
    lag_time: 'PT7M30S',
    transfer: { state: 'transferring', bytes_transferred: 150 * GIB, total_duration: 'PT2M30S', type: 'update' }
  });
  await emulator.advance(450);
  expect(await told(uuid)).toMatchObject({
    // Since the snapshot was made, not since it arrived.
    lag_time: 'PT10M',
    healthy: true,
    last_transfer_type: 'update',
    total_transfer_bytes: 600 * GIB,
    total_transfer_duration: 'PT10M',
    exported_snapshot: expect.stringMatching(/^snapmirror\.[0-9a-f-]{36}_\d+\.2026-11-23_100500$/),
    transfer: { state: 'success', bytes_transferred: 600 * GIB, end_time: '2026-11-23T10:15:00+00:00' }
  });
});

it('tells a schedule that is shorter than its transfers as unhealthy', async () => {
  const { uuid } = mirror({ schedule: '5min', bytesPerTransfer: 420 * GIB, bytesPerSecond: GIB });
  await emulator.advance(600);
  const { healthy, unhealthy_reason: reasons } = await told(uuid);
  expect(healthy).toBe(false);
  expect(reasons?.[0]?.message).toMatch(/^Scheduled update was delayed because another SnapMirror operation/);
});

it('tells why a transfer failed, until the next one succeeds', async () => {
  const { uuid } = mirror({ schedule: 'hourly', bytesPerTransfer: GIB, bytesPerSecond: GIB });
  emulator.failTransfers({ code: '6619631', message: 'Transfer failed: the network is down.', arguments: [] });
  await emulator.advance(400);
  const failed = await told(uuid);
  expect(failed).toMatchObject({ healthy: false, transfer: { state: 'failed', bytes_transferred: GIB / 2 } });
  expect(failed.unhealthy_reason).toEqual([
    { code: '6619631', message: 'Transfer failed: the network is down.', arguments: [] }
  ]);
  await emulator.advance(3600);
  const healed = await told(uuid);
  expect(healed).toMatchObject({ healthy: true, transfer: { state: 'success' } });
  expect(healed).not.toHaveProperty('unhealthy_reason');
});

it('pages through 5,000 relationships fast, each once', async () => {
  const before = process.cpuUsage();
  for (let index = 0; index < 5000; index += 1) {
    emulator.addRelationship({ source: `src:v${index}`, destination: `dst:v${index}`, sourceCluster: 'far' });
  }
  // Of the processor: other suites may run beside this one.
  const { user, system } = process.cpuUsage(before);
  expect((user + system) / 1000).toBeLessThan(1000);
  const seen = new Set<string>();
  let path: string | undefined = `${RELATIONSHIPS}?max_records=500&fields=state,lag_time`;
  while (path !== undefined) {
    const page: z.infer<typeof List> = List.parse((await askEmulator(emulator, path)).body);
    page.records.forEach(({ uuid }) => seen.add(uuid));
    path = page._links?.next?.href.replace(/^\/api/, '');
  }
  expect(seen.size).toBe(5000);
  expect(emulator.requests).toHaveLength(10);
});

it('leaves out all but the key where no fields are asked for, and tells what a filter names', async () => {
  const { uuid } = mirror({ exported: { ageSeconds: 3 * 86_400 } });
  mirror({ destination: 'dst:other', healthy: false });
  expect((await list('')).records[0]).toEqual({ uuid, _links: { self: { href: `/api${RELATIONSHIPS}/${uuid}` } } });
  expect((await list(`lag_time=${encodeURIComponent('>P2DT')}`)).records).toMatchObject([{ uuid, lag_time: 'P3D' }]);
  expect((await list('healthy=false&fields=destination.path')).records).toMatchObject([
    { healthy: false, destination: { path: 'dst:other' } }
  ]);
  expect((await list('fields=**')).num_records).toBe(2);
});

it('answers with the faults that are switched on, as often as told', async () => {
  mirror();
  emulator.fail({ status: 429, retryAfter: '7' }, { path: '/snapmirror', times: 1 });
  const busy = await askEmulator(emulator, RELATIONSHIPS);
  expect([busy.status, busy.headers['retry-after']]).toEqual([429, '7']);
  expect((await askEmulator(emulator, RELATIONSHIPS)).status).toBe(200);
  emulator.fail({ notJson: true });
  expect((await askEmulator(emulator, RELATIONSHIPS)).text).toContain('<html>');
  emulator.mend();
  emulator.fail({ cut: 'before' });
  await expect(askEmulator(emulator, RELATIONSHIPS)).rejects.toThrow('socket hang up');
  emulator.mend();
  emulator.fail({ hang: true });
  await expect(askEmulator(emulator, RELATIONSHIPS, { timeoutMs: 300 })).rejects.toThrow();
  emulator.mend();
  emulator.showCertificate('foreign');
  await expect(askEmulator(emulator, RELATIONSHIPS)).rejects.toThrow(/certificate|signature/);
  emulator.showCertificate('otherHost');
  await expect(askEmulator(emulator, RELATIONSHIPS)).rejects.toThrow('does not match');
  emulator.showCertificate('own');
  expect((await askEmulator(emulator, RELATIONSHIPS)).status).toBe(200);
});

it('lets in those it knows, to what their role allows', async () => {
  const { uuid } = mirror();
  const transfers = `${RELATIONSHIPS}/${uuid}/transfers`;
  const status = async (path: string, ask: object) => (await askEmulator(emulator, path, ask)).status;
  expect(await status(RELATIONSHIPS, { user: null })).toBe(401);
  expect(await status(RELATIONSHIPS, { user: 'admin:wrong' })).toBe(401);
  expect(await status('/cluster', { user: 'monitor:monitor-password' })).toBe(200);
  expect(await status('/cluster', { user: 'status:status-password' })).toBe(403);
  expect(await status(transfers, { method: 'POST', body: {}, user: 'monitor:monitor-password' })).toBe(403);
  expect(await status(transfers, { method: 'POST', body: {}, user: 'datamark:datamark-password' })).toBe(201);
  const paused = { method: 'PATCH', body: { state: 'paused' }, user: 'datamark:datamark-password' };
  expect(await status(`${RELATIONSHIPS}/${uuid}`, paused)).toBe(403);
  const { client: certificate, foreign } = emulator.certificates;
  expect(await status('/cluster', { user: null, certificate })).toBe(200);
  expect(await status('/cluster', { user: null, certificate: foreign })).toBe(401);
  const bearer = (token: string) => ({ user: null, headers: { authorization: `Bearer ${token}` } });
  expect(await status('/cluster', bearer('eyJhbGciOiJub25lIn0=.eyJzdWIiOiJvYXV0aC11c2VyIn0=.c2ln'))).toBe(200);
  expect(await status('/cluster', bearer('wrong'))).toBe(401);
});

it('writes the codes of errors as strings, or as numbers', async () => {
  const missing = `${RELATIONSHIPS}/12345678-0000-0000-0000-000000000000`;
  const text = Failed.parse((await askEmulator(emulator, missing)).body);
  expect(text.error).toEqual({ code: '4', message: "entry doesn't exist", target: 'uuid' });
  emulator.codes = 'number';
  expect(Failed.parse((await askEmulator(emulator, missing)).body).error.code).toBe(4);
});
