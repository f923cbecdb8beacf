/**
 * Makes every file that a restore will put in place, inside the store: copied from the snapshot (never linked to
 * it), with its final mode, owner and time, checked against the snapshot and synced. Changes nothing live.
 */
import * as fs from 'node:fs';
import { displayPath, toBytePath, toSystemPath } from '../bytePath';
import { copyFile, isReflinkRefused, type CopyMethod } from '../copyFile';
import type { JobContext } from '../job';
import type { ManifestEntry } from '../manifest';
import { ProblemError } from '../../../problemError';
import type { Action, WriteAction } from './actions';
import { equalFiles } from './compareContent';
import type { Staged } from './journal';
import { applyLinkMetadata, applyMetadata } from './metadata';
import { thinnedSteps } from './thinnedSteps';
import { inTree, type Workspace } from './workspace';

/** What staging needs to know. */
export interface StageRequest {
  readonly actions: readonly Action[];
  /** Tree of the snapshot that is restored. */
  readonly tree: string;
  readonly snapshot: string;
  readonly workspace: Workspace;
  readonly method: CopyMethod;
}

const damaged = (snapshot: string, path: string, why: string): ProblemError =>
  new ProblemError('verification-failed', {
    detail: `${displayPath(path)} can’t be restored: ${why}. Nothing was changed.`,
    next: 'Restore another snapshot, or copy single files from this one.',
    object: snapshot
  });

function copyOnce(request: StageRequest, after: ManifestEntry, place: string, context: JobContext): CopyMethod {
  const source = inTree(request.tree, after.path);
  const target = toBytePath(place);
  for (const method of request.method === 'reflink' ? (['reflink', 'copy'] as const) : (['copy'] as const)) {
    try {
      const result = copyFile({ source, target, method, signal: context.signal });
      if (result.state === 'omitted') {
        throw damaged(request.snapshot, after.path, `the snapshot’s copy is ${result.reason}`);
      }
      if (Number(result.stat.size) !== after.size) {
        throw damaged(
          request.snapshot,
          after.path,
          `the snapshot’s copy has ${result.stat.size} bytes instead of ${after.size}`
        );
      }
      return method;
    } catch (error) {
      if (method === 'copy' || !isReflinkRefused(error)) {
        throw error;
      }
    }
  }
  return 'copy';
}

function syncFile(place: string): void {
  const fd = fs.openSync(place, fs.constants.O_RDONLY | fs.constants.O_NOFOLLOW);
  try {
    fs.fsyncSync(fd);
  } finally {
    fs.closeSync(fd);
  }
}

function stageFile(request: StageRequest, after: ManifestEntry, place: string, context: JobContext): void {
  const method = copyOnce(request, after, place, context);
  const source = toSystemPath(inTree(request.tree, after.path));
  if (fs.lstatSync(place).size !== after.size || (method === 'copy' && !equalFiles(place, source, context.signal))) {
    throw damaged(request.snapshot, after.path, 'the copy made of it does not match');
  }
  // The content first, while the file can still be opened; its metadata follows with the store's directory.
  syncFile(place);
  applyMetadata(place, after);
}

function stageOne(request: StageRequest, action: WriteAction, place: string, context: JobContext): Staged {
  const { after } = action;
  if (after.type === 'symlink') {
    fs.symlinkSync(toSystemPath(after.target ?? ''), place);
    applyLinkMetadata(place, after);
  } else {
    stageFile(request, after, place, context);
  }
  const { dev, ino } = fs.lstatSync(place, { bigint: true });
  return { dev, ino };
}

/** Stages all writes; returns the inode of each by its action's number. */
export async function stageFiles(context: JobContext, request: StageRequest): Promise<Map<number, Staged>> {
  const staged = new Map<number, Staged>();
  const step = thinnedSteps(context);
  const total = request.actions.filter(action => action.kind === 'write').length;
  for (const [number, action] of request.actions.entries()) {
    if (action.kind !== 'write') {
      continue;
    }
    context.progress('Making the restored files', staged.size, total, 'files');
    staged.set(number, stageOne(request, action, request.workspace.staged({ number }), context));
    await step('restore:stage');
  }
  return staged;
}
