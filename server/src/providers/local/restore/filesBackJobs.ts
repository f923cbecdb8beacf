/**
 * Jobs: bringing chosen files back beside what is there. The plan reads only; the copy is made in the store, whole,
 * and only then renamed to a new folder of the volume by filesRun.ts: nothing that exists is ever written to.
 */
import * as fs from 'node:fs';
import { join } from 'node:path';
import { sizeWords } from '../../../sizeWords';
import { displayPath } from '../bytePath';
import { checkedEntries, damaged } from '../cloneJob';
import { fileSystemType } from '../copyMethod';
import { copyTree } from '../copyTree';
import type { Job } from '../job';
import { toTrash } from '../recovery';
import { removeTree } from '../removeTree';
import type { TreeMethod } from '../snapshotRecord';
import { Store } from '../store';
import { syncTree } from '../syncTree';
import { chosenEntries } from './chosenEntries';
import { files, nameSome } from './countChanges';
import type { PlannedRestore } from './planRestoreJob';
import { restoreDirectory } from './restoreRecord';
import { manifestOf } from './situation';
import { isThere } from './workspace';

/** What both jobs need to know. */
interface FilesBack {
  readonly root: string;
  readonly volumeName: string;
  readonly snapshot: string;
  readonly paths: readonly string[];
  /** Name of the new folder in the root. */
  readonly folder: string;
  readonly method: TreeMethod;
}

export type PlanFilesBack = FilesBack;

export interface CopyFilesBack extends FilesBack {
  /** Directory of the restore in the store. */
  readonly directory: string;
}

/** What was copied. */
export interface FilesCopied {
  readonly files: number;
  readonly bytes: number;
}

/** Left free on the disk besides what is copied. */
const MARGIN_BYTES = 8 << 20;

/** Where the copy is made, before it is put into the volume. */
export const copyOf = (directory: string): string => join(directory, 'files');

/** Gives up a copy that was not put into the volume; its folders may be read-only, so that it goes by the trash. */
export function dropCopy(store: Store, id: string): void {
  const copy = copyOf(restoreDirectory(store, id));
  if (isThere(copy)) {
    toTrash(store, copy, `${id}-files`);
  }
}

/** What would be written, and what forbids it. */
export const planFilesBack: Job<PlanFilesBack, PlannedRestore> = async (context, input) => {
  await context.step('files:plan');
  const { root, snapshot, paths, folder, volumeName, method } = input;
  const chosen = chosenEntries(manifestOf(new Store(root), snapshot), paths);
  const needed = (method === 'reflink' ? 0 : chosen.bytes) + MARGIN_BYTES;
  const stat = fs.statfsSync(root);
  const free = stat.bavail * stat.bsize;
  const common = { by: null, since: null } as const;
  return {
    changes: {
      known: false,
      reason: `Nothing is replaced: ${files(chosen.files)} (${sizeWords(chosen.bytes)}) ${chosen.files === 1 ? 'is' : 'are'} written to ${folder}.`
    },
    blockers: [
      ...chosen.missing.map(path => ({
        ...common,
        kind: 'path',
        object: displayPath(path),
        message: `${displayPath(path)} is not in the snapshot.`,
        fix: 'Choose a file or folder that is.'
      })),
      ...(free >= needed
        ? []
        : [
            {
              ...common,
              kind: 'disk-space',
              object: volumeName,
              message: `${volumeName} has ${sizeWords(free)} free, and the files need ${sizeWords(needed)}.`,
              fix: 'Delete files or old snapshots, or choose fewer files.'
            }
          ])
    ],
    warnings:
      chosen.omitted.length === 0
        ? []
        : [`The snapshot could not take this when it was made, so it does not come back: ${nameSome(chosen.omitted)}.`]
  };
};

/** Copies them into the store. Cancelled or failed, it removes what it made. */
export const copyFilesBack: Job<CopyFilesBack, FilesCopied> = async (context, input) => {
  const store = new Store(input.root);
  const target = copyOf(input.directory);
  try {
    await context.step('files:begin');
    await removeTree(target, context.signal);
    const manifest = manifestOf(store, input.snapshot);
    const { entries, missing } = chosenEntries(manifest, input.paths);
    const [gone] = missing;
    if (gone !== undefined) {
      throw damaged(input.snapshot, gone);
    }
    // The folder itself is of now: its age must not be that of the volume's root then.
    const now = BigInt(Date.now()) * 1_000_000n;
    const dated = entries.map(entry => (entry.path === '' ? { ...entry, mtimeNs: now, mode: 0o755 } : entry));
    const copied = await copyTree(context, {
      entries: checkedEntries(store, input.snapshot, manifest, dated),
      source: store.tree(input.snapshot),
      target,
      purpose: 'clone',
      method: input.method === 'reflink' ? 'reflink' : 'copy',
      base: null,
      step: 'files:copying',
      onOmitted: ({ path, reason }) => {
        if (reason !== 'changed-during-copy') {
          throw damaged(input.snapshot, path);
        }
      }
    });
    syncTree(target, copied.written, fileSystemType(input.root));
    await context.step('files:copied');
    return { files: copied.files, bytes: copied.bytes };
  } catch (error) {
    await removeTree(target, new AbortController().signal);
    throw context.signal.aborted ? context.signal.reason : error;
  }
};
