/**
 * Looks at the live tree after the swap: is every path what the snapshot says? A file that somebody else changed
 * since is theirs and is named; a file that is missing, or still there though it was taken away, is a failure.
 */
import * as fs from 'node:fs';
import { joinBytePath, toBytePath, toSystemPath, type BytePath } from '../bytePath';
import type { Manifest, ManifestEntry } from '../manifest';
import type { JournalAction } from './journal';
import { hasMetadata } from './metadata';
import type { Protects } from './protectedPaths';
import { isStill, sameInode } from './swap';

/** What is compared. */
export interface VerifyRequest {
  readonly root: string;
  readonly target: Manifest;
  readonly safety: Manifest;
  readonly actions: readonly JournalAction[];
  readonly isProtected: Protects;
  /** Paths that were knowingly left. */
  readonly left: ReadonlySet<BytePath>;
}

/** What was found. */
export interface Verification {
  /** One sentence's end, for example `a.txt is missing`. */
  readonly failures: { readonly path: BytePath; readonly why: 'missing' | 'still there' }[];
  readonly changedMeanwhile: BytePath[];
}

type Finding = 'fine' | 'changed' | 'missing' | 'still there';

function ofWrite(action: Extract<JournalAction, { kind: 'write' }>, live: fs.BigIntStats | undefined): Finding {
  if (live === undefined) {
    return 'missing';
  }
  const { after, staged } = action;
  const ours = isStill({ ...after, ...staged }, live, [after.mtimeNs]);
  return ours && (after.type === 'symlink' || hasMetadata(live, after)) ? 'fine' : 'changed';
}

function ofUntouched(before: ManifestEntry, after: ManifestEntry, live: fs.BigIntStats | undefined): Finding {
  if (after.type === 'directory') {
    return live?.isDirectory() === true ? 'fine' : 'changed';
  }
  return live !== undefined && isStill(before, live, [before.mtimeNs, after.mtimeNs]) ? 'fine' : 'changed';
}

/** Compares every path of the snapshot and every path that was taken away. Changes nothing. */
export function verify(request: VerifyRequest): Verification {
  const { target, safety, actions, isProtected, left } = request;
  const root = toBytePath(request.root);
  const look = (path: BytePath): fs.BigIntStats | undefined => {
    try {
      return fs.lstatSync(toSystemPath(joinBytePath(root, path)), { bigint: true, throwIfNoEntry: false });
    } catch {
      // Not reachable any more, for whatever reason: nothing is there for the person who looks.
      return undefined;
    }
  };
  const verification: Verification = { failures: [], changedMeanwhile: [] };
  const record = (path: BytePath, finding: Finding): void => {
    if (finding === 'changed') {
      verification.changedMeanwhile.push(path);
    } else if (finding !== 'fine') {
      verification.failures.push({ path, why: finding });
    }
  };
  const acted = new Set<BytePath>();
  for (const action of actions) {
    const { path, kind } = action;
    if (left.has(path) || kind === 'settle' || kind === 'metadata') {
      continue;
    }
    acted.add(path);
    if (kind === 'write') {
      record(path, ofWrite(action, look(path)));
    } else if (kind === 'mkdir') {
      record(path, look(path)?.isDirectory() === true ? 'fine' : 'missing');
    } else if (kind === 'remove' && target.entries.get(path) === undefined) {
      const live = look(path);
      record(path, live === undefined ? 'fine' : sameInode(action.before, live) ? 'still there' : 'changed');
    }
  }
  for (const [path, after] of target.entries) {
    const before = safety.entries.get(path);
    if (before !== undefined && !acted.has(path) && !left.has(path) && !isProtected(after)) {
      record(path, before.type === after.type ? ofUntouched(before, after, look(path)) : 'fine');
    }
  }
  return verification;
}
