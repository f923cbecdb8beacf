// Transfers with real files, between two folders on one btrfs: a snapshot of the source is made when a transfer begins, and
// copied into the destination when it ends. Readers of a real destination change from one snapshot to the next at once; here
// they see files change one after another, while the copy runs.
import type { DataMover, MovedMirror } from './dataMover';

export interface BtrfsMoverOptions {
  /** Where snapshots are kept, on the same btrfs; made where it is not. */
  readonly place: string;
  /** The subvolume that is `svm:volume`. */
  readonly folder: (path: string) => string | Promise<string>;
  /** Runs a program where these folders are, and returns what it printed. */
  readonly run: (program: string, ...words: string[]) => Promise<string>;
}

/** Owners, modes, links and attributes too; by content, as two changes can share a second. */
const COPY = ['--archive', '--hard-links', '--acls', '--xattrs', '--checksum', '--delete'];

export class BtrfsMover implements DataMover {
  constructor(private readonly _options: BtrfsMoverOptions) {}

  async begin(mirror: MovedMirror, snapshot: string): Promise<number> {
    const { run, folder } = this._options;
    await run('mkdir', '--parents', this._home(mirror));
    await run('btrfs', 'subvolume', 'snapshot', '-r', await folder(mirror.source), this._sent(mirror, snapshot));
    const told = await this._copy(mirror, snapshot, '--dry-run', '--stats');
    const bytes = /^Total transferred file size: ([\d.,]+)/m.exec(told)?.[1];
    if (bytes === undefined) {
      throw new Error(`rsync told no size: ${told}`);
    }
    return Number(bytes.replace(/\D/g, ''));
  }

  async arrive(mirror: MovedMirror, snapshot: string): Promise<void> {
    const { run, folder } = this._options;
    await this._copy(mirror, snapshot);
    await run('btrfs', 'subvolume', 'snapshot', '-r', await folder(mirror.destination), this.arrived(mirror, snapshot));
    await this.discard(mirror, snapshot);
  }

  async discard(mirror: MovedMirror, snapshot: string): Promise<void> {
    await this._options.run('btrfs', 'subvolume', 'delete', this._sent(mirror, snapshot));
  }

  /** The read-only snapshot of the destination that a transfer has brought. */
  arrived(mirror: MovedMirror, snapshot: string): string {
    return `${this._home(mirror)}/${snapshot}`;
  }

  /** Removes every snapshot that was kept. */
  async dispose(): Promise<void> {
    const { run, place } = this._options;
    const found = await run('find', place, '-mindepth', '2', '-maxdepth', '2', '-print0').catch(() => '');
    for (const one of found.split('\0').filter(name => name !== '')) {
      await run('btrfs', 'subvolume', 'delete', one);
    }
    await run('rm', '--recursive', '--force', place);
  }

  private async _copy(mirror: MovedMirror, snapshot: string, ...more: string[]): Promise<string> {
    const { run, folder } = this._options;
    const to = `${await folder(mirror.destination)}/`;
    return run('rsync', ...COPY, ...more, `${this._sent(mirror, snapshot)}/`, to);
  }

  private _home({ uuid }: MovedMirror): string {
    return `${this._options.place}/${uuid}`;
  }

  private _sent(mirror: MovedMirror, snapshot: string): string {
    return `${this._home(mirror)}/sent-${snapshot}`;
  }
}
