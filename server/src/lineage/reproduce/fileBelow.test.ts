import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileBelow } from './fileBelow';
import { writeOnce } from './reproductionFile';

let place: string;
let root: string;

beforeEach(async () => {
  place = await mkdtemp(join(tmpdir(), 'datamark-below-'));
  root = join(place, 'root');
  await mkdir(join(root, 'nb'), { recursive: true });
  await writeFile(join(root, 'nb', 'a.ipynb'), 'inside');
  await writeFile(join(place, 'secret'), 'outside');
});

afterEach(() => rm(place, { recursive: true, force: true }));

test('a file below the root is read, through links too that stay below it', async () => {
  await symlink('nb', join(root, 'other'));
  expect(await fileBelow(root, 'nb/a.ipynb')).toBe('inside');
  expect(await fileBelow(root, 'other/a.ipynb')).toBe('inside');
});

test.each(['../secret', 'link', 'folder/secret', 'nb', 'nothing'])('%s is not read', async path => {
  await symlink('../secret', join(root, 'link'));
  await symlink('..', join(root, 'folder'));
  expect(await fileBelow(root, path)).toBeNull();
});

test('a notebook is written once, whole, and never over another one', async () => {
  const path = join(place, 'new', 'folder', 'a.ipynb');
  const wrote = await Promise.all([writeOnce(path, 'one'), writeOnce(path, 'one')]);
  expect(wrote.sort()).toEqual([false, true]);
  expect(await writeOnce(path, 'two')).toBe(false);
  expect(await readFile(path, 'utf8')).toBe('one');
  expect(await readdir(join(place, 'new', 'folder'))).toEqual(['a.ipynb']);
});
