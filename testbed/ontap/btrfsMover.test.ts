/** Transfers of real files, on a btrfs of its own in an image: needs root. */
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, readdir, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { command } from '../csi/command';
import { BtrfsMover } from './btrfsMover';
import { OntapEmulator } from './ontapEmulator';

const MIB = 2 ** 20;
const canMount =
  process.getuid?.() === 0 && ['/usr/sbin/mkfs.btrfs', '/sbin/mkfs.btrfs'].some(path => existsSync(path));

(canMount ? describe : describe.skip)('on btrfs', () => {
  jest.setTimeout(60_000);
  let folder: string;
  let pool: string;
  let mover: BtrfsMover;
  let emulator: OntapEmulator;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'datamark-mover-'));
    pool = join(folder, 'pool');
    await mkdir(pool);
    await writeFile(join(folder, 'image'), '');
    await truncate(join(folder, 'image'), 256 * MIB);
    await command('mkfs.btrfs', '-q', join(folder, 'image'));
    await command('mount', '-o', 'loop', join(folder, 'image'), pool);
  });
  afterAll(async () => {
    await command('umount', pool);
    await rm(folder, { recursive: true });
  });
  beforeEach(async () => {
    for (const volume of ['sales', 'sales_copy']) {
      await command('btrfs', 'subvolume', 'create', join(pool, volume));
    }
    const of = (path: string) => join(pool, path.split(':')[1] ?? '');
    mover = new BtrfsMover({ place: join(pool, 'mirrors'), folder: of, run: command });
    emulator = new OntapEmulator({ mover });
    await emulator.start();
  });
  afterEach(async () => {
    await emulator.stop();
    await mover.dispose();
    for (const volume of ['sales', 'sales_copy']) {
      await command('btrfs', 'subvolume', 'delete', join(pool, volume));
    }
  });

  const source = (name: string) => join(pool, 'sales', name);
  const copy = (name: string) => join(pool, 'sales_copy', name);
  const add = () =>
    emulator.addRelationship({
      ...{ source: 'src:sales', destination: 'dst:sales_copy' },
      ...{ exported: null, bytesPerSecond: MIB }
    });

  it('what a transfer has sent is on the destination when it ends, as it was when it began', async () => {
    const mirror = add();
    await writeFile(source('a.csv'), Buffer.alloc(3 * MIB, 1));
    await writeFile(source('note'), 'first');
    await mirror.begin('update', emulator.clock.now());
    await writeFile(source('note'), 'later');
    expect(mirror.running?.bytes).toBe(3 * MIB + 5);
    expect(await readdir(join(pool, 'sales_copy'))).toEqual([]);
    await emulator.advance(4);
    expect(await readFile(copy('note'), 'utf8')).toBe('first');
    expect((await readFile(copy('a.csv'))).length).toBe(3 * MIB);
    const first = mirror.exported?.name ?? '';

    await rm(source('a.csv'));
    await mirror.begin('update', emulator.clock.now());
    expect(mirror.running?.bytes).toBe(5);
    await emulator.advance(1);
    expect(await readdir(join(pool, 'sales_copy'))).toEqual(['note']);
    expect(await readFile(copy('note'), 'utf8')).toBe('later');
    // What arrived before is kept as it was.
    expect(await readFile(join(mover.arrived(mirror.moved, first), 'note'), 'utf8')).toBe('first');
  });

  it('a transfer that fails or is aborted changes nothing, and leaves nothing behind', async () => {
    const mirror = add();
    await writeFile(source('note'), 'first');
    emulator.failTransfers({ message: 'Transfer failed.' }, { mirror: mirror.uuid });
    await mirror.begin('update', emulator.clock.now());
    await emulator.advance(10);
    expect(mirror.last?.state).toBe('failed');
    await mirror.begin('update', emulator.clock.now());
    await mirror.abort('aborted', emulator.clock.now());
    expect(await readdir(join(pool, 'sales_copy'))).toEqual([]);
    expect(await readdir(join(pool, 'mirrors', mirror.uuid))).toEqual([]);
  });
});
