/** What the preflight report says of directories: made for real, each in the state that it must tell. */
import * as fs from 'node:fs';
import { join } from 'node:path';
import type { CheckFinding } from '../../../../contract';
import { untilPhase } from '../../testing/untilIndexed';
import { onlyVolume, TemporaryVolumes } from './testing/temporaryVolume';

const temporary = new TemporaryVolumes('memory');
afterEach(() => temporary.dispose());

const find = (findings: readonly CheckFinding[], what: string): CheckFinding | undefined =>
  findings.find(({ id }) => id.startsWith(`${what}/`));

it('a new directory is fine, and looking at it makes nothing', async () => {
  const root = temporary.directory();
  const provider = await temporary.provider(root);

  const findings = await provider.check();

  expect(findings.map(({ id, state }) => `${id.split('/')[0] ?? ''} ${state}`)).toEqual([
    'store ok',
    'disk ok',
    'copying unknown'
  ]);
  expect(find(findings, 'store')).toMatchObject({ title: 'Store of home', object: 'home', affects: [] });
  expect(fs.readdirSync(root)).toEqual([]);
});

it.each([
  ['hardlink', 'ok'],
  ['copy', 'warning']
] as const)('after the first snapshot the way of copying is told: %s is %s', async (method, state) => {
  const root = temporary.directory();
  const provider = await temporary.provider(root, { faults: { slowMs: 0, method } });
  const wanted = { note: '', heldUntil: null, notebook: null };
  const { name } = await provider.createSnapshot(onlyVolume(provider), wanted, { operationKey: null });
  await untilPhase(provider.index, 'snapshot', name, 'ready');

  const findings = await provider.check();

  expect(find(findings, 'copying')?.state).toBe(state);
  expect(find(findings, 'store')?.message).toContain('this server holds its lock');
});

it('says the same of a directory that is gone as the volume does', async () => {
  const root = temporary.directory();
  const provider = await temporary.provider(root);
  fs.rmSync(root, { recursive: true });
  await provider.refresh();

  const store = find(await provider.check(), 'store');

  expect(store).toMatchObject({
    state: 'failed',
    affects: ['list', 'snapshot', 'clone', 'restore', 'files', 'delete', 'hold']
  });
  expect(provider.index.all('volume')[0]?.can.snapshot).toEqual({
    available: false,
    reason: store?.message,
    fix: store?.fix
  });
});

it('names who holds the lock', async () => {
  const root = temporary.directory();
  const first = await temporary.provider(root, {}, 60_000);
  const wanted = { note: '', heldUntil: null, notebook: null };
  const { name } = await first.createSnapshot(onlyVolume(first), wanted, { operationKey: null });
  await untilPhase(first.index, 'snapshot', name, 'ready');
  const lock = join(root, '.datamark/lock');
  const held = JSON.parse(fs.readFileSync(lock, 'utf8')) as object;
  fs.writeFileSync(lock, JSON.stringify({ ...held, id: 'other', host: 'elsewhere' }));

  const store = find(await first.check(), 'store');

  expect(store).toMatchObject({
    state: 'failed',
    affects: ['snapshot', 'clone', 'restore', 'files', 'delete', 'hold']
  });
  expect(store?.message).toContain('elsewhere');
});
