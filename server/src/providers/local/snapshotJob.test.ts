/** Snapshots of hard trees: what is in them, what is shared, what is left out and said so. */
import { createServer } from 'node:net';
import * as fc from 'fast-check';
import * as fs from 'node:fs';
import { join } from 'node:path';
import { toBytePath, toSystemPath } from './bytePath';
import { readManifest } from './manifest';
import { hardTree, makeFifo, plant } from './testing/hardTree';
import { madeSnapshot } from './testing/madeSnapshot';
import { quietJob } from './testing/quietJob';
import { TemporaryVolumes } from './testing/temporaryVolume';
import { treeDigest } from './testing/treeDigest';

const temporary = new TemporaryVolumes('memory');
afterEach(() => temporary.dispose());

// Where blocks can’t be shared, `reflink` copies each file that it can’t link.
const METHODS = ['reflink', 'hardlink', 'copy'] as const;

describe.each(METHODS)('a snapshot by %s', method => {
  it('looks like the original, for any tree', async () => {
    await fc.assert(
      fc.asyncProperty(hardTree, async tree => {
        const root = temporary.directory();
        plant(root, tree);
        const before = treeDigest(root, { mode: true });

        const made = await madeSnapshot(root, { method });

        expect(treeDigest(made.tree)).toEqual(treeDigest(root));
        expect(treeDigest(root, { mode: true })).toEqual(before);
      }),
      { numRuns: 25 }
    );
  });

  it('keeps every earlier one as it was, whatever changes later', async () => {
    await fc.assert(
      fc.asyncProperty(hardTree, hardTree, async (first, second) => {
        const root = temporary.directory();
        fs.mkdirSync(join(root, 'kept'));
        plant(join(root, 'kept'), first);
        const one = await madeSnapshot(root, { method });
        const asTaken = treeDigest(one.tree, { mode: true });
        fs.mkdirSync(join(root, 'added'));
        plant(join(root, 'added'), second);
        for (const file of fs.readdirSync(join(root, 'kept'), { encoding: 'latin1' })) {
          const path = toSystemPath(`${toBytePath(root)}/kept/${file}`);
          if (fs.lstatSync(path).isFile()) {
            fs.chmodSync(path, 0o644);
            fs.appendFileSync(path, 'more');
          }
        }

        const two = await madeSnapshot(root, { method });

        expect(treeDigest(one.tree, { mode: true })).toEqual(asTaken);
        expect(treeDigest(two.tree)).toEqual(treeDigest(root));
      }),
      { numRuns: 10 }
    );
  });

  it('keeps original modes and owners in the manifest, and times in the tree', async () => {
    const root = temporary.directory();
    fs.writeFileSync(join(root, 'tool'), 'x');
    fs.chmodSync(join(root, 'tool'), 0o4755);
    fs.utimesSync(join(root, 'tool'), 1_600_000_000.5, 1_600_000_000.5);

    const made = await madeSnapshot(root, { method });

    const entry = readManifest(made.store.manifest(made.name)).entries.get('tool');
    expect(entry).toMatchObject({
      mode: 0o4755,
      uid: process.getuid?.(),
      size: 1,
      mtimeNs: 1_600_000_000_500_000_000n
    });
    const copied = fs.lstatSync(join(made.tree, 'tool'));
    expect(copied.mode & 0o7777).toBe(0o555);
    expect(copied.mtimeMs).toBe(1_600_000_000_500);
    expect(fs.lstatSync(made.tree).mode & 0o222).toBe(0);
  });
});

