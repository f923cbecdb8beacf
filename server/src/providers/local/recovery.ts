/**
 * What an earlier process left: run once after this process took the store's lock. What was complete is finished,
 * what was half made is removed and its record says `interrupted`, what was to be deleted is deleted.
 */
import { randomBytes } from 'node:crypto';
import * as fs from 'node:fs';
import { join } from 'node:path';
import { problem, type Problem } from '../../../../contract';
import { readJsonFile, syncDirectory } from './atomicFile';
import { publishClone } from './cloneJob';
import { CloneRecord, writeCloneRecord } from './cloneRecord';
import { publishSnapshot } from './snapshotJob';
import { SnapshotRecord, writeSnapshotRecord } from './snapshotRecord';
import type { Store } from './store';

const interrupted = (name: string): Problem =>
  problem('interrupted', {
    detail: `The server ended before ${name} was complete. What was half made is removed.`,
    next: 'Retry or delete it.',
    object: name
  });

/** Moves something to the trash, where it is removed later; nothing there: nothing happens. */
export function toTrash(store: Store, path: string, name: string): void {
  if (fs.lstatSync(path, { throwIfNoEntry: false }) === undefined) {
    return;
  }
  fs.mkdirSync(store.trash, { recursive: true, mode: 0o700 });
  fs.renameSync(path, join(store.trash, `${name}.${randomBytes(6).toString('hex')}`));
  syncDirectory(store.trash);
}

function recoverSnapshot(store: Store, name: string): void {
  const directory = join(store.pending, name);
  const found = readJsonFile(join(directory, 'record.json'), SnapshotRecord);
  if (found.state === 'missing') {
    // Nobody was told of it: the record comes first.
    toTrash(store, directory, name);
    return;
  }
  if (found.state === 'corrupt' || found.value.name !== name) {
    // Left for the look at the store, which reports and quarantines it.
    return;
  }
  if (found.value.state.phase === 'ready') {
    publishSnapshot(store, name);
    return;
  }
  toTrash(store, join(directory, 'tree'), name);
  fs.rmSync(join(directory, 'manifest.jsonl'), { force: true });
  if (found.value.state.phase === 'pending') {
    const state = { phase: 'failed', at: new Date().toISOString(), problem: interrupted(name) } as const;
    writeSnapshotRecord(store, { ...found.value, state });
  }
}

function recoverClone(store: Store, file: string): void {
  const found = readJsonFile(store.cloneRecord(file.replace(/\.json$/, '')), CloneRecord);
  if (found.state !== 'read') {
    return;
  }
  const record = found.value;
  const fail = (): void => {
    toTrash(store, join(store.building, record.name), record.name);
    const state = { phase: 'failed', at: new Date().toISOString(), problem: interrupted(record.name) } as const;
    writeCloneRecord(store, { ...record, state });
  };
  if (record.state.phase === 'publishing') {
    try {
      publishClone(store, record);
    } catch {
      // Its place was taken, or what was built is gone: as good as interrupted.
      fail();
    }
  } else if (record.state.phase === 'pending') {
    fail();
  }
}

const visible = (directory: string): string[] => fs.readdirSync(directory).filter(name => !name.startsWith('.'));

/** Temporary files of writes that never became complete: nobody reads them. */
function removeTemporaries(directory: string): void {
  for (const name of fs.readdirSync(directory).filter(one => /^\..+\.[0-9a-f]{12}(\.copy|\.link)?$/.test(one))) {
    fs.rmSync(join(directory, name), { force: true });
  }
}

/** Puts the store in order. Files are only renamed or small; what is slow goes to the trash. */
export function recoverStore(store: Store): void {
  [store.path, store.clones].forEach(removeTemporaries);
  for (const name of visible(store.pending)) {
    recoverSnapshot(store, name);
  }
  for (const file of visible(store.clones)) {
    recoverClone(store, file);
  }
  const known = new Set(visible(store.clones).map(file => file.replace(/\.json$/, '')));
  for (const name of visible(store.building)) {
    if (known.has(name)) {
      continue;
    }
    toTrash(store, join(store.building, name), name);
  }
}
