/** How many bytes only one snapshot holds: files of its tree that no other tree links. */
import * as fs from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import type { z } from 'zod';
import type { Size } from '../../../../contract';
import { toBytePath, toSystemPath } from './bytePath';
import type { Job } from './job';
import { ManifestError, readManifest } from './manifest';
import type { TreeMethod } from './snapshotRecord';
import { Store } from './store';
import { isGone } from './systemProblem';

export type Bytes = z.infer<typeof Size>;

/** A complete snapshot. */
export interface MeasureOwnData {
  readonly root: string;
  readonly name: string;
  readonly method: TreeMethod;
}

const BATCH = 512;

/** Why it can't be told where blocks are shared. */
export const SHARED_BLOCKS: Bytes = {
  known: false,
  reason: 'The file system shares blocks between copies and does not tell which are shared.'
};

/** Job: measures a complete snapshot. Each of its files is linked once by itself, and once by each that shares it. */
export const measureOwnData: Job<MeasureOwnData, Bytes> = async (context, { root, name, method }) => {
  if (method === 'reflink') {
    return SHARED_BLOCKS;
  }
  const store = new Store(root);
  const tree = toBytePath(store.tree(name));
  let bytes = 0;
  let handled = 0;
  try {
    for (const entry of readManifest(store.manifest(name)).entries.values()) {
      if (entry.type === 'file' && fs.lstatSync(toSystemPath(`${tree}/${entry.path}`)).nlink === 1) {
        bytes += entry.size;
      }
      handled += 1;
      if (handled % BATCH === 0) {
        await setImmediate();
        context.signal.throwIfAborted();
      }
    }
  } catch (error) {
    if (error instanceof ManifestError || isGone(error)) {
      return { known: false, reason: 'Files of this snapshot are missing in the store.' };
    }
    throw error;
  }
  return { known: true, bytes };
};
