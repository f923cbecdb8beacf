/** The real bundle as a process: how it is started, what it refuses, and how it ends. */
import { mkdir, mkdtemp, stat, writeFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { API_PREFIX, RunningStatus, Snapshot, SnapshotPage, VolumeList } from '../../contract';
import { version } from '../../package.json';
import { exitCodes } from './exitCodes';
import { nodeTooOld } from './nodeVersion';
import { BundledSidecar, type RunningSidecar } from './testing/bundledSidecar';
import { EventReader } from './testing/eventReader';
import { openRequest, send } from './testing/testSidecar';
import { until } from './testing/until';

// Each test starts a process of its own, on a machine that may be busy.
jest.setTimeout(30_000);

let bundled: BundledSidecar;
let directory: string;
let socketPath: string;
let configuration: string;

beforeAll(async () => {
  bundled = await BundledSidecar.build();
}, 60_000);

beforeEach(async () => {
  directory = await mkdtemp(join(bundled.directory, 'test-'));
  socketPath = join(directory, 's');
  const volume = join(directory, 'volume');
  await mkdir(volume);
  await writeFile(join(volume, 'file.txt'), 'content');
  configuration = JSON.stringify({ volumes: [{ path: volume }], serverRoot: volume, socket: socketPath });
});

afterAll(() => bundled.remove());

const get = (path: string) => send(socketPath, 'GET', API_PREFIX + path);
const accepts = (): Promise<boolean> =>
  new Promise(resolve => {
    const socket = connect(socketPath);
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });

/** A sidecar on a socket of the parent, which answers. */
async function activated(options: { holdStdin?: boolean } = {}): Promise<RunningSidecar> {
  const running = bundled.activate(socketPath, { configuration, ...options });
  await until(() => existsSync(socketPath) && accepts(), 20_000);
  expect((await get('/status')).status).toBe(200);
  return running;
}

describe('started on a socket of its parent', () => {
  it('answers also those who connected before it ran', async () => {
    const running = bundled.activate(socketPath, { configuration });
    await until(() => existsSync(socketPath), 20_000);
    await until(accepts, 20_000);
    const status = RunningStatus.parse((await get('/status')).json());
    expect([status.version, status.pid]).toEqual([version, running.process.pid]);
    running.process.stdin?.end();
    expect((await running.ended).code).toBe(0);
  });

  it('serves the volumes that it is configured for', async () => {
    const running = await activated();
    const volumes = await get('/volumes');
    expect(volumes.json()).toMatchObject({ items: [{ mountPath: join(directory, 'volume'), browsePath: '' }] });
    running.process.stdin?.end();
    expect((await running.ended).code).toBe(0);
  });

  it('reads queries and bodies and answers problems, though parts of express are left out of it', async () => {
    const running = await activated();
    const { items } = VolumeList.parse((await get('/volumes')).json());
    const snapshots = `/volumes/${items[0]?.id ?? ''}/snapshots`;
    const made = await send(socketPath, 'POST', API_PREFIX + snapshots, { body: { title: 'Größe & Maß' } });
    expect([made.status, made.headers['content-type']]).toEqual([202, 'application/json; charset=utf-8']);
    expect(Snapshot.parse(made.json()).title).toBe('Größe & Maß');
    const found = async (q: string): Promise<unknown> => (await get(`${snapshots}?limit=1&q=${q}&17638123`)).json();
    expect(await found('gro%C3%9Fe+%26')).toMatchObject({ total: 1, items: [{ title: 'Größe & Maß' }] });
    expect(await found('nothing')).toMatchObject({ total: 0, items: [] });
    const refused = await get(`${snapshots}?limit=none`);
    expect([refused.status, refused.headers['content-type']]).toEqual([400, 'application/problem+json; charset=utf-8']);
    running.process.stdin?.end();
    expect((await running.ended).code).toBe(0);
  });

  it('lists what another process made, also where there was no store to watch', async () => {
    const running = await activated();
    const { items } = VolumeList.parse((await get('/volumes')).json());
    const snapshots = `/volumes/${items[0]?.id ?? ''}/snapshots`;
    expect((await get(snapshots)).json()).toMatchObject({ total: 0 });
    const other = bundled.activate(join(directory, 'other'), { configuration });
    await until(() => existsSync(join(directory, 'other')), 20_000);

    const made = await send(join(directory, 'other'), 'POST', API_PREFIX + snapshots, { body: { title: 'elsewhere' } });

    expect(made.status).toBe(202);
    const titles = async (): Promise<unknown[]> =>
      SnapshotPage.parse((await get(snapshots)).json()).items.map(({ title }) => title);
    await until(async () => (await titles()).includes('elsewhere'), 20_000);
    for (const one of [running, other]) {
      one.process.stdin?.end();
      expect((await one.ended).code).toBe(0);
    }
  });

  it('ends when its parent dies, and leaves the parent’s socket where it is', async () => {
    const running = await activated();
    running.process.stdin?.destroy();
    expect(await running.ended).toMatchObject({ code: 0, signal: null });
    expect(existsSync(socketPath)).toBe(true);
  });

  it.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)('ends in order on %s, event streams included', async signal => {
    const running = await activated();
    const reader = new EventReader(await openRequest(socketPath, 'GET', `${API_PREFIX}/events`));
    await reader.first(1);
    const begun = performance.now();
    running.process.kill(signal);
    expect(await running.ended).toMatchObject({ code: 0, signal: null });
    expect(performance.now() - begun).toBeLessThan(5_000);
    await until(() => reader.ended);
  });

  it('goes on without a stdin that is held', async () => {
    const running = await activated({ holdStdin: false });
    expect((await get('/status')).status).toBe(200);
    running.process.kill('SIGTERM');
    expect((await running.ended).code).toBe(0);
  });

  it('logs JSON lines on stderr', async () => {
    const running = await activated();
    running.process.stdin?.end();
    const { stderr } = await running.ended;
    const lines = stderr
      .trim()
      .split('\n')
      .map(line => JSON.parse(line) as { msg: string });
    expect(lines.map(({ msg }) => msg)).toEqual(expect.arrayContaining(['listening', 'stopping']));
  });
});

