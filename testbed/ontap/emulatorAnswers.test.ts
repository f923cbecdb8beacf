/** How the emulator answers: jobs, pages in order, links, and what goes wrong after the request was carried out. */
import { askEmulator, type Ask } from './askEmulator';
import { makeCertificates, type EmulatorCertificates } from './emulatorCertificates';
import { EmulatorClock } from './emulatorClock';
import { OntapEmulator } from './ontapEmulator';

const RELATIONSHIPS = '/snapmirror/relationships';
jest.setTimeout(30_000);
let certificates: EmulatorCertificates;
let emulator: OntapEmulator;

beforeAll(async () => {
  certificates = await makeCertificates('certificate-user');
});
afterAll(() => certificates.dispose());

beforeEach(async () => {
  emulator = new OntapEmulator({ pageLimit: 2, certificates });
  await emulator.start();
});
afterEach(() => emulator.stop());

const mirror = (name = 'data', more: object = {}) =>
  emulator.addRelationship({ source: `src:${name}`, destination: `dst:${name}`, ...more });
const ask = (path: string, how?: Ask) => askEmulator(emulator, path, how);
const paused: Ask = { method: 'PATCH', body: { state: 'paused' } };
const jobOf = (body: unknown) => (body as { job: { uuid: string } }).job.uuid;

it('a change is a job: 202 at once, or 200 where the client waits for it', async () => {
  const one = mirror();
  const changed = await ask(`${RELATIONSHIPS}/${one.uuid}`, paused);
  expect(changed.status).toBe(202);
  expect((await ask(`/cluster/jobs/${jobOf(changed.body)}`)).body).toMatchObject({ state: 'success', code: 0 });
  expect(one.state).toBe('paused');
  expect((await ask(`${RELATIONSHIPS}/${one.uuid}?return_timeout=15`, paused)).status).toBe(200);
});

it('a slow job runs until time has passed, and changes nothing before', async () => {
  const one = mirror();
  emulator.jobs.seconds = 10;
  const changed = await ask(`${RELATIONSHIPS}/${one.uuid}?return_timeout=5`, paused);
  expect(changed.status).toBe(202);
  const job = `/cluster/jobs/${jobOf(changed.body)}`;
  expect((await ask(job)).body).toMatchObject({ state: 'running' });
  expect(one.state).toBe('snapmirrored');
  await emulator.advance(10);
  expect((await ask(job)).body).toMatchObject({ state: 'success' });
  expect(one.state).toBe('paused');
});

it('a job that fails tells why, and changes nothing', async () => {
  const one = mirror();
  emulator.failJobs({ code: '13303822', message: 'Modification in progress.' });
  const { body } = await ask(`${RELATIONSHIPS}/${one.uuid}`, paused);
  const error = { code: '13303822', message: 'Modification in progress.' };
  expect((await ask(`/cluster/jobs/${jobOf(body)}`)).body).toMatchObject({ state: 'failure', code: 13303822, error });
  expect(one.state).toBe('snapmirrored');
});

it('a list is ordered before it is cut into pages', async () => {
  ['b', 'c', 'a'].forEach(name => mirror(name));
  const paths: string[] = [];
  let next: string | undefined = `${RELATIONSHIPS}?order_by=destination.path%20desc&fields=destination.path`;
  while (next !== undefined) {
    const page = (await ask(next)).body as {
      records: { destination: { path: string } }[];
      _links: { next?: { href: string } };
    };
    paths.push(...page.records.map(({ destination }) => destination.path));
    next = page._links.next?.href.replace(/^\/api/, '');
  }
  expect(paths).toEqual(['dst:c', 'dst:b', 'dst:a']);
});

it('a relationship that is deleted between pages takes none of the others away', async () => {
  const [first, second, third] = ['a', 'b', 'c'].map(name => mirror(name).uuid);
  const page = (await ask(RELATIONSHIPS)).body as { records: object[]; _links: { next: { href: string } } };
  expect(page.records).toMatchObject([{ uuid: first }, { uuid: second }]);
  emulator.forget(first ?? '');
  emulator.forget(second ?? '');
  const rest = await ask(page._links.next.href.replace(/^\/api/, ''));
  expect(rest.body).toMatchObject({ records: [{ uuid: third }], num_records: 1 });
  expect((await ask(`${RELATIONSHIPS}/${first}`)).status).toBe(404);
});

it('plain JSON has no link but the one to the next page', async () => {
  ['a', 'b', 'c'].forEach(name => mirror(name));
  const { body } = await ask(RELATIONSHIPS, { headers: { accept: 'application/json' } });
  expect(body).toMatchObject({ _links: { next: { href: expect.stringContaining('start.index=3') } } });
  expect(JSON.stringify(body)).not.toContain('self');
});

it.each([
  ['a field that there is not', `${RELATIONSHIPS}?fields=mood`, undefined, 400, '262197'],
  ['a page of nothing', `${RELATIONSHIPS}?max_records=0`, undefined, 400, '262197'],
  ['a path that there is not', '/storage/luns', undefined, 404, '3'],
  ['a method that there is not', RELATIONSHIPS, { method: 'PUT', body: {} }, 405, '3'],
  ['a method that a list has not', '/cluster/schedules', { method: 'POST', body: {} }, 405, '3'],
  ['a body that is none', RELATIONSHIPS, { method: 'POST', body: { source: 5 } }, 400, '262254'],
  [
    'a destination that can be written to',
    RELATIONSHIPS,
    { method: 'POST', body: { source: { path: 'src:x' }, destination: { path: 'src:data' } } },
    400,
    '6619546'
  ]
])('%s is refused', async (_, path, how, status, code) => {
  mirror();
  const refused = await ask(path, how);
  expect(refused).toMatchObject({ status, body: { error: { code } } });
});

it('an answer that is lost was a transfer all the same, and a late one comes', async () => {
  const one = mirror();
  emulator.fail({ cut: 'after' }, { method: 'POST', times: 1 });
  const transfers = `${RELATIONSHIPS}/${one.uuid}/transfers`;
  await expect(ask(transfers, { method: 'POST', body: {} })).rejects.toThrow('socket hang up');
  expect(one.running).not.toBeNull();
  emulator.fail({ delayMs: 20 }, { times: 1 });
  expect((await ask(transfers)).body).toMatchObject({ num_records: 1 });
});

it('tells its own clock, which can be ahead of everybody’s, and goes on by itself where it should', async () => {
  const clock = new EmulatorClock({ startsAt: Date.now() + 7_200_000, flows: true });
  await using ahead = new OntapEmulator({ clock, certificates });
  await ahead.start();
  const one = ahead.addRelationship({ source: 'src:a', destination: 'dst:a', bytesPerTransfer: 0 });
  const { headers } = await askEmulator(ahead, `${RELATIONSHIPS}/${one.uuid}/transfers`, { method: 'POST', body: {} });
  expect(Date.parse(String(headers.date)) - Date.now()).toBeGreaterThan(7_000_000);
  await ahead.advance(0);
  expect(one.last?.state).toBe('success');
});
