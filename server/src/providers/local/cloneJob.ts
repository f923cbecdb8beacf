/**
 * Makes a clone whose record says `pending`: copies a snapshot or the live volume into `building/<name>`, then renames
 * that to `datamark-clones/<name>`. Files are never linked, because a clone is written to.
 */
import * as fs from 'node:fs';
import { join } from 'node:path';
import { problemSlug, type Problem } from '../../../../contract';
import { ProblemError } from '../../problemError';
import { readJsonFile, syncDirectory } from './atomicFile';
import { displayPath, joinBytePath, toBytePath, toSystemPath } from './bytePath';
import { CloneRecord, writeCloneRecord } from './cloneRecord';
import { copyMethodOf, fileSystemType } from './copyMethod';
import { copyTree, type CopiedTree } from './copyTree';
import { excludePatterns } from './excludePatterns';
import type { Job, JobContext } from './job';
import { readManifest, type Manifest, type ManifestEntry } from './manifest';
import type { Omitted } from './omissions';
import { removeTree } from './removeTree';
import type { TreeMethod } from './snapshotRecord';
import { Store } from './store';
import { syncTree } from './syncTree';
import { systemProblem } from './systemProblem';
import { walkTree } from './walkTree';

/** What `buildClone` needs to know. The record is in place already. */
export interface BuildClone {
  readonly root: string;
  readonly name: string;
  readonly exclude: readonly string[];
  readonly method?: TreeMethod | undefined;
}

function readRecord(store: Store, name: string): CloneRecord {
  const found = readJsonFile(store.cloneRecord(name), CloneRecord);
  if (found.state !== 'read') {
    throw new ProblemError('store-corrupt', {
      detail: `The record of the clone ${name} ${found.state === 'corrupt' ? `can’t be read: ${found.why}` : 'is gone'}.`,
      next: 'Make the clone again.',
      object: name
    });
  }
  return found.value;
}

/** Entries of a snapshot, each checked to be in its tree with the size it should have. */
export function* checkedEntries(
  store: Store,
  snapshot: string,
  manifest: Manifest,
  entries: Iterable<ManifestEntry> = manifest.entries.values()
): Generator<ManifestEntry> {
  const uncertain = new Set(manifest.omitted.map(({ path }) => path));
  const tree = toBytePath(store.tree(snapshot));
  for (const entry of entries) {
    if (entry.type === 'file' && !uncertain.has(entry.path)) {
      const stat = fs.lstatSync(toSystemPath(joinBytePath(tree, entry.path)), { throwIfNoEntry: false });
      if (stat?.isFile() !== true || stat.size !== entry.size) {
        throw damaged(snapshot, entry.path);
      }
    }
    yield entry;
  }
}

/** A snapshot whose tree is not what its manifest says. */
export const damaged = (snapshot: string, path: string): ProblemError =>
  new ProblemError('verification-failed', {
    detail: `${displayPath(path)} in the snapshot ${snapshot} is not as it was taken.`,
    next: 'Use another snapshot.',
    object: snapshot
  });

function copySource(context: JobContext, store: Store, input: BuildClone, record: CloneRecord): Promise<CopiedTree> {
  const method = (input.method ?? copyMethodOf(store)) === 'reflink' ? 'reflink' : 'copy';
  const common = {
    target: join(store.building, input.name),
    purpose: 'clone',
    method,
    base: null,
    step: 'clone:copying'
  } as const;
  const { source } = record;
  if (source.kind === 'snapshot') {
    const onOmitted = ({ path, reason }: Omitted): void => {
      if (reason !== 'changed-during-copy') {
        throw damaged(source.name, path);
      }
    };
    const entries = checkedEntries(store, source.name, readManifest(store.manifest(source.name)));
    return copyTree(context, { ...common, entries, source: store.tree(source.name), onOmitted });
  }
  const onOmitted = ({ path, reason }: Omitted): void => {
    if (reason === 'unreadable') {
      throw new ProblemError('file-unreadable', {
        detail: `${displayPath(path)} can’t be read, so the clone would not be complete.`,
        next: 'Make it readable or exclude it, or clone a snapshot instead.',
        object: displayPath(path)
      });
    }
  };
  const excludes = excludePatterns(input.exclude);
  const entries = walkTree({ root: input.root, volume: true, excludes, onOmitted });
  return copyTree(context, { ...common, entries, source: input.root, onOmitted });
}

/** Renames a complete clone to its place, once; called again by recovery it only finishes. */
export function publishClone(store: Store, record: CloneRecord): CloneRecord {
  if (record.state.phase !== 'publishing') {
    return record;
  }
  const built = join(store.building, record.name);
  const place = store.clone(record.name);
  const { inode, bytes } = record.state;
  const present = fs.lstatSync(place, { bigint: true, throwIfNoEntry: false });
  if (present?.ino.toString() !== inode) {
    if (present !== undefined) {
      throw new ProblemError('already-exists', {
        detail: `${place} was made by somebody else meanwhile.`,
        next: 'Choose another name.',
        object: record.name
      });
    }
    fs.renameSync(built, place);
    syncDirectory(store.clonesRoot);
    syncDirectory(store.building);
  }
  const ready = { ...record, state: { phase: 'ready', at: new Date().toISOString(), bytes } } as const;
  writeCloneRecord(store, ready);
  return ready;
}

/** Takes back what was half made. The record stays and says why, or goes too where it was cancelled. */
export async function abandonClone(store: Store, record: CloneRecord, problem: Problem): Promise<void> {
  await removeTree(join(store.building, record.name), new AbortController().signal);
  if (problemSlug(problem.type) === 'cancelled') {
    fs.rmSync(store.cloneRecord(record.name), { force: true });
  } else {
    writeCloneRecord(store, { ...record, state: { phase: 'failed', at: new Date().toISOString(), problem } });
  }
}

/** Job: makes the clone and returns its record, `ready`. */
export const buildClone: Job<BuildClone, CloneRecord> = async (context, input) => {
  const store = new Store(input.root);
  const record = readRecord(store, input.name);
  try {
    await context.step('clone:begin');
    const copied = await copySource(context, store, input, record);
    await context.step('clone:copied');
    const built = join(store.building, input.name);
    syncTree(built, copied.written, fileSystemType(input.root));
    await context.pointOfNoReturn('It is complete already.');
    const inode = fs.lstatSync(built, { bigint: true }).ino.toString();
    const state = { phase: 'publishing', since: record.createdAt, inode, bytes: copied.bytes } as const;
    const publishing = { ...record, state };
    writeCloneRecord(store, publishing);
    await context.step('clone:record');
    const ready = publishClone(store, publishing);
    store.touch();
    await context.step('clone:published');
    return ready;
  } catch (error) {
    const reason: unknown = context.signal.aborted ? context.signal.reason : error;
    const failure = systemProblem(reason, `The clone ${input.name} was not made`, input.name);
    if (readRecord(store, input.name).state.phase !== 'ready') {
      await abandonClone(store, record, failure.problem);
      store.touch();
    }
    throw failure;
  }
};
