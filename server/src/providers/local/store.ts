/**
 * Where a volume's snapshots live: the layout of `<root>/.datamark`. Paths only, plus making the store on the first
 * change; what the records say is in snapshotRecord.ts and cloneRecord.ts, who may write in storeLock.ts.
 */
import { randomBytes } from 'node:crypto';
import * as fs from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { ProblemError } from '../../problemError';
import { readJsonFile, syncDirectory, writeJsonFile } from './atomicFile';
import { isGone } from './systemProblem';
import { CLONES_DIRECTORY, STORE_DIRECTORY, STORE_MARKER } from './walkTree';

/** Grows when an older Datamark would misread the store. */
export const STORE_FORMAT = 1;

const Marker = z.object({ format: z.int().positive(), datamark: z.literal('store'), createdAt: z.string() });

/** The store of one volume; makes nothing until `create` is called. */
export class Store {
  /** `<root>/.datamark` */
  readonly path: string;

  /** `root`: real, absolute path of the volume. */
  constructor(readonly root: string) {
    this.path = join(root, STORE_DIRECTORY);
  }

  get marker(): string {
    return join(this.path, STORE_MARKER);
  }
  get lock(): string {
    return join(this.path, 'lock');
  }
  /** Complete snapshots: `<name>/{record.json,manifest.jsonl,tree/}`. */
  get snapshots(): string {
    return join(this.path, 'snapshots');
  }
  /** Snapshots being made, and records of failed ones. */
  get pending(): string {
    return join(this.path, 'pending');
  }
  /** Clones being made; a finished one is renamed to `clonesRoot`. */
  get building(): string {
    return join(this.path, 'building');
  }
  /** What is being removed. Emptied at the next start. */
  get trash(): string {
    return join(this.path, 'trash');
  }
  /** Records of clones: `<name>.json`. */
  get clones(): string {
    return join(this.path, 'clones');
  }
  /** Journals of restores: `<id>/…`. */
  get restores(): string {
    return join(this.path, 'restores');
  }
  get quarantine(): string {
    return join(this.path, 'quarantine');
  }
  /** Touched at every change, so that other processes that watch the store look again. */
  get revision(): string {
    return join(this.path, 'revision');
  }
  /** `<root>/datamark-clones`, where finished clones are. */
  get clonesRoot(): string {
    return join(this.root, CLONES_DIRECTORY);
  }

  snapshot(name: string): string {
    return join(this.snapshots, name);
  }
  snapshotRecord(name: string): string {
    return join(this.snapshots, name, 'record.json');
  }
  manifest(name: string): string {
    return join(this.snapshots, name, 'manifest.jsonl');
  }
  tree(name: string): string {
    return join(this.snapshots, name, 'tree');
  }
  clone(name: string): string {
    return join(this.clonesRoot, name);
  }
  cloneRecord(name: string): string {
    return join(this.clones, `${name}.json`);
  }

  /** Whether there is a store. A link in its place is none: it may lead anywhere. */
  exists(): boolean {
    return lstatOrNull(this.marker)?.isFile() === true && isRealDirectory(this.path);
  }

  /** Throws where the store is there but not one this version may write to. */
  assertUsable(): void {
    const marker = readJsonFile(this.marker, Marker);
    if (marker.state === 'corrupt') {
      throw new ProblemError('store-corrupt', {
        detail: `${this.marker} can’t be read: ${marker.why}.`,
        next: `If the folder is Datamark’s, put back {"format": 1, "datamark": "store", "createdAt": "…"}.`,
        object: this.marker
      });
    }
    if (marker.state === 'read' && marker.value.format > STORE_FORMAT) {
      throw new ProblemError('not-supported', {
        detail: `${this.path} was written by a newer Datamark (format ${marker.value.format}).`,
        next: 'Update Datamark on this computer.',
        object: this.path
      });
    }
  }

  /** Makes the store if there is none. Refuses to write through a symbolic link. */
  create(now: Date): void {
    for (const path of [this.path, this.clonesRoot]) {
      if (lstatOrNull(path) !== null && !isRealDirectory(path)) {
        throw new ProblemError('not-supported', {
          detail: `${path} is not a directory of its own, so Datamark does not write there.`,
          next: 'Move it away, then try again.',
          object: path
        });
      }
    }
    this.assertUsable();
    if (!this.exists()) {
      fs.mkdirSync(this.path, { recursive: true, mode: 0o700 });
      writeJsonFile(this.marker, { format: STORE_FORMAT, datamark: 'store', createdAt: now.toISOString() });
      syncDirectory(this.root);
    }
    for (const path of [this.snapshots, this.pending, this.building, this.trash, this.clones, this.restores]) {
      fs.mkdirSync(path, { recursive: true, mode: 0o700 });
    }
  }

  /** Now by the clock of the store's file system, ns: what its ctimes can be compared with. */
  now(): bigint {
    const probe = join(this.path, `.clock.${randomBytes(6).toString('hex')}`);
    fs.closeSync(fs.openSync(probe, 'wx', 0o600));
    try {
      return fs.lstatSync(probe, { bigint: true }).ctimeNs;
    } finally {
      fs.unlinkSync(probe);
    }
  }

  /** Tells whoever watches that something changed. */
  touch(): void {
    fs.writeFileSync(this.revision, randomBytes(8).toString('hex'), { mode: 0o600 });
  }
}

/** Null where nothing is there, also where the path leads through a file. */
function lstatOrNull(path: string): fs.Stats | null {
  try {
    return fs.lstatSync(path);
  } catch (error) {
    if (isGone(error)) {
      return null;
    }
    throw error;
  }
}

const isRealDirectory = (path: string): boolean => lstatOrNull(path)?.isDirectory() === true;
