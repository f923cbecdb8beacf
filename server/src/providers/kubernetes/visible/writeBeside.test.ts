/** Copies beside what is there: what comes with them, what never happens, and what is left of one that ends early. */
import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { copyCancelled, copyProblem } from './copyProblem';
import { DIRECTORY } from './openVisibleSnapshot';
import { writeBeside, type WriteBeside, type Written } from './writeBeside';

const FOLDER = 'restored-20261122-101500';

let directory: string;
let snapshot: string;
let root: string;

beforeEach(() => {
  directory = fs.mkdtempSync(join(tmpdir(), 'datamark-beside-'));
  [snapshot, root] = [join(directory, 'snapshot'), join(directory, 'höme')];
  fs.mkdirSync(join(snapshot, 'a/b'), { recursive: true });
  fs.mkdirSync(root);
  fs.writeFileSync(join(snapshot, 'a/b/file'), 'old');
  fs.writeFileSync(join(snapshot, 'single'), 'one');
});

afterEach(() => {
  fs.chmodSync(join(snapshot, 'a/b'), 0o755);
  fs.rmSync(directory, { recursive: true });
});

async function copy(paths: readonly string[], more: Partial<WriteBeside> = {}): Promise<Written> {
  const handle = await open(snapshot, DIRECTORY);
  const { signal } = new AbortController();
  const rest = { signal, onBytes: () => undefined, onCopied: () => undefined, ...more };
  try {
    return await writeBeside({ snapshot: handle, root, paths, folder: FOLDER, ...rest });
  } finally {
    await handle.close();
  }
}

const inFolder = (path: string): string => join(root, FOLDER, path);

test('brings contents, folders, modes and times, and nothing that was not chosen', async () => {
  fs.writeFileSync(join(snapshot, 'a/not'), '');
  fs.utimesSync(join(snapshot, 'a/b/file'), 1_700_000_000, 1_700_000_000);
  fs.chmodSync(join(snapshot, 'a/b/file'), 0o750);
  fs.chmodSync(join(snapshot, 'a/b'), 0o555);

  expect(await copy(['a/b', 'a/b/file', 'single'])).toEqual({ folder: FOLDER, left: [] });

  expect(fs.readFileSync(inFolder('a/b/file'), 'utf8')).toBe('old');
  const { mode, mtimeMs } = fs.statSync(inFolder('a/b/file'));
  expect([mode & 0o777, mtimeMs]).toEqual([0o750, 1_700_000_000_000]);
  expect(fs.statSync(inFolder('a/b')).mode & 0o777).toBe(0o555);
  expect(fs.readdirSync(inFolder('a'))).toEqual(['b']);
  expect(fs.readdirSync(root)).toEqual([FOLDER]);
  fs.chmodSync(inFolder('a/b'), 0o755);
});

test('copies links as links and follows none, not on the way to a chosen path either', async () => {
  const outside = join(directory, 'outside');
  fs.mkdirSync(outside);
  fs.writeFileSync(join(outside, 'secret'), 'secret');
  fs.symlinkSync(outside, join(snapshot, 'way'));
  fs.symlinkSync('/etc', join(snapshot, 'a/link'));

  await copy(['way/secret', 'way', 'a']);

  expect(fs.readlinkSync(inFolder('way'))).toBe(outside);
  expect(fs.readlinkSync(inFolder('a/link'))).toBe('/etc');
  await copy(['way/secret'], { folder: 'restored-20261122-101501' });
  expect(fs.readdirSync(join(root, 'restored-20261122-101501'))).toEqual([]);
});

test('keeps names that are no text, and holes', async () => {
  const name = Buffer.from([0x66, 0xff, 0x66]);
  fs.writeFileSync(Buffer.concat([Buffer.from(`${snapshot}/a/`), name]), 'bytes');
  const sparse = join(snapshot, 'a/sparse');
  fs.writeFileSync(sparse, 'x');
  fs.truncateSync(sparse, 64 << 20);

  await copy(['a']);

  expect(fs.readdirSync(inFolder('a'), { encoding: 'buffer' })).toContainEqual(name);
  const { size, blocks } = fs.statSync(inFolder('a/sparse'));
  expect(size).toBe(64 << 20);
  expect(blocks * 512).toBeLessThan(8 << 20);
});

test('takes another name where something has the wanted one, and writes nothing over', async () => {
  fs.mkdirSync(join(root, FOLDER));
  fs.writeFileSync(join(root, `${FOLDER}-2`), 'mine');
  fs.symlinkSync('nowhere', join(root, `${FOLDER}-3`));

  expect((await copy(['single'])).folder).toBe(`${FOLDER}-4`);

  expect(fs.readdirSync(join(root, FOLDER))).toEqual([]);
  expect(fs.readFileSync(join(root, `${FOLDER}-2`), 'utf8')).toBe('mine');
});

test('names what is no file, and copies the rest', async () => {
  const fifo = join(snapshot, 'a/fifo');
  expect(spawnSync('mkfifo', [fifo]).status).toBe(0);

  expect((await copy(['a'])).left).toEqual(['a/fifo']);

  expect(fs.readFileSync(inFolder('a/b/file'), 'utf8')).toBe('old');
});

test('a copy that is cancelled, or finds the disk full, leaves nothing', async () => {
  fs.chmodSync(join(snapshot, 'a/b'), 0o555);
  const abort = new AbortController();
  const cancelling = copy(['a', 'single'], { signal: abort.signal, onBytes: () => abort.abort() });
  await expect(cancelling).rejects.toMatchObject({ name: 'AbortError' });
  expect(fs.readdirSync(root)).toEqual([]);

  const full = Object.assign(new Error('full'), { code: 'ENOSPC' });
  const failing = copy(['a', 'single'], {
    onCopied: () => {
      throw full;
    }
  });
  await expect(failing).rejects.toBe(full);
  expect(fs.readdirSync(root)).toEqual([]);
  expect(copyProblem(full, 'home', 'r')).toMatchObject({
    status: 507,
    detail: 'home has no space left for the files. Nothing was replaced, and nothing of the copy is left.'
  });
  expect(copyCancelled({ leftover: '.restored' }, 'r').detail).toContain('.restored could not be removed');
});

test('what a killed server has left is removed a day later, and not before', async () => {
  const left = join(root, '.restored-20261101-000000-0123abcd.copying');
  fs.mkdirSync(left);
  await copy(['single']);
  expect(fs.existsSync(left)).toBe(true);
  const soon = Date.now();
  jest.spyOn(Date, 'now').mockReturnValue(soon + 25 * 60 * 60_000);
  try {
    await copy(['single']);
  } finally {
    jest.restoreAllMocks();
  }
  expect(fs.existsSync(left)).toBe(false);
});
