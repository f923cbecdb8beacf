/**
 * Copies a tree entry by entry: for a snapshot (read-only, unchanged files linked from an earlier snapshot) or for a
 * clone (writable, original modes). Synchronous calls in batches, with pauses in which progress and cancelling work.
 */
import * as fs from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { joinBytePath, toBytePath, toSystemPath, type BytePath } from './bytePath';
import { copyFile, isReflinkRefused, type CopyMethod, type CopyResult } from './copyFile';
import { utimesSeconds } from './fileTime';
import type { JobContext } from './job';
import { unchangedSince, type Manifest, type ManifestEntry } from './manifest';
import type { Omitted } from './omissions';
import { errorCode } from './systemProblem';
import { entryOf } from './walkTree';

/** A pause, a step and a report after so many entries. */
const BATCH = 256;

/** What is copied, and how. */
export interface TreeCopy {
  readonly entries: Iterable<ManifestEntry>;
  readonly source: string;
  /** Does not exist yet. */
  readonly target: string;
  readonly purpose: 'snapshot' | 'clone';
  readonly method: CopyMethod;
  /** An earlier copy whose unchanged files are linked instead of copied. */
  readonly base: { readonly manifest: Manifest; readonly tree: string } | null;
  /** Passed at every pause. */
  readonly step: string;
  /** Told before what can't be copied is left out; may throw instead. */
  readonly onOmitted: (omitted: Omitted) => void;
}

/** What was copied. */
export interface CopiedTree {
  /** As things were when they were copied, parents first. */
  readonly entries: Map<BytePath, ManifestEntry>;
  readonly files: number;
  readonly bytes: number;
  /** Files whose content was written: what has to be brought to the disk besides names and shared blocks. */
  readonly written: BytePath[];
}

/** Modes in a snapshot: as they were, but nobody writes, nothing runs as somebody else, and its owner can read it. */
const snapshotMode = (entry: ManifestEntry): number =>
  entry.type === 'directory' ? (entry.mode & 0o555) | 0o500 : (entry.mode & 0o555) | 0o400;

/** One copy of a tree in the making. */
class TreeCopier {
  readonly entries = new Map<BytePath, ManifestEntry>();
  readonly written: BytePath[] = [];
  files = 0;
  bytes = 0;
  private readonly source: BytePath;
  private readonly target: BytePath;
  private readonly base: BytePath;
  private method: CopyMethod;
  private readonly isRoot = process.getuid?.() === 0;

  constructor(
    private readonly copy: TreeCopy,
    private readonly signal: AbortSignal
  ) {
    this.source = toBytePath(copy.source);
    this.target = toBytePath(copy.target);
    this.base = copy.base === null ? '' : toBytePath(copy.base.tree);
    this.method = copy.method;
  }

  add(entry: ManifestEntry): void {
    const target = joinBytePath(this.target, entry.path);
    if (entry.type === 'directory') {
      fs.mkdirSync(toSystemPath(target), 0o700);
      this.entries.set(entry.path, entry);
    } else if (entry.type === 'symlink') {
      fs.symlinkSync(toSystemPath(entry.target ?? ''), toSystemPath(target));
      const time = utimesSeconds(entry.mtimeNs);
      fs.lutimesSync(toSystemPath(target), time, time);
      this.giveToOwner(entry, target);
      this.entries.set(entry.path, entry);
    } else if (this.link(entry, target)) {
      this.count(entry);
    } else {
      this.addCopy(entry, target);
    }
  }

  /** Times and modes of directories, children before their parents: a later file would alter the time again. */
  seal(): void {
    for (const entry of [...this.entries.values()].reverse()) {
      if (entry.type === 'directory') {
        this.finish(entry, joinBytePath(this.target, entry.path));
      }
    }
  }

  private count(entry: ManifestEntry): void {
    this.entries.set(entry.path, entry);
    this.files += 1;
    this.bytes += entry.size;
  }

