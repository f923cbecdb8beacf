// What exists in the btrfs pool, written to state.json before a call is answered. The bytes are volumeStore.ts's.
import { mkdir, open, readFile, readdir, realpath, rename, statfs } from 'node:fs/promises';
import path from 'node:path';
import type { ClassParameters } from './faults';
import { KeyLocks } from './keyLocks';
import { VolumeStore } from './volumeStore';

const BTRFS_MAGIC = 0x9123683e;

/** What a volume was made from. */
export type Source = { snapshot: string } | { volume: string } | null;

/** A volume. */
export interface Volume {
  id: string;
  /** Grows; the pages of a list follow it. */
  sequence: number;
  name: string;
  bytes: number;
  parameters: ClassParameters;
  source: Source;
}

/** A snapshot. */
export interface Snapshot {
  id: string;
  sequence: number;
  name: string;
  volume: string;
  bytes: number;
  /** Milliseconds of the epoch. */
  created: number;
  readyAt: number;
}

/** Writes one line of the driver's log. */
export type Log = (fields: Record<string, unknown>) => void;

/** The pool of one driver. */
export class Pool {
  private constructor(
    readonly directory: string,
    private readonly _log: Log
  ) {
    this.store = new VolumeStore(directory);
  }

  readonly store: VolumeStore;
  readonly locks = new KeyLocks();
  readonly volumes = new Map<string, Volume>();
  readonly snapshots = new Map<string, Snapshot>();

  /** Opens a folder on btrfs and tidies up what a crash left there. */
  static async open(directory: string, log: Log): Promise<Pool> {
    const real = await realpath(directory);
    if ((await statfs(real)).type !== BTRFS_MAGIC) {
      throw new Error(`${real}: not on btrfs`);
    }
    const pool = new Pool(real, log);
    for (const kind of ['volumes', 'snapshots', 'mounts']) {
      await mkdir(path.join(real, kind), { recursive: true });
    }
    await pool._read();
    await pool._reconcile();
    await pool.store.thawAll();
    return pool;
  }

  /** The next number of the sequence. */
  next(): number {
    return ++this._sequence;
  }

  /** Writes the state; returns when it is on disk. */
  save(): Promise<void> {
    const run = async () => {
      const state = {
        sequence: this._sequence,
        volumes: [...this.volumes.values()],
        snapshots: [...this.snapshots.values()]
      };
      const file = path.join(this.directory, 'state.json');
      const handle = await open(`${file}.new`, 'w', 0o600);
      try {
        await handle.writeFile(JSON.stringify(state));
        await handle.sync();
      } finally {
        await handle.close();
      }
      await rename(`${file}.new`, file);
    };
    this._saving = this._saving.catch(() => undefined).then(run);
    return this._saving;
  }

  /** When nothing is being written. */
  async settled(): Promise<void> {
    await this._saving.catch(() => undefined);
  }

  private async _read(): Promise<void> {
    const text = await readFile(path.join(this.directory, 'state.json'), 'utf8').catch((error: { code?: string }) => {
      if (error.code === 'ENOENT') {
        return undefined;
      }
      throw error;
    });
    if (text === undefined) {
      return;
    }
    const state = JSON.parse(text) as { sequence: number; volumes: Volume[]; snapshots: Snapshot[] };
    this._sequence = state.sequence;
    state.volumes.forEach(volume => this.volumes.set(volume.id, volume));
    state.snapshots.forEach(snapshot => this.snapshots.set(snapshot.id, snapshot));
  }

  // Made but not recorded: the caller got no answer and asks again. Recorded but gone: nothing is left to give.
  private async _reconcile(): Promise<void> {
    for (const kind of ['volumes', 'snapshots'] as const) {
      const records: Map<string, unknown> = this[kind];
      const found = new Set(await readdir(path.join(this.directory, kind)));
      for (const id of found) {
        if (!records.has(id)) {
          this._log({ reconcile: 'deleted what is not recorded', kind, id });
          await this.store.destroy(kind, id);
        }
      }
      for (const id of records.keys()) {
        if (!found.has(id)) {
          this._log({ reconcile: 'dropped the record of what is gone', kind, id });
          records.delete(id);
        }
      }
    }
    await this.save();
  }

  private _sequence = 0;
  private _saving: Promise<void> = Promise.resolve();
}
