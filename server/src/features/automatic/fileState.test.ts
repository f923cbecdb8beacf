/** What counts as a change of files, and where looking ends. */
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileState, type FileState, type FileStateOptions } from './fileState';
import { isQuiet } from './quietFiles';

let root: string;

beforeEach(() => {
  root = fs.mkdtempSync(join(tmpdir(), 'datamark-test-'));
  fs.mkdirSync(join(root, 'data'));
  fs.writeFileSync(join(root, 'data', 'a.csv'), 'one');
  fs.utimesSync(join(root, 'data', 'a.csv'), 1000, 1000);
  fs.utimesSync(join(root, 'data'), 2000, 2000);
  fs.utimesSync(root, 1500, 1500);
});
afterEach(() => fs.rmSync(root, { recursive: true, force: true }));

const look = (parts: Partial<FileStateOptions> = {}): Promise<FileState> =>
  fileState({ root, ignores: isQuiet, oneFileSystem: true, signal: new AbortController().signal, ...parts });
const fingerprint = async (): Promise<string> => {
  const state = await look();
  if (!state.known) {
    throw new Error(state.reason);
  }
  return state.fingerprint;
};

it('is equal for the same files and tells their newest time', async () => {
  const first = await look();
  expect(first).toMatchObject({ known: true, newestMs: 2_000_000 });
  expect(await look()).toEqual(first);
});

it.each<[string, () => void]>([
  ['a new file', () => fs.writeFileSync(join(root, 'data', 'b.csv'), '')],
  ['a deleted file', () => fs.rmSync(join(root, 'data', 'a.csv'))],
  ['a renamed file', () => fs.renameSync(join(root, 'data', 'a.csv'), join(root, 'data', 'z.csv'))],
  ['a written file', () => fs.writeFileSync(join(root, 'data', 'a.csv'), 'two')],
  ['a new empty directory', () => fs.mkdirSync(join(root, 'new'))],
  ['other permissions', () => fs.chmodSync(join(root, 'data', 'a.csv'), 0o600)],
  [
    'a file that was replaced by an older one',
    () => {
      fs.writeFileSync(join(root, 'data', 'a.csv'), 'old');
      fs.utimesSync(join(root, 'data', 'a.csv'), 500, 500);
      fs.utimesSync(join(root, 'data'), 2000, 2000);
    }
  ]
])('differs for %s', async (_, change) => {
  const before = await fingerprint();
  change();
  expect(await fingerprint()).not.toBe(before);
});

it.each(['.ipynb_checkpoints', '.cache', 'data/__pycache__', '.datamark', '.local/share/jupyter/runtime'])(
  'is the same whatever happens in %s',
  async directory => {
    fs.mkdirSync(join(root, directory), { recursive: true });
    const before = await fingerprint();
    fs.writeFileSync(join(root, directory, 'file'), '');
    expect(await fingerprint()).toBe(before);
  }
);

it('does not count what is in a directory of that name elsewhere', () => {
  expect(['data/datamark-clones', 'runtime', 'work/.jupyter/lab/workspaces'].some(isQuiet)).toBe(false);
});

it('follows no link out of the tree', async () => {
  fs.symlinkSync(tmpdir(), join(root, 'link'));
  expect(await look({ maxEntries: 3 })).toMatchObject({ known: true });
});

it('says so when there are too many files, when it takes too long, and when there is nothing to look at', async () => {
  fs.mkdirSync(join(root, 'many'));
  for (let number = 0; number < 600; number += 1) {
    fs.writeFileSync(join(root, 'many', String(number)), '');
  }
  expect(await look({ maxEntries: 10 })).toEqual({ known: false, reason: 'it holds more than 10 files' });
  expect(await look({ maxMs: -1 })).toMatchObject({ known: false, reason: expect.stringContaining('takes more than') });
  expect(await look({ root: join(root, 'gone') })).toMatchObject({ known: false });
});

it('ends when it is told to', async () => {
  const controller = new AbortController();
  controller.abort(new Error('stopped'));
  await expect(look({ signal: controller.signal })).rejects.toThrow('stopped');
});
