/** Restores that fail or can't begin: the volume is as before, and what was written meanwhile is kept. */
import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { at, failing, saveByRename } from './testing/interference';
import { KEPT, quietContext, TestVolume } from './testing/testVolume';

let volume: TestVolume;

beforeEach(() => {
  volume = new TestVolume();
});
afterEach(() => {
  volume.dispose();
});

it.each(['restore:aside', 'restore:swap', 'restore:place', 'restore:remove', 'restore:settle', 'restore:verify'])(
  'goes back to exactly the data from before when %s fails',
  async step => {
    volume.write('a.txt', 'then');
    volume.write('b/c.txt', 'then');
    volume.write('b/gone.txt', 'then');
    volume.write('was-file', 'then');
    const snapshot = await volume.snapshot();
    volume.write('a.txt', 'now');
    volume.write('b/c.txt', 'now');
    fs.rmSync(volume.path('b/gone.txt'));
    fs.rmSync(volume.path('was-file'));
    volume.write('was-file/inside', 'now');
    volume.write('new/d.txt', 'now');
    const before = volume.freeze();
    const { progress } = await volume.restore(snapshot, { context: at(step, failing('EIO')) });
    expect(progress).toMatchObject({
      stage: 'done',
      asBefore: true,
      failure: { code: 'EIO', verification: step === 'restore:verify' },
      kept: []
    });
    expect(volume.text()).toEqual(before);
  }
);

it('goes back when a restored file is missing at the check', async () => {
  volume.write('a.txt', 'then');
  volume.write('b.txt', 'then');
  const snapshot = await volume.snapshot();
  volume.write('a.txt', 'now');
  volume.write('b.txt', 'now');
  const before = volume.freeze();
  const context = at('restore:verify', () => fs.rmSync(volume.path('a.txt')));
  const { progress } = await volume.restore(snapshot, { context });
  expect(progress).toMatchObject({ asBefore: true, failure: { words: 'a.txt is missing', verification: true } });
  expect(volume.text()).toEqual(before);
});

it('keeps what was written into a restored file when it goes back', async () => {
  volume.write('a.txt', 'then');
  volume.write('b.txt', 'then');
  const snapshot = await volume.snapshot();
  volume.write('a.txt', 'now');
  volume.write('b.txt', 'now');
  const context = at(
    'restore:swap',
    () => {
      fs.appendFileSync(volume.path('a.txt'), ' and more');
      failing('EIO')();
    },
    2
  );
  const { progress } = await volume.restore(snapshot, { context });
  expect(progress).toMatchObject({ asBefore: true, kept: ['a.txt'] });
  expect(volume.read('a.txt')).toBe('now');
  expect(volume.read('b.txt')).toBe('now');
  expect(volume.read(`${KEPT}/a.txt`)).toBe('then and more');
});

it('keeps, on the way back, a file that replaced a restored one', async () => {
  volume.write('a.txt', 'then');
  volume.write('b.txt', 'then');
  const snapshot = await volume.snapshot();
  volume.write('a.txt', 'now');
  volume.write('b.txt', 'now');
  const context = at(
    'restore:swap',
    () => {
      saveByRename(volume.path('a.txt'), 'saved after the swap');
      failing('EIO')();
    },
    2
  );
  const { progress } = await volume.restore(snapshot, { context });
  expect(progress).toMatchObject({ asBefore: true, kept: ['a.txt'] });
  expect(volume.read('a.txt')).toBe('now');
  expect(volume.read(`${KEPT}/a.txt`)).toBe('saved after the swap');
});

it('refuses a snapshot whose own files are damaged, before anything changes', async () => {
  volume.write('a.txt', 'then');
  const snapshot = await volume.snapshot();
  volume.write('a.txt', 'now');
  const damaged = join(volume.store.tree(snapshot), 'a.txt');
  fs.chmodSync(damaged, 0o600);
  fs.truncateSync(damaged, 2);
  const before = volume.freeze();
  await expect(volume.restore(snapshot)).rejects.toMatchObject({
    problem: { detail: expect.stringContaining('has 2 bytes instead of 4') as unknown }
  });
  expect(volume.text()).toEqual(before);
});

/** A file system of so many bytes, where the tests may mount one; else null. */
function smallFileSystem(bytes: number): string | null {
  const place = fs.mkdtempSync(join(tmpdir(), 'datamark-small-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${bytes}`, 'tmpfs', place], { stdio: 'ignore' });
    return place;
  } catch {
    fs.rmdirSync(place);
    return null;
  }
}

it('changes nothing when the disk becomes full while the restored files are made', async () => {
  const place = smallFileSystem(6 << 20);
  const small = place === null ? volume : new TestVolume('hardlink', place);
  // Without a file system of its own the test lets the step fail as a full disk does.
  const context = place === null ? at('restore:stage', failing('ENOSPC')) : quietContext();
  try {
    small.write('large.bin', 'a'.repeat(2_500_000));
    const snapshot = await small.snapshot();
    small.write('large.bin', 'b');
    small.write('filler', 'c'.repeat(1_000_000));
    const before = small.freeze();
    await expect(small.restore(snapshot, { context })).rejects.toMatchObject({ code: 'ENOSPC' });
    expect(small.text()).toEqual(before);
    const [restore] = fs.readdirSync(small.store.restores);
    expect(fs.readdirSync(join(small.store.restores, restore ?? ''))).toEqual([]);
  } finally {
    if (place !== null) {
      execFileSync('umount', [place]);
      fs.rmdirSync(place);
    }
  }
});
