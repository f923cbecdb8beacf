/**
 * Reads the records of a store. Level-triggered: called again whenever something may have changed, it looks at all of
 * them, and reads only files that are not the ones it read before.
 */
import * as fs from 'node:fs';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import type { z } from 'zod';
import { readJsonFile, type JsonRead } from './atomicFile';
import { CloneRecord } from './cloneRecord';
import { hasEnd } from './manifest';
import { SnapshotRecord } from './snapshotRecord';
import type { Store } from './store';
import { errorCode, isGone } from './systemProblem';

/** Something in the store that is not what it should be. */
export interface Damage {
  /** What would be quarantined. */
  readonly path: string;
  readonly what: 'snapshot' | 'clone';
  readonly name: string;
  readonly why: string;
}

/** What a store holds, by name. */
export interface StoreContents {
  readonly snapshots: Map<string, SnapshotRecord>;
  readonly clones: Map<string, CloneRecord>;
  readonly damages: Damage[];
}

const BATCH = 200;

interface Cached {
  readonly stamp: string;
  readonly read: JsonRead<unknown>;
}

/** Reads one store again and again. */
export class StoreReader {
  private cache = new Map<string, Cached>();

  constructor(private readonly store: Store) {}

  async read(): Promise<StoreContents> {
    const { store } = this;
    const seen = new Map<string, Cached>();
    const contents: StoreContents = { snapshots: new Map(), clones: new Map(), damages: [] };
    // Pending first: one that is published while we look is then found in `snapshots` too, never in neither.
    for (const directory of [store.pending, store.snapshots]) {
      for (const [index, name] of list(directory).entries()) {
        if (index % BATCH === BATCH - 1) {
          await setImmediate();
        }
        this.readSnapshot(directory, name, contents, seen);
      }
    }
    for (const file of list(store.clones)) {
      this.readClone(file, contents, seen);
    }
    this.cache = seen;
    return contents;
  }

  private readSnapshot(directory: string, name: string, contents: StoreContents, seen: Map<string, Cached>): void {
    const path = join(directory, name);
    const complete = directory === this.store.snapshots;
    const found = this.readCached(join(path, 'record.json'), seen, record =>
      complete ? readComplete(path, record) : readOrExplain(record, SnapshotRecord)
    );
    if (found.state === 'read' && found.value.name === name && (!complete || found.value.state.phase === 'ready')) {
      contents.snapshots.set(name, found.value);
      return;
    }
    // A pending one without a record was never promised to anybody; while it is being made that is only a moment.
    const harmless = found.state === 'missing' && (!complete || !fs.existsSync(path));
    if (!harmless) {
      const why =
        found.state === 'corrupt' ? found.why : found.state === 'missing' ? 'its record is missing' : 'it is another’s';
      contents.damages.push({ path, what: 'snapshot', name, why });
    }
  }

  private readClone(file: string, contents: StoreContents, seen: Map<string, Cached>): void {
    const path = join(this.store.clones, file);
    const found = this.readCached(path, seen, record => readOrExplain(record, CloneRecord));
    if (found.state === 'read' && `${found.value.name}.json` === file) {
      contents.clones.set(found.value.name, found.value);
    } else if (found.state !== 'missing') {
      const why = found.state === 'corrupt' ? found.why : 'it is another’s';
      contents.damages.push({ path, what: 'clone', name: file.replace(/\.json$/, ''), why });
    }
  }

  private readCached<T>(path: string, seen: Map<string, Cached>, read: (path: string) => JsonRead<T>): JsonRead<T> {
    const stat = fs.lstatSync(path, { bigint: true, throwIfNoEntry: false });
    if (stat === undefined) {
      return { state: 'missing' };
    }
    const stamp = `${stat.ino}:${stat.ctimeNs}:${stat.size}`;
    const cached = this.cache.get(path);
    const entry = cached?.stamp === stamp ? cached : { stamp, read: read(path) };
    seen.set(path, entry);
    // What is kept for a path was read in the way of that path.
    return entry.read as JsonRead<T>;
  }
}

function readOrExplain<S extends z.ZodType>(path: string, schema: S): JsonRead<z.output<S>> {
  try {
    return readJsonFile(path, schema);
  } catch (error) {
    return { state: 'corrupt', why: errorCode(error) ?? 'it can’t be read' };
  }
}

/** The record of a complete snapshot, which is worth nothing without its list of files. */
function readComplete(directory: string, record: string): JsonRead<SnapshotRecord> {
  try {
    if (hasEnd(join(directory, 'manifest.jsonl'))) {
      return readOrExplain(record, SnapshotRecord);
    }
    return { state: 'corrupt', why: 'the list of its files is cut off' };
  } catch (error) {
    if (!isGone(error)) {
      // It is there, and may be readable again: not the time to move anything away.
      return readOrExplain(record, SnapshotRecord);
    }
    return fs.existsSync(directory)
      ? { state: 'corrupt', why: 'the list of its files is missing' }
      : { state: 'missing' };
  }
}

/** Names in a directory of the store, without temporary files; none where it is not there. */
function list(directory: string): string[] {
  try {
    return fs.readdirSync(directory).filter(name => !name.startsWith('.'));
  } catch (error) {
    if (isGone(error)) {
      return [];
    }
    throw error;
  }
}