  private link(entry: ManifestEntry, target: BytePath): boolean {
    const { base } = this.copy;
    if (base === null || !unchangedSince(base.manifest, entry)) {
      return false;
    }
    try {
      fs.linkSync(toSystemPath(`${this.base}/${entry.path}`), toSystemPath(target));
      return true;
    } catch (error) {
      const code = errorCode(error) ?? '';
      // The earlier copy is gone, has too many links, or may not be linked: a copy is as good.
      if (['ENOENT', 'EMLINK', 'EPERM', 'EXDEV', 'EACCES', 'ENOTSUP', 'EOPNOTSUPP'].includes(code)) {
        return false;
      }
      throw error;
    }
  }

  private addCopy(entry: ManifestEntry, target: BytePath): void {
    const result = this.copyOne(entry, target);
    if (result.state === 'omitted') {
      this.copy.onOmitted({ path: entry.path, reason: result.reason });
      return;
    }
    // A clone's source is a snapshot, whose manifest alone knows the original modes and owners.
    const copied = this.copy.purpose === 'snapshot' ? (entryOf(entry.path, result.stat, this.source) ?? entry) : entry;
    if (result.changed) {
      this.copy.onOmitted({ path: entry.path, reason: 'changed-during-copy' });
    }
    this.finish(copied, target);
    this.count(copied);
  }

  private copyOne(found: ManifestEntry, target: BytePath): CopyResult {
    const request = {
      source: joinBytePath(this.source, found.path),
      target,
      // What a clone is made from is not the file that the manifest tells of.
      found: this.copy.purpose === 'snapshot' ? found : undefined,
      signal: this.signal
    };
    if (this.method === 'reflink') {
      try {
        return copyFile({ ...request, method: 'reflink' });
      } catch (error) {
        if (!isReflinkRefused(error)) {
          throw error;
        }
      }
    }
    const result = copyFile({ ...request, method: 'copy' });
    if (result.state === 'copied') {
      this.written.push(target);
    }
    return result;
  }

  private finish(entry: ManifestEntry, target: BytePath): void {
    const path = toSystemPath(target);
    const time = utimesSeconds(entry.mtimeNs);
    const owned = this.giveToOwner(entry, target);
    fs.utimesSync(path, time, time);
    // Last: chown takes setuid away, and a file that is now somebody else's must not run as its new owner.
    fs.chmodSync(
      path,
      this.copy.purpose === 'snapshot' ? snapshotMode(entry) : owned ? entry.mode : entry.mode & 0o1777
    );
  }

  /** Owners are given back in clones, where the system lets us. Whether the owner is the original one. */
  private giveToOwner(entry: ManifestEntry, target: BytePath): boolean {
    if (this.copy.purpose === 'snapshot') {
      return false;
    }
    if (entry.uid === process.getuid?.() && entry.gid === process.getgid?.()) {
      return true;
    }
    try {
      fs.lchownSync(toSystemPath(target), this.isRoot ? entry.uid : -1, entry.gid);
      return this.isRoot || entry.uid === process.getuid?.();
    } catch (error) {
      if (errorCode(error) === 'EPERM' || errorCode(error) === 'EINVAL') {
        return false;
      }
      throw error;
    }
  }
}

/** Copies a tree. Throws what the target's side throws; the half-made tree is the caller's to remove. */
export async function copyTree(context: JobContext, copy: TreeCopy): Promise<CopiedTree> {
  const copier = new TreeCopier(copy, context.signal);
  let handled = 0;
  for (const entry of copy.entries) {
    copier.add(entry);
    handled += 1;
    if (handled % BATCH === 0) {
      context.progress('Copying files', copier.files, undefined, 'files');
      await context.step(copy.step);
      await setImmediate();
      context.signal.throwIfAborted();
    }
  }
  copier.seal();
  const { entries, files, bytes, written } = copier;
  return { entries, files, bytes, written };
}
