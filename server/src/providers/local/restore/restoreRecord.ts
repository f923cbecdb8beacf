/**
 * What the store writes down about a restore, `restores/<id>/restore.json`, and how it is shown. The record is the
 * truth; what can change without the restore itself (whether Undo is possible) is worked out when it is shown.
 */
import * as fs from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { Restore, type RestorePhase, type RestoreStep } from '../../../../../contract';
import { readJsonFile, syncDirectory, writeJsonFile, type JsonRead } from '../atomicFile';
import type { ObservedVolume } from '../observedVolume';
import type { Store } from '../store';

/** A restore as it is written down. `undo` in it is not looked at. */
export const RestoreRecord = z.object({
  format: z.literal(1),
  operationKey: z.string().nullable(),
  /** Name in the root of the folder for files that change during the restore. */
  keptFolder: z.string().regex(/^kept-by-restore-[-0-9a-z]+$/),
  /** Whether the safety snapshot is worth going back to. */
  undoable: z.boolean(),
  restore: Restore
});
export type RestoreRecord = z.infer<typeof RestoreRecord>;

/** Directory of a restore in its store. */
export const restoreDirectory = (store: Store, id: string): string => join(store.restores, id);

const fileOf = (store: Store, id: string): string => join(restoreDirectory(store, id), 'restore.json');

/** Writes a restore down, with its directory if it is new. */
export function writeRestoreRecord(store: Store, record: RestoreRecord): void {
  const directory = restoreDirectory(store, record.restore.id);
  if (!fs.existsSync(directory)) {
    fs.mkdirSync(directory, { recursive: true, mode: 0o700 });
    syncDirectory(store.restores);
  }
  writeJsonFile(fileOf(store, record.restore.id), record);
}

/** Reads one restore; a record that names another id is corrupt. */
export function readRestoreRecord(store: Store, id: string): JsonRead<RestoreRecord> {
  const found = readJsonFile(fileOf(store, id), RestoreRecord);
  return found.state === 'read' && found.value.restore.id !== id
    ? { state: 'corrupt', why: `it is the record of ${found.value.restore.id}` }
    : found;
}

/** Ids of all restores of a store, readable or not. */
export const restoreIds = (store: Store): string[] =>
  fs.existsSync(store.restores) ? fs.readdirSync(store.restores).filter(name => !name.startsWith('.')) : [];

/** All readable restores of a store. */
export const readRestores = (store: Store): RestoreRecord[] =>
  restoreIds(store).flatMap(id => {
    const found = readRestoreRecord(store, id);
    return found.state === 'read' ? [found.value] : [];
  });

const FINAL: readonly RestorePhase[] = ['succeeded', 'rolled-back', 'failed', 'cancelled'];

/** Whether nothing more will happen to it. */
export const isFinal = (phase: RestorePhase): boolean => FINAL.includes(phase);

function undoOf({ restore, undoable }: RestoreRecord, observed: ObservedVolume): Restore['undo'] {
  if (!isFinal(restore.phase)) {
    return { possible: false, reason: 'It is not done yet.' };
  }
  if (restore.strategy === 'files') {
    return { possible: false, reason: 'Nothing was replaced. Delete the folder if you don’t need it.' };
  }
  if (!undoable || restore.safetySnapshot === null) {
    return { possible: false, reason: 'It changed nothing.' };
  }
  const safety = observed.contents.snapshots.get(restore.safetySnapshot);
  if (safety?.state.phase !== 'ready' || safety.deletingSince !== null) {
    return { possible: false, reason: 'The safety snapshot was deleted.' };
  }
  const { heldUntil } = safety;
  return { possible: true, until: heldUntil === 'forever' ? null : heldUntil };
}

/** The restore as the contract shows it. */
export const toRestore = (record: RestoreRecord, observed: ObservedVolume): Restore => ({
  ...record.restore,
  undo: undoOf(record, observed)
});

const STEPS: readonly RestorePhase[] = ['securing', 'preparing', 'restoring', 'verifying'];

/** Those of a restore of chosen files, which comes through no others. */
export const FILES_PHASES: readonly RestorePhase[] = ['preparing', 'restoring'];

/** The steps of a restore of chosen files before it begins. */
export const newFilesSteps = (): RestoreStep[] =>
  ['Copy the files from the snapshot', 'Put them beside what is there'].map(text => ({
    text,
    state: 'todo',
    startedAt: null,
    durationMs: null
  }));

/** The steps of a restore before it begins. */
export const newSteps = (volumeName: string): RestoreStep[] =>
  [
    `Keep ${volumeName} as it is now`,
    'Make and check the restored files',
    'Put the files in place',
    'Check the result'
  ].map(text => ({ text, state: 'todo', startedAt: null, durationMs: null }));

/** The steps when a restore comes into a phase: what ran is done (or failed), with its measured time. */
export function stepsIn(
  steps: readonly RestoreStep[],
  phase: RestorePhase,
  now: Date,
  order: readonly RestorePhase[] = STEPS
): RestoreStep[] {
  const current = order.indexOf(phase);
  return steps.map((step, index) => {
    if (step.state === 'current' && index !== current) {
      const durationMs = Math.max(0, now.getTime() - new Date(step.startedAt ?? now).getTime());
      const failed = isFinal(phase) && phase !== 'succeeded';
      return { ...step, state: failed ? 'failed' : 'done', durationMs };
    }
    return index === current && step.state !== 'current'
      ? { ...step, state: 'current', startedAt: now.toISOString() }
      : step;
  });
}
