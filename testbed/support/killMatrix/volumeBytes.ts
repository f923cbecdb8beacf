// What the bed's volumes and snapshots hold, written and read on the host: each is a folder of the storage pool.
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Bed } from '../bed';

/** What the root of a volume holds. */
export interface Held {
  /** Equal for equal content. */
  readonly hash: string;
  /** Files by which servers prove that they have written; they are no part of the content. */
  readonly marks: readonly string[];
  /** Folders of files that were brought back, and what they hold. */
  readonly restored: Readonly<Record<string, string>>;
  /** Folders that are half written. */
  readonly unfinished: readonly string[];
}

/** Beginning of the names of files that servers write. */
export const MARK = 'written-by-';
const RESTORED = /^restored-/;
const UNFINISHED = /^\.restored-/;

/** Small: so many files of a page or less. */
const FILES = 80;

export class VolumeBytes {
  private readonly _pool: string;

  constructor(bed: Bed) {
    this._pool = `/proc/${bed.pid('bed') ?? 'self'}/root${join(bed.directory, 'pool')}`;
  }

  /** A volume by its handle; undefined: there is none. */
  volume(handle: string): Promise<Held | undefined> {
    return heldIn(join(this._pool, 'volumes', handle));
  }

  snapshot(handle: string): Promise<Held | undefined> {
    return heldIn(join(this._pool, 'snapshots', handle));
  }

  /** First content: files in folders. */
  async fill(handle: string, name: string): Promise<void> {
    const root = join(this._pool, 'volumes', handle);
    for (const folder of ['notes', 'data/deep']) {
      await mkdir(join(root, folder), { recursive: true });
    }
    await Promise.all(range(FILES).map(at => writeFile(join(root, fileAt(at)), textOf(name, 'first', at))));
  }

  /** Later work: every third file is changed, every third gone, and there are new ones. */
  async workOn(handle: string, name: string): Promise<void> {
    const root = join(this._pool, 'volumes', handle);
    await mkdir(join(root, 'later'));
    await Promise.all(
      range(FILES).map(async at => {
        const file = join(root, fileAt(at));
        if (at % 3 === 0) {
          await rm(file);
          await writeFile(join(root, 'later', String(at)), textOf(name, 'new', at));
        } else if (at % 3 === 1) {
          await writeFile(file, textOf(name, 'changed', at));
        }
      })
    );
  }

  /** Whether the driver fails from now on. */
  async outage(on: boolean): Promise<void> {
    const file = join(this._pool, 'outage');
    await (on ? writeFile(file, '') : rm(file, { force: true }));
  }
}

const range = (end: number): number[] => Array.from({ length: end }, (_, at) => at);

const fileAt = (at: number): string => join(at % 2 === 0 ? 'notes' : 'data/deep', `file-${at}`);

const textOf = (name: string, what: string, at: number): string => `${what} ${name} ${at}\n`.repeat(1 + at * 2);

async function heldIn(root: string): Promise<Held | undefined> {
  const names = (await readdir(root).catch(() => undefined))?.sort();
  if (names === undefined) {
    return undefined;
  }
  const restored = names.filter(name => RESTORED.test(name));
  const aside = (name: string): boolean => name.startsWith(MARK) || RESTORED.test(name) || UNFINISHED.test(name);
  return {
    hash: await hashOf(
      root,
      names.filter(name => !aside(name))
    ),
    marks: names.filter(name => name.startsWith(MARK)),
    restored: Object.fromEntries(
      await Promise.all(
        restored.map(async name => [name, await hashOf(join(root, name), await sorted(join(root, name)))] as const)
      )
    ),
    unfinished: names.filter(name => UNFINISHED.test(name))
  };
}

const sorted = async (folder: string): Promise<string[]> => (await readdir(folder)).sort();

/** Of names, modes, kinds and bytes. */
async function hashOf(folder: string, names: readonly string[]): Promise<string> {
  const lines = await Promise.all(
    names.map(async name => {
      const path = join(folder, name);
      const { mode, size } = await stat(path);
      const inside = (mode & 0o40000) !== 0 ? await hashOf(path, await sorted(path)) : sha256(await readFile(path));
      return `${name} ${mode.toString(8)} ${(mode & 0o40000) !== 0 ? '' : size} ${inside}`;
    })
  );
  return sha256(lines.join('\n'));
}

const sha256 = (data: string | Buffer): string => createHash('sha256').update(data).digest('hex');
