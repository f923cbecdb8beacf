/**
 * Makes a snapshot whose record says `pending`: walks the volume into `pending/<name>/`, then renames that to
 * `snapshots/<name>`. Killed at any step it leaves nothing but what recovery removes or finishes.
 */
import * as fs from 'node:fs';
import { join } from 'node:path';
import type { Problem } from '../../../../contract';
import { problemSlug } from '../../../../contract';
import { ProblemError } from '../../problemError';
import { readJsonFile, syncDirectory, writeJsonFile } from './atomicFile';
import { copyMethodOf, fileSystemType } from './copyMethod';
import { copyTree } from './copyTree';
import { excludePatterns } from './excludePatterns';
import type { Job, JobContext } from './job';
import { readManifest, writeManifest, type Manifest } from './manifest';
import { summarizeOmissions, type Omitted } from './omissions';
import { removeTree } from './removeTree';
import { SnapshotRecord, writeSnapshotRecord, type SnapshotContents, type TreeMethod } from './snapshotRecord';
import { newestFirst } from './snapshotName';
import { Store } from './store';
import { syncTree } from './syncTree';
import { systemProblem } from './systemProblem';
import { walkTree } from './walkTree';

/** What `takeSnapshot` needs to know. The record is in place already. */
export interface TakeSnapshot {
  /** The volume's root. */
  readonly root: string;
  /** The snapshot's name. */
  readonly name: string;
  readonly exclude: readonly string[];
  /** Overrides what the file system can do; for tests. */
  readonly method?: TreeMethod | undefined;
}

/** How many damaged snapshots are passed over in search of one to share files with. */
const BASES_TRIED = 3;

/** Writes down that a snapshot is to be made. Afterwards `takeSnapshot` makes it, in this process or a later one. */
export function writeSnapshotIntent(store: Store, record: SnapshotRecord): void {
  fs.mkdirSync(join(store.pending, record.name), { mode: 0o700 });
  writeSnapshotRecord(store, record);
  syncDirectory(store.pending);
}

function findBase(store: Store): { name: string; manifest: Manifest; tree: string } | null {
  for (const name of newestFirst(fs.readdirSync(store.snapshots)).slice(0, BASES_TRIED)) {
    try {
      return { name, manifest: readManifest(store.manifest(name)), tree: store.tree(name) };
    } catch {
      // Not usable as a base: what would be shared is copied. Whoever uses that snapshot is told what is wrong with it.
      continue;
    }
  }
  return null;
}

function readPending(store: Store, name: string): SnapshotRecord {
  const path = join(store.pending, name, 'record.json');
  const found = readJsonFile(path, SnapshotRecord);
  if (found.state !== 'read') {
    throw new ProblemError('store-corrupt', {
      detail: `The record of ${name} ${found.state === 'corrupt' ? `can’t be read: ${found.why}` : 'is gone'}.`,
      next: 'Make the snapshot again.',
      object: name
    });
  }
  return found.value;
}

async function fillTree(context: JobContext, store: Store, input: TakeSnapshot): Promise<SnapshotContents> {
  const directory = join(store.pending, input.name);
  const tree = join(directory, 'tree');
  const method = input.method ?? copyMethodOf(store);
  // Linking is quicker than sharing blocks, and needs no space for a second inode.
  const base = method === 'copy' ? null : findBase(store);
  const startedAtNs = store.now();
  const omitted: Omitted[] = [];
  const onOmitted = (one: Omitted): void => void omitted.push(one);
  await context.step('snapshot:copy');
  const copied = await copyTree(context, {
    entries: walkTree({ root: input.root, volume: true, excludes: excludePatterns(input.exclude), onOmitted }),
    source: input.root,
    target: tree,
    purpose: 'snapshot',
    method: method === 'reflink' ? 'reflink' : 'copy',
    base,
    step: 'snapshot:copying',
    onOmitted
  });
  await context.step('snapshot:copied');
  syncTree(tree, copied.written, fileSystemType(input.root));
  writeManifest(join(directory, 'manifest.jsonl'), {
    startedAtNs,
    exclude: input.exclude,
    entries: copied.entries,
    omitted
  });
  await context.step('snapshot:manifest');
  return {
    method,
    base: base?.name ?? null,
    files: copied.files,
    bytes: copied.bytes,
    omissions: summarizeOmissions(omitted)
  };
}

/** Moves a complete pending snapshot to where complete ones are. Also the last step of recovery. */
export function publishSnapshot(store: Store, name: string): void {
  fs.renameSync(join(store.pending, name), store.snapshot(name));
  syncDirectory(store.snapshots);
  syncDirectory(store.pending);
}

/** Takes back what was half made. The record stays and says why, or goes too where it was cancelled. */
export async function abandonSnapshot(store: Store, name: string, problem: Problem): Promise<void> {
  const directory = join(store.pending, name);
  const never = new AbortController().signal;
  await removeTree(join(directory, 'tree'), never);
  fs.rmSync(join(directory, 'manifest.jsonl'), { force: true });
  if (problemSlug(problem.type) === 'cancelled') {
    await removeTree(directory, never);
  } else if (fs.existsSync(join(directory, 'record.json'))) {
    const record = readPending(store, name);
    const state = { phase: 'failed', at: new Date().toISOString(), problem } as const;
    writeJsonFile(join(directory, 'record.json'), { ...record, state });
  }
}

/**
 * Job: makes the snapshot. Returns its record, `ready`. Fails with the problem that the record then names too, or
 * with `cancelled`, after which no record is left.
 */
export const takeSnapshot: Job<TakeSnapshot, SnapshotRecord> = async (context, input) => {
  const store = new Store(input.root);
  try {
    await context.step('snapshot:begin');
    const contents = await fillTree(context, store, input);
    await context.pointOfNoReturn('It is complete already.');
    const at = new Date().toISOString();
    const ready = { ...readPending(store, input.name), state: { phase: 'ready', at, contents } } as const;
    writeJsonFile(join(store.pending, input.name, 'record.json'), ready);
    await context.step('snapshot:record');
    publishSnapshot(store, input.name);
    store.touch();
    await context.step('snapshot:published');
    return ready;
  } catch (error) {
    const reason: unknown = context.signal.aborted ? context.signal.reason : error;
    const failure = systemProblem(reason, `The snapshot of ${input.root} was not made`, input.name);
    if (fs.existsSync(join(store.pending, input.name))) {
      await abandonSnapshot(store, input.name, failure.problem);
      store.touch();
    }
    throw failure;
  }
};
