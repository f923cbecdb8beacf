/** Restores while the volume does not hold still: other writers, links in the way, failures, a full disk. */
import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { applyRestore } from './applyRestoreJob';
import { quietContext, TestVolume } from './testing/testVolume';

const KEPT = 'kept-by-restore-test';
let volume: TestVolume;

beforeEach(() => {
  volume = new TestVolume();
});
afterEach(() => {
  volume.dispose();
});

/** A context that does something once, when a step is reached for the n-th time. */
function at(step: string, act: () => void, nth = 1): ReturnType<typeof quietContext> {
  let reached = 0;
  return quietContext(name => {
    reached += name === step ? 1 : 0;
    if (name === step && reached === nth) {
      act();
    }
  });
}

const failing = (code: string) => (): void => {
  throw Object.assign(new Error(`${code}: as if`), { code });
};

/** Saves as editors do: a new file under another name, moved over the old one. */
function saveByRename(path: string, content: string): void {
  fs.writeFileSync(`${path}.saving`, content);
  fs.renameSync(`${path}.saving`, path);
}

it.each([
  ['in place', (path: string) => fs.writeFileSync(path, 'saved in between')],
  ['by rename', (path: string) => saveByRename(path, 'saved in between')],
  [
    'in place with the same size and the old time',
    (path: string): void => {
      const { atime, mtime } = fs.statSync(path);
      fs.writeFileSync(path, 'NOW');
      fs.utimesSync(path, atime, mtime);
    }
  ]
])('keeps a file that is saved %s between the safety snapshot and the swap', async (_, save) => {
  volume.write('folder/notes.txt', 'then');
  const snapshot = await volume.snapshot();
  volume.write('folder/notes.txt', 'now');
  const { progress } = await volume.restore(snapshot, { secured: () => save(volume.path('folder/notes.txt')) });
  expect(volume.read('folder/notes.txt')).toBe('then');
  expect(progress).toMatchObject({ failure: null, kept: ['folder/notes.txt'] });
  expect(volume.read(`${KEPT}/folder/notes.txt`)).toMatch(/^(saved in between|NOW)$/);
});

it('keeps a file that is saved between its two steps', async () => {
  volume.write('notes.txt', 'then');
  const snapshot = await volume.snapshot();
  volume.write('notes.txt', 'now');
  const context = at('restore:aside', () => saveByRename(volume.path('notes.txt'), 'in the last moment'));
  const { progress } = await volume.restore(snapshot, { context });
  expect(volume.read('notes.txt')).toBe('then');
  expect(progress.kept).toEqual(['notes.txt']);
  expect(volume.read(`${KEPT}/notes.txt`)).toBe('in the last moment');
});

it('keeps what is written through a descriptor that was open before the swap', async () => {
  volume.write('log.txt', 'then');
  const snapshot = await volume.snapshot();
  volume.write('log.txt', 'now');
  const fd = fs.openSync(volume.path('log.txt'), 'a');
  const { progress } = await volume.restore(snapshot, {
    context: at('restore:swap', () => void fs.writeSync(fd, ', and a late line'))
  });
  fs.closeSync(fd);
  expect(volume.read('log.txt')).toBe('then');
  expect(progress.kept).toEqual(['log.txt']);
  expect(volume.read(`${KEPT}/log.txt`)).toBe('now, and a late line');
});

it('leaves a file that is saved after its swap as it was saved, and says so', async () => {
  volume.write('notes.txt', 'then');
  const snapshot = await volume.snapshot();
  volume.write('notes.txt', 'now');
  const context = at('restore:verify', () => saveByRename(volume.path('notes.txt'), 'later'));
  const { progress } = await volume.restore(snapshot, { context });
  expect(volume.read('notes.txt')).toBe('later');
  expect(progress).toMatchObject({ failure: null, changedMeanwhile: ['notes.txt'] });
});

