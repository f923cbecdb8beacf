import { copyTree } from './copyTree';
import { hasHoles } from './hasHoles';
import { TwoTrees } from './testing/twoTrees';

let trees: TwoTrees;

beforeEach(() => (trees = new TwoTrees()));
afterEach(() => trees.remove());

/** Whom a file can be given to without being root. */
const somebody = process.getuid?.() ?? 0;
const copy = () => copyTree({ source: trees.source, target: trees.target, somebody });

const FILES = `cd source
  mkdir -p 'work dir/deep' empty
  echo one > 'work dir/one'; ln 'work dir/one' 'work dir/deep/hard link'
  ln -s ../../../nowhere 'work dir/link'; ln -s / root
  printf 'name with\nnewline' > 'new
line'
  truncate -s 8M sparse; printf x >> sparse
  chmod 600 'work dir/one'; chmod 711 empty; touch -d '2001-02-03 04:05:06.789012345' 'work dir/one'`;

test('makes the target equal: bytes, kinds, modes, times, hard links and holes', async () => {
  trees.sh(FILES);
  trees.sh(
    'cd target; mkdir -p a/b; echo later > a/b/c; mkdir "work dir"; echo other > "work dir/one"; echo file > empty'
  );

  expect(await copy()).toEqual({ result: 'copied' });

  expect(trees.listing('target')).toEqual(trees.listing('source'));
});

test('tells a tree with holes from one without', async () => {
  trees.sh(
    'mkdir -p source/a/b; head -c 1M /dev/urandom > source/a/b/full; ln -s /dev/zero source/link; echo x > source/x'
  );
  trees.sh('sync --file-system source');
  expect(hasHoles(trees.source)).toBe(false);
  await copy();
  expect(trees.listing('target')).toEqual(trees.listing('source'));

  trees.sh('truncate -s 8M source/a/b/hollow');
  expect(hasHoles(trees.source)).toBe(true);
  expect(hasHoles(`${trees.source}/gone`)).toBe(true);
});

test('brings back a file that was changed within the same second to the same size', async () => {
  trees.sh("echo one > source/file; touch -d '2026-11-22 10:00:00.100' source/file");
  trees.sh("echo two > target/file; touch -d '2026-11-22 10:00:00.200' target/file");

  await copy();

  expect(trees.sh('cat target/file')).toBe('one\n');
});

test('is done only when the storage has it all', async () => {
  trees.sh(FILES);
  trees.sh(`mkdir tools; cat >tools/sync <<'END'
#!/bin/sh
[ -e target/root ] && echo "$@" >synced
echo "sync: error syncing '$2': Input/output error" >&2
exit 1
END
chmod +x tools/sync; sed -i "s#target/root#$PWD/target/root#; s#>synced#>$PWD/synced#" tools/sync`);
  const { PATH } = process.env;
  process.env['PATH'] = `${trees.source}/../tools:${PATH}`;
  try {
    expect(await copy()).toMatchObject({ result: 'refused', problem: 'storage-failed', written: true });
  } finally {
    process.env['PATH'] = PATH;
  }
  expect(trees.sh('cat synced')).toBe(`--file-system ${trees.target}\n`);
});

test('a copy that was cut off is ended by copying again', async () => {
  trees.sh(FILES);
  trees.sh("mkdir -p 'target/work dir'; echo half > 'target/work dir/.one.AbC123'; echo o > 'target/work dir/one'");

  expect(await copy()).toEqual({ result: 'copied' });
  expect(await copy()).toEqual({ result: 'copied' });

  expect(trees.listing('target')).toEqual(trees.listing('source'));
});

test('leaves the directory alone that a file system makes for itself', async () => {
  trees.sh('mkdir source/lost+found target/lost+found; touch target/lost+found/found');

  await copy();

  expect(trees.sh('ls target/lost+found')).toBe('found\n');
});

test('refuses before it writes where files can’t be given away', async () => {
  trees.sh('echo one > source/file; echo two > target/file');

  // No user can have this number: it is refused, as by a storage that takes root for nobody.
  const answer = await copyTree({ source: trees.source, target: trees.target, somebody: 2 ** 32 });

  expect(answer).toMatchObject({ result: 'refused', problem: 'not-supported', written: false });
  expect(trees.sh('cat target/file; ls -A target')).toBe('two\nfile\n');
});

test('says that it may have written, and why it could not go on', async () => {
  // Files that even root can't read.
  const answer = await copyTree({ source: '/proc/self/task', target: trees.target, somebody });

  expect(answer).toMatchObject({ result: 'refused', written: true });
});
