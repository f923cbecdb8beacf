// The bytes: a volume is a btrfs subvolume, a snapshot a read-only one, so each copy takes the same short time.
// A sized volume's subvolume holds one file, the image of an ext4 of the claim's size: btrfs quotas limit what is
// written but statfs goes on telling the whole pool's size (kernel 6.18, btrfs-progs 6.2). A block device's subvolume
// holds one file too, of exactly the claim's size.
import { randomUUID } from 'node:crypto';
import { chmod, mkdir, open, rmdir, stat, statfs } from 'node:fs/promises';
import path from 'node:path';
import { command } from './command';
import { mountedAt, mounts, type Mount } from './mounts';

/** A subvolume's root directory always has this inode number. */
const SUBVOLUME_INODE = 256;

/** Which folder of the pool. */
export type Kind = 'volumes' | 'snapshots';

/** One place where a volume is mounted. */
export interface Publication {
  at: string;
  readOnly: boolean;
}

/** What a volume is. */
export type Shape = 'plain' | 'sized' | 'block';

/** A new volume's id. It tells the volume's shape: what is inside a volume, its user may have put there. */
export function newVolumeId(shape: Shape): string {
  return `${shape}-${randomUUID()}`;
}

/** Of a volume that was made here. */
export function shapeOf(id: string): Shape {
  return id.startsWith('block-') ? 'block' : isSized(id) ? 'sized' : 'plain';
}

/** Whether a volume is a file system of the claim's size. */
function isSized(id: string): boolean {
  return id.startsWith('sized-');
}

// What ext4 itself takes, measured from 16 MiB to 10 GiB with the options below: 4 MiB of journal and 0.75 %.
const imageBytes = (claim: number) => claim + 4 * 2 ** 20 + Math.ceil(claim * 0.008);

/** The subvolumes of one pool. */
export class VolumeStore {
  constructor(private readonly _directory: string) {}

  /** Makes an empty volume. */
  async create(id: string, bytes: number): Promise<void> {
    const folder = this._at('volumes', id);
    await command('btrfs', 'subvolume', 'create', folder);
    const shape = shapeOf(id);
    if (shape === 'plain') {
      return chmod(folder, 0o777);
    }
    await this._resize(id, bytes);
    if (shape === 'block') {
      return;
    }
    // Few inodes, a small journal and no reserve.
    const options = ['-q', '-F', '-m', '0', '-i', '65536', '-b', '4096', '-J', 'size=4'];
    const extended = ['-E', 'nodiscard,lazy_itable_init=1,root_owner=0:0'];
    await command('mkfs.ext4', ...options, ...extended, this._image(id));
  }

  /** Makes a volume of a snapshot or of another volume. */
  async copy(from: Kind, source: string, id: string, bytes: number): Promise<void> {
    const copy = () => command('btrfs', 'subvolume', 'snapshot', this._at(from, source), this._at('volumes', id));
    await (from === 'volumes' ? this._frozen(source, copy) : copy());
    if (shapeOf(id) === 'block') {
      await this._resize(id, bytes);
    } else if (isSized(id)) {
      await this._grow(id, bytes);
    }
  }

  /** Takes a snapshot. */
  async snapshot(volume: string, id: string): Promise<void> {
    const [from, to] = [this._at('volumes', volume), this._at('snapshots', id)];
    await this._frozen(volume, () => command('btrfs', 'subvolume', 'snapshot', '-r', from, to));
  }

  /** Deletes a volume or snapshot; nothing happens when it is gone. */
  async destroy(kind: Kind, id: string): Promise<void> {
    const folder = this._at(kind, id);
    const found = await stat(folder).catch(() => undefined);
    if (found && found.ino !== SUBVOLUME_INODE) {
      throw new Error(`${folder}: not a subvolume`);
    }
    if (found) {
      await command('btrfs', 'subvolume', 'delete', folder);
    }
  }

  /** Whether there is such a volume: asks the disk, not the record. */
  async has(id: string): Promise<boolean> {
    return /^[\w-]+$/.test(id) && (await stat(this._at('volumes', id)).catch(() => undefined))?.ino === SUBVOLUME_INODE;
  }

  /** The folder to bind-mount; mounts a sized volume's image first. */
  async folder(id: string): Promise<string> {
    if (!isSized(id)) {
      return this._at('volumes', id);
    }
    const base = this._base(id);
    await this._oneAtATime(async () => {
      if (!(await mountedAt(base))) {
        await mkdir(base, { recursive: true });
        await command('mount', '-o', 'loop,nodiscard', this._image(id), base);
        await chmod(base, 0o777);
      }
    });
    return base;
  }

