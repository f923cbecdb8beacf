import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { copyPaths } from './copyPaths';
import { TwoTrees } from './testing/twoTrees';

let trees: TwoTrees;

beforeEach(() => (trees = new TwoTrees()));
afterEach(() => trees.remove());

const copy = (...paths: string[]) =>
  copyPaths({ source: trees.source, target: trees.target, paths, folder: 'restored-1', unfinished: '.restored-1-x' });

test('puts chosen paths into a new folder, each where it was, and touches nothing else', async () => {
  trees.sh(
    "mkdir -p source/a/b 'source/c d'; echo 1 > source/a/b/one; echo 2 > source/a/two; echo 3 > 'source/c d/$three'"
  );
  trees.sh('mkdir -p target/a; echo now > target/a/two');

  expect(await copy('a/b', 'c d/$three')).toEqual({ result: 'files-copied', missing: [], missingCount: 0 });

  expect(trees.sh('cd target; find . -type f | LC_ALL=C sort; cat a/two')).toBe(
    './a/two\n./restored-1/a/b/one\n./restored-1/c d/$three\nnow\n'
  );
});

test('names what the snapshot does not have, and copies the rest', async () => {
  trees.sh('echo 1 > source/one');

  expect(await copy('one', 'two', 'three/four')).toEqual({
    result: 'files-copied',
    missing: ['two', 'three/four'],
    missingCount: 2
  });
  expect(trees.sh('ls -A target')).toBe('restored-1\n');
});

test('makes nothing where the snapshot has none of them', async () => {
  expect(await copy('two')).toMatchObject({ result: 'refused', detail: 'two is not in the snapshot.' });
  expect(trees.sh('ls -A target')).toBe('');
});

test('does not follow a symbolic link on the way, and copies one as it is', async () => {
  trees.sh('mkdir outside; echo secret > outside/file; ln -s ../outside source/way');

  expect(await copy('way', 'way/file')).toMatchObject({ missing: ['way/file'] });

  expect(trees.sh('readlink target/restored-1/way')).toBe('../outside\n');
});

test('takes every name as it is, also those that rsync’s lists have a meaning for', async () => {
  const names = ['#notes#', ';x', '- all', '+ all', ' blank ', 'star*', 'a\\b', 'line\nbreak', '[ab]', '~x', '!'];
  names.forEach(name => writeFileSync(join(trees.source, name), name));
  trees.sh('touch source/starry source/a');

  expect(await copy(...names)).toMatchObject({ result: 'files-copied', missing: [] });

  expect(readdirSync(join(trees.target, 'restored-1')).sort()).toEqual([...names].sort());
});

test('never writes over a folder of that name', async () => {
  trees.sh('echo 1 > source/one; mkdir target/restored-1; echo mine > target/restored-1/one');

  expect(await copy('one')).toMatchObject({ result: 'refused', problem: 'already-exists' });

  expect(trees.sh('cat target/restored-1/one; ls -A target')).toBe('mine\nrestored-1\n');
});

test('goes on where an earlier try was cut off, before or after the folder got its name', async () => {
  trees.sh(
    'mkdir source/a; echo 1 > source/a/one; mkdir -p target/.restored-1-x; echo half > target/.restored-1-x/.one.Q'
  );

  expect(await copy('a')).toMatchObject({ result: 'files-copied' });
  expect(await copy('a')).toMatchObject({ result: 'files-copied' });

  expect(trees.sh('cat target/restored-1/a/one; ls -A target')).toBe('1\nrestored-1\n');
});

test('leaves room for the running server', async () => {
  trees.sh('truncate -s 15T source/huge');

  expect(await copy('huge')).toMatchObject({ result: 'refused', problem: 'disk-full', written: false });

  expect(trees.sh('ls -A target')).toBe('');
});