describe.each(['hardlink', 'reflink'] as const)('a snapshot by %s after another one', method => {
  const aged = async (root: string): Promise<void> => {
    // A file is shared only if it is older than the snapshot before: wait until the clock of its times moved on.
    const { ctimeNs } = fs.lstatSync(join(root, 'a'), { bigint: true });
    const probe = join(temporary.directory(), 'probe');
    for (let now = ctimeNs; now <= ctimeNs; now = fs.lstatSync(probe, { bigint: true }).ctimeNs) {
      fs.writeFileSync(probe, '');
      await new Promise(resolve => setImmediate(resolve));
    }
  };

  it('shares unchanged files with the snapshot before, never with the live tree', async () => {
    const root = temporary.directory();
    fs.writeFileSync(join(root, 'a'), 'one');
    await aged(root);
    const one = await madeSnapshot(root, { method });

    const two = await madeSnapshot(root, { method });

    expect(two.contents.base).toBe(one.name);
    expect(fs.lstatSync(join(two.tree, 'a')).ino).toBe(fs.lstatSync(join(one.tree, 'a')).ino);
    expect(fs.lstatSync(join(root, 'a')).nlink).toBe(1);
  });

  it.each([
    ['rewritten with its old time', (path: string) => rewriteKeepingTime(path, 'two')],
    ['replaced by a file of equal size and time', (path: string) => replaceKeepingTime(path, 'two')],
    ['given another mode', (path: string) => fs.chmodSync(path, 0o600)]
  ])('takes a file anew that was %s', async (_, change) => {
    const root = temporary.directory();
    fs.writeFileSync(join(root, 'a'), 'one');
    // A whole second: only such a time can be given back exactly.
    fs.utimesSync(join(root, 'a'), 1_600_000_000, 1_600_000_000);
    await aged(root);
    const one = await madeSnapshot(root, { method });
    change(join(root, 'a'));
    expect(fs.lstatSync(join(root, 'a')).mtimeMs).toBe(1_600_000_000_000);

    const two = await madeSnapshot(root, { method });

    expect(fs.readFileSync(join(two.tree, 'a'))).toEqual(fs.readFileSync(join(root, 'a')));
    expect(fs.readFileSync(join(one.tree, 'a'), 'utf8')).toBe('one');
    expect(fs.lstatSync(join(two.tree, 'a')).ino).not.toBe(fs.lstatSync(join(one.tree, 'a')).ino);
  });

  it('takes a rewritten file anew also when the clock went backwards since the snapshot before', async () => {
    const root = temporary.directory();
    fs.writeFileSync(join(root, 'a'), 'one');
    fs.utimesSync(join(root, 'a'), 1_600_000_000, 1_600_000_000);
    const one = await madeSnapshot(root, { method });
    const manifest = one.store.manifest(one.name);
    const future = `"startedAtNs":"${2n ** 62n}"`;
    fs.writeFileSync(manifest, fs.readFileSync(manifest, 'utf8').replace(/"startedAtNs":"\d+"/, future));
    await aged(root);
    rewriteKeepingTime(join(root, 'a'), 'two');

    const two = await madeSnapshot(root, { method });

    expect(two.contents.base).toBe(one.name);
    expect(fs.readFileSync(join(two.tree, 'a'), 'utf8')).toBe('two');
  });

  it('does not share a file whose change may be as young as the snapshot before', async () => {
    const root = temporary.directory();
    fs.writeFileSync(join(root, 'a'), 'one');
    await aged(root);
    const one = await madeSnapshot(root, { method });
    const manifest = one.store.manifest(one.name);
    const { ctimeNs } = fs.lstatSync(join(root, 'a'), { bigint: true });
    const text = fs.readFileSync(manifest, 'utf8');
    fs.writeFileSync(manifest, text.replace(/"startedAtNs":"\d+"/, `"startedAtNs":"${ctimeNs}"`));

    const two = await madeSnapshot(root, { method });

    expect(two.contents.base).toBe(one.name);
    expect(fs.lstatSync(join(two.tree, 'a')).ino).not.toBe(fs.lstatSync(join(one.tree, 'a')).ino);
  });

  it('copies in full where the manifest before is cut off', async () => {
    const root = temporary.directory();
    fs.writeFileSync(join(root, 'a'), 'one');
    const one = await madeSnapshot(root, { method });
    fs.truncateSync(one.store.manifest(one.name), 40);

    const two = await madeSnapshot(root, { method });

    expect(two.contents.base).toBeNull();
    expect(fs.readFileSync(join(two.tree, 'a'), 'utf8')).toBe('one');
  });
});

