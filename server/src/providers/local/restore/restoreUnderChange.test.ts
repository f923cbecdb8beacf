/** Restores while others write: nothing that they save is lost, and what is kept is named. */
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { applyRestore } from './applyRestoreJob';
import { at, failing, saveByRename } from './testing/interference';
import { KEPT, quietContext, TestVolume } from './testing/testVolume';

let volume: TestVolume;

beforeEach(() => {
  volume = new TestVolume();
});
afterEach(() => {
  volume.dispose();
});

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
