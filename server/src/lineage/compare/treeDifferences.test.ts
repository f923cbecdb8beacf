import { chmod, link, mkdir, mkdtemp, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { treeDifferences } from './treeDifferences';

let place: string;
let from: string;
let to: string;

beforeEach(async () => {
  place = await mkdtemp(join(tmpdir(), 'datamark-trees-'));
  [from, to] = [join(place, 'from'), join(place, 'to')];
  for (const root of [from, to]) {
    await mkdir(join(root, 'sub'), { recursive: true });
  }
});

afterEach(() => rm(place, { recursive: true, force: true }));

const { signal } = new AbortController();
const none = { known: true, complete: true, added: 0, removed: 0, changed: 0, undecided: 0, examples: [], omitted: 0 };

async function both(path: string, before: string, after: string): Promise<void> {
  await writeFile(join(from, path), before);
  await writeFile(join(to, path), after);
}

test('files of one content are the same whatever their time, and one file under two names is', async () => {
  await both('sub/a', 'same', 'same');
  await utimes(join(to, 'sub/a'), 1, 1);
  await writeFile(join(from, 'b'), 'linked');
  await link(join(from, 'b'), join(to, 'b'));
  await symlink('b', join(from, 'l'));
  await symlink('b', join(to, 'l'));
  expect(await treeDifferences(from, to, { signal })).toEqual(none);
});

test('another content of the same size and time is found', async () => {
  await both('sub/a', 'one', 'two');
  await utimes(join(from, 'sub/a'), 1, 1);
  await utimes(join(to, 'sub/a'), 1, 1);
  const changed = { ...none, changed: 1, examples: [{ path: 'sub/a', change: 'changed' }] };
  expect(await treeDifferences(from, to, { signal })).toEqual(changed);
});

test('what differs only beyond the first block is found', async () => {
  const long = 'x'.repeat(600_000);
  await both('a', `${long}1`, `${long}2`);
  expect(await treeDifferences(from, to, { signal })).toMatchObject({ changed: 1 });
});

test('what came, went or is of another kind is told file by file', async () => {
  await writeFile(join(to, 'sub/new'), '');
  await mkdir(join(from, 'old/deep'), { recursive: true });
  await writeFile(join(from, 'old/deep/file'), '');
  await mkdir(join(from, 'kind'));
  await writeFile(join(from, 'kind/inside'), '');
  await writeFile(join(to, 'kind'), '');
  await symlink('one', join(from, 'ümlaut'));
  await symlink('two', join(to, 'ümlaut'));
  expect(await treeDifferences(from, to, { signal })).toMatchObject({
    added: 2,
    removed: 2,
    changed: 1,
    examples: [
      { path: 'kind/inside', change: 'removed' },
      { path: 'kind', change: 'added' },
      { path: 'old/deep/file', change: 'removed' },
      { path: 'sub/new', change: 'added' },
      { path: 'ümlaut', change: 'changed' }
    ]
  });
});

test('what can’t be decided is never counted as equal or as gone', async () => {
  // A FIFO can't be compared; a test that runs as root reads every folder.
  const { execFileSync } = await import('node:child_process');
  execFileSync('mkfifo', [join(from, 'pipe'), join(to, 'pipe')]);
  await writeFile(join(from, 'sub/file'), '');
  await writeFile(join(to, 'sub/file'), '');
  await chmod(join(to, 'sub'), 0);
  const found = await treeDifferences(from, to, { signal });
  await chmod(join(to, 'sub'), 0o700);
  expect(found).toMatchObject({ added: 0, removed: 0, changed: 0, undecided: process.getuid?.() === 0 ? 1 : 2 });
});

test('a comparison that is ended says that it is not complete', async () => {
  await both('a', 'one', 'two');
  expect(await treeDifferences(from, to, { signal: AbortSignal.abort() })).toMatchObject({ complete: false });
});

test('a root that is not there is told', async () => {
  await expect(treeDifferences(join(place, 'nothing'), to, { signal })).rejects.toThrow('ENOENT');
});
