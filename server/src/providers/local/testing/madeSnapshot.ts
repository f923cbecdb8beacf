/** Takes a snapshot without a provider around it. */
import { randomUUID } from 'node:crypto';
import type { JobContext } from '../job';
import { takeSnapshot, writeSnapshotIntent } from '../snapshotJob';
import { newSnapshotName } from '../snapshotName';
import type { SnapshotContents, SnapshotRecord, TreeMethod } from '../snapshotRecord';
import { Store } from '../store';
import { quietJob } from './quietJob';

/** A record of a snapshot to be made. */
export function pendingRecord(name: string, at = new Date().toISOString()): SnapshotRecord {
  return {
    format: 1,
    name,
    uid: randomUUID(),
    createdAt: at,
    createdBy: null,
    title: null,
    note: '',
    notebook: null,
    heldUntil: null,
    heldBy: null,
    origin: 'datamark',
    operationKey: null,
    restoredFrom: null,
    state: { phase: 'pending', since: at },
    ownData: { known: false, reason: 'Not measured yet.' },
    deletingSince: null
  };
}

/** How the snapshot is taken. */
export interface Taking {
  readonly method?: TreeMethod;
  readonly exclude?: readonly string[];
  readonly context?: JobContext;
}

/** Takes a snapshot of a directory and returns its name and what it holds. */
export async function madeSnapshot(
  root: string,
  { method, exclude = [], context = quietJob() }: Taking = {}
): Promise<{ name: string; tree: string; contents: SnapshotContents; store: Store }> {
  const store = new Store(root);
  store.create(new Date());
  const name = newSnapshotName('home', new Date(), () => false);
  writeSnapshotIntent(store, pendingRecord(name));
  const { state } = await takeSnapshot(context, { root, name, exclude, method });
  if (state.phase !== 'ready') {
    throw new Error('The snapshot is not ready.');
  }
  return { name, tree: store.tree(name), contents: state.contents, store };
}