it('never removes or overwrites what the safety snapshot does not hold', async () => {
  volume.write('comes-back.txt', 'then');
  volume.write('folder/a.txt', 'then');
  const snapshot = await volume.snapshot();
  fs.rmSync(volume.path('comes-back.txt'));
  volume.write('goes/away.txt', 'made since');
  const { progress } = await volume.restore(snapshot, {
    secured: () => {
      volume.write('comes-back.txt', 'made in between');
      volume.write('goes/made-in-between.txt', 'also');
      volume.write('new.txt', 'also');
    }
  });
  expect(volume.read('comes-back.txt')).toBe('made in between');
  expect(volume.read('goes/made-in-between.txt')).toBe('also');
  expect(volume.read('new.txt')).toBe('also');
  expect(fs.existsSync(volume.path('goes/away.txt'))).toBe(false);
  expect(progress).toMatchObject({ failure: null, left: ['comes-back.txt'], kept: [] });
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

it('does not follow a link that takes a folder’s place during the restore, and goes back', async () => {
  const outside = fs.mkdtempSync(join(tmpdir(), 'datamark-outside-'));
  try {
    fs.writeFileSync(join(outside, 'b.txt'), 'of somebody else');
    volume.write('folder/a.txt', 'then');
    volume.write('folder/b.txt', 'then');
    volume.write('z.txt', 'then');
    const snapshot = await volume.snapshot();
    volume.write('folder/a.txt', 'now');
    volume.write('folder/b.txt', 'now');
    volume.write('z.txt', 'now');
    const { progress } = await volume.restore(snapshot, {
      context: at('restore:swap', () => {
        fs.renameSync(volume.path('folder'), volume.path('moved'));
        fs.symlinkSync(outside, volume.path('folder'));
      })
    });
    expect(fs.readFileSync(join(outside, 'b.txt'), 'utf8')).toBe('of somebody else');
    expect(fs.readdirSync(outside)).toEqual(['b.txt']);
    expect(progress).toMatchObject({ stage: 'done', asBefore: false });
    expect(progress.failure?.words).toContain('folder');
    expect(volume.read('z.txt')).toBe('now');
    expect(volume.read('moved/b.txt')).toBe('now');
  } finally {
    fs.rmSync(outside, { recursive: true, force: true });
  }
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

it('loses no version of a file that a program keeps saving by rename', async () => {
  volume.write('busy.txt', 'then');
  const snapshot = await volume.snapshot();
  saveByRename(volume.path('busy.txt'), 'version 0');
  let version = 0;
  let saved = 'version 0';
  const context = quietContext(name => {
    if (name.startsWith('restore:')) {
      version += 1;
      saved = `version ${version}`;
      saveByRename(volume.path('busy.txt'), saved);
    }
  });
  const { progress } = await volume.restore(snapshot, { context });
  const kept = progress.kept.map(path => volume.read(`${KEPT}/${path}`));
  expect([volume.read('busy.txt'), ...kept]).toContain(saved);
});

it('names every kept file, also when it was interrupted while it brought them out', async () => {
  for (const name of ['a.txt', 'folder/b.txt', 'c.txt']) {
    volume.write(name, 'then');
  }
  const snapshot = await volume.snapshot();
  for (const name of ['a.txt', 'folder/b.txt', 'c.txt']) {
    volume.write(name, 'now');
  }
  const interrupted = volume.restore(snapshot, {
    secured: () => {
      volume.write('a.txt', 'saved in between');
      volume.write('folder/b.txt', 'saved in between');
    },
    context: at('restore:keep', failing('EINTR'))
  });
  await expect(interrupted).rejects.toMatchObject({ code: 'EINTR' });
  const directory = join(volume.store.restores, fs.readdirSync(volume.store.restores)[0] ?? '');
  const progress = await applyRestore(quietContext(), { root: volume.root, directory });
  expect(progress).toMatchObject({ stage: 'done', kept: ['a.txt', 'folder/b.txt'] });
  expect(volume.read(`${KEPT}/a.txt`)).toBe('saved in between');
  expect(volume.read(`${KEPT}/folder/b.txt`)).toBe('saved in between');
  expect(volume.read('folder/b.txt')).toBe('then');
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
