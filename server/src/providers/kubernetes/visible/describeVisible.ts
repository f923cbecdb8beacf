/** A copy straight from a visible snapshot as the contract shows it: a restore of files, and the operation on it. Pure. */
import type { Blocker, Operation, Restore, RestorePlan, RestoreStep, Snapshot } from '../../../../../contract';
import { sizeWords } from '../../../sizeWords';
import { restoreOperationId } from '../restores/restoreOperation';
import { labelOf } from '../snapshots/describeSnapshot';
import type { Measured } from './measureChosen';

/** As long as that of a controller's plan. */
const PLAN_VALID_MS = 10 * 60_000;
/** Left free besides what is copied, for what runs. */
const MARGIN_BYTES = 8 << 20;

export interface NewVisible {
  readonly id: string;
  readonly uid: string;
  readonly snapshot: Snapshot;
  readonly paths: readonly string[];
  readonly target: string;
  readonly user: string | null;
  readonly now: Date;
}

/** Before it is planned. */
export const newVisible = ({ id, uid, snapshot, paths, target, user, now }: NewVisible): Restore => ({
  kind: 'restore',
  id,
  uid,
  volume: snapshot.volume,
  volumeName: snapshot.volumeName,
  snapshot: snapshot.name,
  snapshotLabel: labelOf(snapshot),
  snapshotCreatedAt: snapshot.createdAt,
  undoOf: null,
  strategy: 'files',
  paths: [...paths],
  requestedBy: user,
  createdAt: now.toISOString(),
  finishedAt: null,
  phase: 'planning',
  message: 'Looking at the chosen files',
  plan: null,
  steps: ['Copy the files from the snapshot', 'Put them beside what is there'].map(text => ({
    text,
    state: 'todo',
    startedAt: null,
    durationMs: null
  })),
  safetySnapshot: null,
  kept: null,
  target,
  undo: { possible: false, reason: 'It is not done yet.' },
  problem: null
});

export interface Room {
  readonly free: number;
  /** Why nothing can be written to the volume's root; null: it can. */
  readonly refused: string | null;
}

/** What would be written, and what forbids it. */
export function visiblePlan(
  { volumeName, target = '' }: Restore,
  { files, bytes, missing }: Measured,
  { free, refused }: Room,
  now: Date
): RestorePlan {
  const words = `${files === 1 ? '1 file' : `${files} files`} (${sizeWords(bytes)})`;
  const needed = bytes + MARGIN_BYTES;
  const common = { by: null, since: null } as const;
  const blockers: Blocker[] = [
    ...missing.map(path => ({
      ...common,
      kind: 'path',
      object: path,
      message: `${path} is not in the snapshot.`,
      fix: 'Choose a file or folder that is.'
    })),
    ...(refused === null
      ? []
      : [
          {
            ...common,
            kind: 'read-only',
            object: volumeName,
            message: `Nothing can be written to the top folder of ${volumeName} (${refused}).`,
            fix: 'Clone the snapshot and open the clone.'
          }
        ]),
    ...(free >= needed
      ? []
      : [
          {
            ...common,
            kind: 'disk-space',
            object: volumeName,
            message: `${volumeName} has ${sizeWords(free)} free, and the files need ${sizeWords(needed)}.`,
            fix: 'Delete files, or choose fewer.'
          }
        ])
  ];
  return {
    validUntil: new Date(now.getTime() + PLAN_VALID_MS).toISOString(),
    changes: {
      known: false,
      reason: `Nothing is replaced: ${words} ${files === 1 ? 'is' : 'are'} written to ${target}.`
    },
    options: [
      {
        strategy: 'files',
        possible: { available: true },
        cost: 'Space for the chosen files; nothing stops.',
        risk: 'They are written to a new folder beside, never over.'
      }
    ],
    blockers,
    warnings: [],
    stopsServer: false,
    lastDurationMs: null
  };
}

/** The step of this number runs; those before it are done. Past the last: all are done. */
export const stepsAt = (steps: readonly RestoreStep[], current: number, now: Date): RestoreStep[] =>
  steps.map((step, index) =>
    index < current && step.state === 'current'
      ? { ...step, state: 'done', durationMs: Math.max(0, now.getTime() - Date.parse(step.startedAt ?? '')) }
      : index === current
        ? { ...step, state: 'current', startedAt: now.toISOString() }
        : step
  );

/** The operation that it is. */
export function visibleOperation(
  restore: Restore,
  { done, total, isCancelled }: { readonly done: number; readonly total: number; readonly isCancelled: boolean }
): Operation {
  const label = `Files of ${restore.volumeName} from ${restore.snapshotLabel}`;
  const over = restore.finishedAt !== null;
  const copying = restore.phase === 'preparing';
  return {
    kind: 'operation',
    id: restoreOperationId(restore.uid),
    verb: 'restore',
    volume: restore.volume,
    volumeName: restore.volumeName,
    object: { kind: 'restore', name: restore.id, label: restore.plan === null ? `Plan: ${label}` : label },
    state: over
      ? restore.phase === 'succeeded' || restore.phase === 'cancelled'
        ? restore.phase
        : 'failed'
      : isCancelled
        ? 'cancelling'
        : 'running',
    progress: copying
      ? { text: restore.message, done: Math.min(done, total), total, unit: 'bytes' }
      : { text: restore.message, done: null, total: null, unit: null },
    cancel: over
      ? { available: false, reason: 'It is over.', fix: 'Look at its result.' }
      : isCancelled || restore.phase === 'restoring'
        ? { available: false, reason: 'It is ending already.', fix: 'Wait.' }
        : { available: true },
    startedAt: restore.createdAt,
    finishedAt: restore.finishedAt,
    problem: restore.phase === 'succeeded' ? null : restore.problem
  };
}