describe('started on a path', () => {
  const serve = (path: string): RunningSidecar => bundled.run(['serve', '--socket', path], { configuration });

  it('makes a socket that is its user’s alone, and takes it away', async () => {
    const running = serve(socketPath);
    await until(() => existsSync(socketPath) && accepts(), 20_000);
    expect((await stat(socketPath)).mode & 0o777).toBe(0o600);
    running.process.kill('SIGTERM');
    expect((await running.ended).code).toBe(0);
    expect(existsSync(socketPath)).toBe(false);
  });

  it('takes the place of a socket that nobody listens on', async () => {
    const killed = serve(socketPath);
    await until(() => existsSync(socketPath) && accepts(), 20_000);
    killed.process.kill('SIGKILL');
    await killed.ended;
    expect(existsSync(socketPath)).toBe(true);
    const running = serve(socketPath);
    await until(accepts, 20_000);
    running.process.kill('SIGTERM');
    expect((await running.ended).code).toBe(0);
  });

  it('leaves a socket alone that somebody listens on', async () => {
    const other = createServer().listen(socketPath);
    try {
      const { code, stderr } = await serve(socketPath).ended;
      expect([code, stderr]).toEqual([exitCodes.system, expect.stringContaining('EADDRINUSE')]);
      expect(await accepts()).toBe(true);
    } finally {
      other.close();
    }
  });

  it('says that a path is too long for a socket', async () => {
    const { code, stderr } = await serve(join(directory, 'x'.repeat(108))).ended;
    expect([code, stderr]).toEqual([exitCodes.system, expect.stringContaining('the limit is 107')]);
  });
});

describe('refuses in one line', () => {
  const refused = async (args: string[], text: string | null): Promise<[number | null, string]> => {
    const { code, stderr } = await bundled.run(args, { configuration: text }).ended;
    expect(stderr.trim().split('\n')).toHaveLength(1);
    return [code, stderr];
  };

  it.each([
    ['none', null, 'is not set'],
    ['an empty one', ' ', 'is not set'],
    ['no JSON', '{"volumes":\n[', 'is not JSON'],
    ['no volume', '{"volumes":[]}', 'volumes'],
    ['a volume without path', '{"volumes":[{"name":"a"}]}', 'volumes.0.path'],
    ['an unknown provider', '{"provider":"tape","volumes":[{"path":"/"}]}', 'provider'],
    ['a list', '[]', 'document']
  ])('a configuration that is %s', async (_case, text, message) => {
    const [code, stderr] = await refused(['serve', '--socket', socketPath], text);
    expect(code).toBe(exitCodes.configuration);
    expect(stderr).toMatch(/^datamark: DATAMARK_CONFIG /);
    expect(stderr).toContain(message);
  });

  it.each([
    [[]],
    [['help']],
    [['serve']],
    [['serve', '--fd', '3', '--socket', 'x']],
    [['serve', '--fd', 'x']],
    [['serve', '--fd', '0']],
    [['serve', '--port', '80']]
  ])('the arguments %j', async args => {
    expect(await refused(args, configuration)).toEqual([exitCodes.usage, expect.stringContaining('usage:')]);
  });

  it('a file descriptor that is no socket', async () => {
    const { code } = await bundled.run(['serve', '--fd', '9'], { configuration }).ended;
    expect(code).toBe(exitCodes.system);
  });
});

it.each([
  ['20.20.2', true],
  ['22.18.0', true],
  ['22.19.0', false],
  ['24.0.0', false],
  ['100.1.0', false]
])('Node %s is too old: %j', (node, tooOld) => {
  expect(nodeTooOld(node) !== null).toBe(tooOld);
});
