/** Which files a restore brings back and in what form, and which it leaves alone. */
import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import { join } from 'node:path';
import { TestVolume } from './testing/testVolume';

let volume: TestVolume;

beforeEach(() => {
  volume = new TestVolume();
});
afterEach(() => {
  volume.dispose();
});

it('leaves excluded paths, special files, clones and folders of kept files alone', async () => {
  volume.write('a.txt', 'then');
  volume.write('cache/x', 'then');
  const snapshot = await volume.snapshot(['cache/']);
  volume.write('a.txt', 'now');
  volume.write('cache/x', 'now');
  volume.write('folder/cache/y', 'now');
  volume.write('kept-by-restore-20260101-000000-abcd/a.txt', 'precious');
  fs.mkdirSync(volume.path('datamark-clones/one'), { recursive: true });
  execFileSync('mkfifo', [volume.path('folder/pipe')]);
  const { progress } = await volume.restore(snapshot, { exclude: ['cache/'] });
  expect(volume.read('a.txt')).toBe('then');
  expect(volume.read('cache/x')).toBe('now');
  expect(volume.read('folder/cache/y')).toBe('now');
  expect(volume.read('kept-by-restore-20260101-000000-abcd/a.txt')).toBe('precious');
  expect(fs.existsSync(volume.path('datamark-clones/one'))).toBe(true);
  expect(fs.lstatSync(volume.path('folder/pipe')).isFIFO()).toBe(true);
  expect(progress.failure).toBeNull();
});

it('does not remove files of which the snapshot knows nothing because they were excluded then', async () => {
  volume.write('a.txt', 'then');
  volume.write('models/big.bin', 'then');
  const snapshot = await volume.snapshot(['models/']);
  volume.write('a.txt', 'now');
  await volume.restore(snapshot, { exclude: [] });
  expect(volume.read('a.txt')).toBe('then');
  expect(volume.read('models/big.bin')).toBe('then');
});

it('brings hard links back as separate files, and holes as holes', async () => {
  volume.write('one', 'linked');
  fs.linkSync(volume.path('one'), volume.path('two'));
  fs.writeFileSync(volume.path('sparse'), 'head');
  fs.truncateSync(volume.path('sparse'), 64 << 20);
  const snapshot = await volume.snapshot();
  fs.rmSync(volume.path('two'));
  fs.rmSync(volume.path('sparse'));
  fs.chmodSync(volume.path('one'), 0o600);
  const { progress } = await volume.restore(snapshot);
  expect(progress.failure).toBeNull();
  expect(volume.read('two')).toBe('linked');
  expect(fs.statSync(volume.path('two')).ino).not.toBe(fs.statSync(volume.path('one')).ino);
  expect(fs.statSync(volume.path('sparse')).size).toBe(64 << 20);
  expect(fs.statSync(volume.path('sparse')).blocks * 512).toBeLessThan(8 << 20);
});

it('never links a live file to a snapshot', async () => {
  volume.write('a.txt', 'then');
  const snapshot = await volume.snapshot();
  fs.rmSync(volume.path('a.txt'));
  await volume.restore(snapshot);
  fs.appendFileSync(volume.path('a.txt'), ' and more');
  expect(fs.readFileSync(join(volume.store.tree(snapshot), 'a.txt'), 'utf8')).toBe('then');
});
