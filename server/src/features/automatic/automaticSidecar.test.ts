/** Automatic snapshots of the real sidecar, with nobody connected, and killed in the middle of one. */
import * as fs from 'node:fs';
import { join } from 'node:path';
import { RunningStatus, SnapshotPage, VolumeList, type Snapshot } from '../../../../contract';
import { API_PREFIX } from '../../../../contract';
import { BundledSidecar, type RunningSidecar } from '../../testing/bundledSidecar';
import { send } from '../../testing/testSidecar';
import { until } from '../../testing/until';

// Processes are started on a machine that may be busy.
jest.setTimeout(60_000);

let bundled: BundledSidecar;
let directory: string;
let root: string;

beforeAll(async () => {
  bundled = await BundledSidecar.build();
}, 60_000);
beforeEach(() => {
  directory = fs.mkdtempSync(join(bundled.directory, 'test-'));
  root = join(directory, 'volume');
  fs.mkdirSync(root);
  fs.writeFileSync(join(root, 'file.txt'), 'content');
});
afterAll(() => bundled.remove());

const run = (socket: string, parts: object): RunningSidecar =>
  bundled.run(['serve', '--socket', join(directory, socket)], {
    configuration: JSON.stringify({ volumes: [{ path: root, name: 'home' }], ...parts })
  });
const read = async (socket: string, path: string): Promise<unknown> =>
  (await send(join(directory, socket), 'GET', API_PREFIX + path)).json();
const snapshots = async (socket: string): Promise<Snapshot[]> => {
  const { items } = VolumeList.parse(await read(socket, '/volumes'));
  return SnapshotPage.parse(await read(socket, `/volumes/${items[0]?.id ?? ''}/snapshots`)).items;
};
const complete = (): string[] => {
  const path = join(root, '.datamark', 'snapshots');
  return fs.existsSync(path) ? fs.readdirSync(path) : [];
};

it('makes one with nobody connected, tells its setting, and makes none twice', async () => {
  const automatic = { mode: 'every', everyMs: 200, keep: 2 };
  const sidecar = run('one', { automatic });
  await until(() => complete().length === 1, 20_000);

  fs.writeFileSync(join(root, 'file.txt'), 'changed');
  await until(() => complete().length === 2, 20_000);
  const seen = await snapshots('one');
  // A later look is over when the next one is planned.
  const next = async (): Promise<string> => RunningStatus.parse(await read('one', '/status')).automatic?.nextAt ?? '';
  const before = await next();
  await until(async () => (await next()) > before, 20_000);

  expect(seen.map(({ origin, state }) => `${origin} ${state.phase}`)).toEqual(['auto ready', 'auto ready']);
  expect((await snapshots('one')).map(({ name }) => name)).toEqual(seen.map(({ name }) => name));
  expect(RunningStatus.parse(await read('one', '/status')).automatic).toMatchObject({ mode: 'every', keep: 2 });
  sidecar.process.stdin?.end();
  expect((await sidecar.ended).code).toBe(0);
});

it.each(['snapshot:begin', 'snapshot:copied', 'snapshot:published'])(
  'killed at %s, the next process leaves exactly one',
  async step => {
    const automatic = { mode: 'start', serverStartedAt: new Date().toISOString() };
    const killed = run('one', { automatic, faults: { kill: { step } } });
    expect(await killed.ended).toMatchObject({ signal: 'SIGKILL' });

    const next = run('two', { automatic });
    await until(async () => (await snapshots('two').catch(() => [])).some(one => one.state.phase === 'ready'), 30_000);
    const decided = async (): Promise<boolean> =>
      RunningStatus.parse(await read('two', '/status')).automatic?.nextAt === null;
    await until(decided, 20_000);

    const [only, ...others] = await snapshots('two');
    expect([only?.origin, only?.state.phase, others]).toEqual(['auto', 'ready', []]);
    expect(fs.readFileSync(join(only?.path ?? '', 'file.txt'), 'utf8')).toBe('content');
    next.process.stdin?.end();
    expect((await next.ended).code).toBe(0);
  }
);
