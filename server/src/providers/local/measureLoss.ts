/** What deleting a snapshot would lose for ever: contents that neither the volume nor another snapshot has. */
import * as fs from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { toBytePath, toSystemPath } from './bytePath';
import type { Job } from './job';
import { ManifestError, readManifest, sameEntry, type Manifest } from './manifest';
import type { Bytes } from './measureOwnData';
import { Store } from './store';
import { isGone } from './systemProblem';
import { entryOf } from './walkTree';

/** The snapshot, and the ones just before and after it: what neither of them has, no other snapshot has. */
export interface MeasureLoss {
  readonly root: string;
  readonly name: string;
  readonly neighbours: readonly string[];
}

/** What would be gone: bytes and files, or why that is not known. */
export interface Loss {
  readonly lost: Bytes;
  readonly files: number | null;
}

const BATCH = 512;

/** Contents that a snapshot holds for certain: a file that changed while it was copied may be neither old nor new. */
function trusted(manifest: Manifest): Manifest['entries'] {
  const entries = new Map(manifest.entries);
  for (const { path } of manifest.omitted) {
    entries.delete(path);
  }
  return entries;
}

function readOrNull(path: string): Manifest | null {
  try {
    return readManifest(path);
  } catch (error) {
    if (error instanceof ManifestError || isGone(error)) {
      return null;
    }
    throw error;
  }
}

/** Job: measures the loss, in bytes and files. */
export const measureLoss: Job<MeasureLoss, Loss> = async (context, input) => {
  const store = new Store(input.root);
  const own = readOrNull(store.manifest(input.name));
  if (own === null) {
    return { lost: { known: false, reason: 'The list of its files can’t be read.' }, files: null };
  }
  const others = input.neighbours
    .map(name => readOrNull(store.manifest(name)))
    .filter(manifest => manifest !== null)
    .map(trusted);
  const root = toBytePath(input.root);
  let bytes = 0;
  let files = 0;
  let handled = 0;
  for (const entry of own.entries.values()) {
    handled += 1;
    if (handled % BATCH === 0) {
      await setImmediate();
      context.signal.throwIfAborted();
    }
    if (entry.type === 'directory') {
      continue;
    }
    const elsewhere = others.some(entries => {
      const other = entries.get(entry.path);
      return other !== undefined && sameEntry(entry, other);
    });
    if (elsewhere) {
      continue;
    }
    const path = toSystemPath(`${root}/${entry.path}`);
    const stat = lstatOrNull(path);
    const now = stat === null ? null : entryOf(entry.path, stat, root);
    if (now === null || !sameEntry(entry, now)) {
      bytes += entry.size;
      files += 1;
    }
  }
  return { lost: { known: true, bytes }, files };
};

/** Null where the file is not there or can't be looked at: then it does not keep the content. */
function lstatOrNull(path: string | Buffer): fs.BigIntStats | null {
  try {
    return fs.lstatSync(path, { bigint: true });
  } catch {
    return null;
  }
}