  /** The device file of a block device, to bind-mount. */
  async device(id: string): Promise<string> {
    let [device] = await this._loops(id);
    await this._oneAtATime(async () => {
      [device] = await this._loops(id);
      device ??= (await command('losetup', '--find', '--show', this._image(id))).trim();
    });
    return device ?? '';
  }

  /** Unmounts a sized volume's image, or detaches a block device, unless the volume is still mounted somewhere. */
  async release(id: string): Promise<void> {
    const base = this._base(id);
    await this._oneAtATime(async () => {
      if (shapeOf(id) === 'block') {
        const used = await this.publications(id);
        for (const device of used.length > 0 ? [] : await this._loops(id)) {
          await command('losetup', '--detach', device);
        }
        return;
      }
      if ((await mountedAt(base)) && (await this.publications(id)).length === 0) {
        await command('umount', base);
        await rmdir(base);
      }
    });
  }

  /** Where a volume is mounted. */
  async publications(id: string): Promise<Publication[]> {
    const all = await mounts();
    if (shapeOf(id) === 'block') {
      // The root of such a mount is the device's own name in /dev.
      const devices = (await this._loops(id)).map(device => path.basename(device));
      const mounted = all.filter(({ root }) => devices.includes(path.basename(root)));
      return mounted.map(({ at, readOnly }) => ({ at, readOnly }));
    }
    const base = all.findLast(mount => mount.at === this._base(id));
    const own = base
      ? all.filter(mount => mount.device === base.device && mount.at !== base.at)
      : all.filter(mount => this._isInside(mount, all, id));
    return own.map(({ at, readOnly }) => ({ at, readOnly }));
  }

  /** Bytes free in the pool. */
  async available(): Promise<number> {
    const { bavail, bsize } = await statfs(this._directory);
    return bavail * bsize;
  }

  /** Lets images that a killed driver froze go on. */
  async thawAll(): Promise<void> {
    const folder = `${path.join(this._directory, 'mounts')}/`;
    for (const { at } of await mounts()) {
      if (at.startsWith(folder)) {
        // It fails for one that is not frozen.
        await command('fsfreeze', '--unfreeze', at).catch(() => undefined);
      }
    }
  }

  // The image of a mounted file system is a file like any other to btrfs: only frozen it is whole.
  private async _frozen(id: string, work: () => Promise<unknown>): Promise<void> {
    const base = this._base(id);
    if (!(await mountedAt(base))) {
      await work();
      return;
    }
    await command('fsfreeze', '--freeze', base);
    try {
      await work();
    } finally {
      await command('fsfreeze', '--unfreeze', base);
    }
  }

  // Not while it is mounted: the kernel allows that only with CAP_SYS_RESOURCE, which a container may lack.
  private async _grow(id: string, bytes: number): Promise<void> {
    const image = this._image(id);
    if ((await stat(image)).size < imageBytes(bytes)) {
      await this._resize(id, bytes);
      // resize2fs refuses what was not looked through.
      await command('e2fsck', '-f', '-p', image);
      await command('resize2fs', image);
    }
  }

  private async _resize(id: string, bytes: number): Promise<void> {
    const file = await open(this._image(id), 'a', 0o600);
    try {
      await file.truncate(shapeOf(id) === 'block' ? bytes : imageBytes(bytes));
    } finally {
      await file.close();
    }
  }

  // A bind mount of a subvolume tells the subvolume's path in the pool's file system.
  private _isInside(mount: Mount, all: Mount[], id: string): boolean {
    const holds = (at: string) => at === '/' || this._directory === at || this._directory.startsWith(`${at}/`);
    const pool = all.filter(one => holds(one.at)).sort((a, b) => b.at.length - a.at.length)[0];
    if (!pool || mount.device !== pool.device) {
      return false;
    }
    const root = path.join(pool.root, path.relative(pool.at, this._directory), 'volumes', id);
    return mount.root === root || mount.root.startsWith(`${root}/`);
  }

  private async _oneAtATime(work: () => Promise<void>): Promise<void> {
    const turn = this._turn.then(work);
    this._turn = turn.catch(() => undefined);
    await turn;
  }

  private _at(kind: Kind, id: string): string {
    return path.join(this._directory, kind, id);
  }

  private async _loops(id: string): Promise<string[]> {
    const listed = await command('losetup', '--noheadings', '--output', 'NAME', '--associated', this._image(id));
    return listed.split('\n').filter(name => name !== '');
  }

  private _image(id: string): string {
    return path.join(this._at('volumes', id), shapeOf(id) === 'block' ? 'device' : 'image.ext4');
  }

  private _base(id: string): string {
    return path.join(this._directory, 'mounts', id);
  }

  private _turn: Promise<void> = Promise.resolve();
}
