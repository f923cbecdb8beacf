/** What a request for a restore becomes: a new record, and the checks before it may begin. */
import { randomUUID } from 'node:crypto';
import type { Restore } from '../../../../../contract';
import { ProblemError } from '../../../problemError';
import type { ObservedVolume } from '../observedVolume';
import { newSnapshotName, stampOf } from '../snapshotName';
import { labelOf, type SnapshotRecord } from '../snapshotRecord';
import { KEPT_PREFIX } from './protectedPaths';
import { newFilesSteps, newSteps, readRestores, type RestoreRecord } from './restoreRecord';

/** Begin of the names of folders that chosen files are brought back to. */
const RESTORED_PREFIX = 'restored-';

/** A restore to a snapshot of its own volume, not planned yet and not written down. */
export function newRestoreRecord(
  observed: ObservedVolume,
  snapshot: SnapshotRecord,
  asked: Pick<Restore, 'undoOf' | 'requestedBy' | 'paths'> & { readonly operationKey: string | null }
): RestoreRecord {
  const { volume } = observed;
  const { undoOf, requestedBy, operationKey, paths } = asked;
  const now = new Date();
  const taken = new Set(readRestores(volume.store).map(one => one.restore.id));
  const id = newSnapshotName(volume.slug, now, name => taken.has(name));
  return {
    format: 1,
    operationKey,
    keptFolder: `${KEPT_PREFIX}${stampOf(now)}-${id.slice(-4)}`,
    undoable: false,
    restore: {
      kind: 'restore',
      id,
      uid: randomUUID(),
      volume: volume.id,
      volumeName: volume.name,
      snapshot: snapshot.name,
      snapshotLabel: labelOf(snapshot),
      snapshotCreatedAt: snapshot.createdAt,
      undoOf,
      requestedBy,
      createdAt: now.toISOString(),
      finishedAt: null,
      phase: 'planning',
      message: 'Looking at what would change',
      plan: null,
      steps: paths === undefined ? newSteps(volume.name) : newFilesSteps(),
      ...(paths === undefined
        ? {}
        : { strategy: 'files', paths, target: `${RESTORED_PREFIX}${stampOf(now)}-${id.slice(-4)}` }),
      safetySnapshot: null,
      kept: null,
      undo: { possible: false, reason: 'It is not done yet.' },
      problem: null
    }
  };
}

/** Throws where a plan can't be approved: too old (`plan-expired`), or something in the way (`restore-blocked`). */
export function assertApprovable({ plan, id, volumeName }: Restore, now: Date): void {
  if (plan === null || new Date(plan.validUntil) < now) {
    throw new ProblemError('plan-expired', {
      detail: 'The plan is too old: the files may have changed since.',
      next: 'Make the plan again and look at it.',
      object: id
    });
  }
  const [first] = plan.blockers;
  if (first !== undefined) {
    throw new ProblemError('restore-blocked', {
      detail: `${volumeName} can’t be restored yet: ${first.message}`,
      next: first.fix,
      object: id,
      blockers: plan.blockers
    });
  }
}

/** How long the newest restore that succeeded here took, ms; null where there was none. */
export function lastDuration(observed: ObservedVolume): number | null {
  const [last] = readRestores(observed.volume.store)
    .map(record => record.restore)
    .filter(restore => restore.phase === 'succeeded')
    .sort((a, b) => ((a.finishedAt ?? '') < (b.finishedAt ?? '') ? 1 : -1));
  return last === undefined ? null : last.steps.reduce((sum, step) => sum + (step.durationMs ?? 0), 0);
}