describe('a snapshot', () => {
  it('leaves out its own store, clones, nested stores and excluded paths', async () => {
    const root = temporary.directory();
    for (const directory of ['datamark-clones/c', 'nested/.datamark', 'cache', 'sub/cache', 'own/.datamark']) {
      fs.mkdirSync(join(root, directory), { recursive: true });
      fs.writeFileSync(join(root, directory, 'file'), 'x');
    }
    fs.writeFileSync(join(root, 'nested/.datamark/store.json'), '{}');
    fs.writeFileSync(join(root, 'a.tmp'), 'x');

    const made = await madeSnapshot(root, { exclude: ['/cache/', '*.tmp'] });

    // A directory that only has the name of a store is the user's.
    expect(Object.keys(treeDigest(made.tree))).toEqual(
      ['nested', 'own', 'own/.datamark', 'own/.datamark/file', 'sub', 'sub/cache', 'sub/cache/file'].sort()
    );
    expect(readManifest(made.store.manifest(made.name)).exclude).toEqual(['/cache/', '*.tmp']);
  });

  it('skips sockets and FIFOs, lists them, and does not wait for them', async () => {
    const root = temporary.directory();
    makeFifo(join(root, 'fifo'));
    const server = createServer();
    await new Promise<void>(resolve => server.listen(join(root, 'socket'), resolve));

    const made = await madeSnapshot(root);

    await new Promise(resolve => server.close(resolve));
    expect(made.contents.omissions).toEqual([{ reason: 'special-file', count: 2, examples: ['fifo', 'socket'] }]);
    expect(readManifest(made.store.manifest(made.name)).omitted.map(one => one.path)).toEqual(['fifo', 'socket']);
  });

  it('never follows a link out of the tree', async () => {
    const outside = temporary.directory();
    fs.writeFileSync(join(outside, 'secret'), 'x');
    const root = temporary.directory();
    fs.symlinkSync(outside, join(root, 'link'));

    const made = await madeSnapshot(root);

    expect(treeDigest(made.tree)).toEqual({ link: `link ${outside}` });
    expect(made.contents.files).toBe(0);
  });

  it('keeps holes, also beyond 4 GiB', async () => {
    const root = temporary.directory();
    const size = 5 * 2 ** 30;
    fs.writeFileSync(join(root, 'big'), 'begin');
    fs.truncateSync(join(root, 'big'), size);
    const fd = fs.openSync(join(root, 'big'), 'r+');
    fs.writeSync(fd, 'end', size - 3);
    fs.closeSync(fd);

    const made = await madeSnapshot(root, { method: 'copy' });

    const copied = fs.lstatSync(join(made.tree, 'big'));
    expect(copied.size).toBe(size);
    expect(copied.blocks * 512).toBeLessThan(1_000_000);
    const read = fs.openSync(join(made.tree, 'big'), 'r');
    const tail = Buffer.alloc(3);
    fs.readSync(read, tail, 0, 3, size - 3);
    fs.closeSync(read);
    expect(tail.toString()).toBe('end');
  }, 30_000);

  it('holds many levels', async () => {
    const root = temporary.directory();
    const deep = join(root, ...Array.from({ length: 300 }, () => 'd'));
    fs.mkdirSync(deep, { recursive: true });
    fs.writeFileSync(join(deep, 'f'), 'x');

    const made = await madeSnapshot(root);

    expect(treeDigest(made.tree)).toEqual(treeDigest(root));
  });

  it('removes what is half made when a step fails, and says why in its record', async () => {
    const root = temporary.directory();
    fs.writeFileSync(join(root, 'a'), 'x');
    const context = quietJob(step => {
      if (step === 'snapshot:copied') {
        throw Object.assign(new Error('no space'), { code: 'ENOSPC' });
      }
    });

    const failed = madeSnapshot(root, { context });

    await expect(failed).rejects.toMatchObject({ problem: { status: 507 } });
    const [name = ''] = fs.readdirSync(join(root, '.datamark/pending'));
    expect(fs.readdirSync(join(root, '.datamark/pending', name))).toEqual(['record.json']);
    expect(fs.readdirSync(join(root, '.datamark/snapshots'))).toEqual([]);
    expect(fs.readFileSync(join(root, 'a'), 'utf8')).toBe('x');
  });
});

function rewriteKeepingTime(path: string, content: string): void {
  const { atime, mtime } = fs.lstatSync(path);
  fs.writeFileSync(path, content);
  fs.utimesSync(path, atime, mtime);
}

function replaceKeepingTime(path: string, content: string): void {
  const { atime, mtime } = fs.lstatSync(path);
  fs.writeFileSync(`${path}.new`, content);
  fs.utimesSync(`${path}.new`, atime, mtime);
  fs.renameSync(`${path}.new`, path);
}
