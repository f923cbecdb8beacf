/**
 * What an earlier process left of restores, run once with the store's lock just taken. What had not changed anything
 * is over and cleaned up; what had begun is answered to be finished; a record that can't be read is reported, and
 * the restore behind it is finished by its journal.
 */
import { randomUUID } from 'node:crypto';
import * as fs from 'node:fs';
import { join } from 'node:path';
import { problem, type Problem, type Restore } from '../../../../../contract';
import { quarantine, readJsonFile } from '../atomicFile';
import type { LocalServices } from '../localServices';
import type { ObservedVolume } from '../observedVolume';
import { toTrash } from '../recovery';
import type { Store } from '../store';
import { labelOf } from '../snapshotRecord';
import { dropCopy } from './filesBackJobs';
import { JournalError, Progress, progressFile, readJournal, removeJournal, type Journal } from './journal';
import {
  isFinal,
  newSteps,
  readRestoreRecord,
  readRestores,
  restoreDirectory,
  restoreIds,
  stepsIn,
  writeRestoreRecord,
  type RestoreRecord
} from './restoreRecord';
import { Workspace } from './workspace';

const interrupted = (volumeName: string, id: string): Problem =>
  problem('interrupted', {
    detail: `Datamark was stopped before ${volumeName} was restored. Nothing was changed.`,
    next: 'Restore again.',
    object: id
  });

/** Puts the restores of a store in order; answers those that have to be carried to their end. */
export async function recoverRestores(services: LocalServices, observed: ObservedVolume): Promise<RestoreRecord[]> {
  const { store } = observed.volume;
  const unfinished: RestoreRecord[] = [];
  const ids = restoreIds(store);
  for (const id of ids) {
    const found = readRestoreRecord(store, id);
    if (found.state === 'read') {
      unfinished.push(...recoverOne(observed, found.value));
    } else {
      unfinished.push(
        ...recoverUnreadable(services, observed, id, found.state === 'corrupt' ? found.why : 'it is missing')
      );
    }
  }
  forgetOld(store);
  if (ids.length > 0) {
    observed.changed();
    await observed.observe();
  }
  return unfinished;
}

/** So many restores that are over are remembered per volume. */
const REMEMBERED = 200;

function forgetOld(store: Store): void {
  const over = readRestores(store)
    .map(record => record.restore)
    .filter(restore => isFinal(restore.phase))
    .sort((a, b) => (a.createdAt < b.createdAt ? 1 : -1));
  for (const { id } of over.slice(REMEMBERED)) {
    toTrash(store, restoreDirectory(store, id), id);
  }
}

function recoverOne(observed: ObservedVolume, record: RestoreRecord): RestoreRecord[] {
  const { store } = observed.volume;
  const { restore } = record;
  if (isFinal(restore.phase)) {
    return [];
  }
  if (restore.phase === 'restoring' || restore.phase === 'verifying') {
    return [record];
  }
  const now = new Date();
  const end = (change: Partial<Restore>): void => {
    const finishedAt = now.toISOString();
    const steps = stepsIn(restore.steps, change.phase ?? 'failed', now);
    writeRestoreRecord(store, { ...record, restore: { ...restore, steps, finishedAt, ...change } });
  };
  if (restore.phase === 'planned') {
    if (restore.plan !== null && new Date(restore.plan.validUntil) < now) {
      end({ phase: 'cancelled', message: 'The plan expired before it was approved.' });
    }
    return [];
  }
  new Workspace(restoreDirectory(store, restore.id)).clear();
  dropCopy(store, restore.id);
  removeJournal(restoreDirectory(store, restore.id));
  releaseSafety(observed, restore.safetySnapshot);
  const why = interrupted(restore.volumeName, restore.id);
  end({ phase: 'failed', message: why.detail, problem: why });
  return [];
}

/** A safety snapshot that secured nothing: half made it goes away, complete it loses its hold. */
function releaseSafety(observed: ObservedVolume, name: string | null): void {
  const safety = name === null ? undefined : observed.contents.snapshots.get(name);
  if (safety === undefined) {
    return;
  }
  if (safety.state.phase === 'ready') {
    observed.put({ ...safety, heldUntil: null, heldBy: null });
  } else {
    toTrash(observed.volume.store, join(observed.volume.store.pending, safety.name), safety.name);
  }
}

function recoverUnreadable(
  services: LocalServices,
  observed: ObservedVolume,
  id: string,
  why: string
): RestoreRecord[] {
  const { store, name } = observed.volume;
  const directory = restoreDirectory(store, id);
  const journal = journalOf(directory);
  const progress = readJsonFile(progressFile(directory), Progress);
  const isUnderWay = progress.state === 'read' && progress.value.stage !== 'done';
  const rebuilt = journal !== null && isUnderWay ? rebuild(services, observed, id, journal) : null;
  const place = quarantine(rebuilt === null ? directory : fileToQuarantine(directory), store.quarantine);
  observed.report({
    code: 'store-corrupt',
    message: `The record of the restore ${id} in ${name} can’t be read: ${why}. ${rebuilt === null ? '' : 'The restore is finished from its journal. '}What can’t be read was moved to ${place}.`,
    fix: rebuilt === null ? `Look into ${place}: the files in it are whole.` : 'Nothing needs to be done.',
    object: id
  });
  services.log.warn({ restore: id, why, place }, 'quarantined');
  if (rebuilt === null) {
    return [];
  }
  writeRestoreRecord(store, rebuilt);
  return [rebuilt];
}

/** The record itself; an empty stand-in where it is missing, so that there is something to point at. */
function fileToQuarantine(directory: string): string {
  const file = join(directory, 'restore.json');
  if (!fs.existsSync(file)) {
    fs.writeFileSync(file, '', { mode: 0o600 });
  }
  return file;
}

function journalOf(directory: string): Journal | null {
  try {
    return readJournal(directory);
  } catch (error) {
    if (error instanceof JournalError) {
      return null;
    }
    throw error;
  }
}

/** What the journal still knows of a restore whose record is lost. */
function rebuild(services: LocalServices, observed: ObservedVolume, id: string, journal: Journal): RestoreRecord {
  const { volume } = observed;
  const { snapshot: name, safetySnapshot, keptFolder } = journal.header;
  const snapshot = observed.contents.snapshots.get(name);
  const now = new Date().toISOString();
  return {
    format: 1,
    operationKey: null,
    keptFolder,
    undoable: true,
    restore: {
      kind: 'restore',
      id,
      uid: randomUUID(),
      volume: volume.id,
      volumeName: volume.name,
      snapshot: name,
      snapshotLabel: snapshot === undefined ? name : labelOf(snapshot),
      snapshotCreatedAt: snapshot?.createdAt ?? now,
      undoOf: null,
      requestedBy: services.configuration.user,
      createdAt: now,
      finishedAt: null,
      phase: 'restoring',
      message: 'Finishing from the journal',
      plan: null,
      steps: newSteps(volume.name),
      safetySnapshot,
      kept: null,
      undo: { possible: false, reason: 'It is not done yet.' },
      problem: null
    }
  };
}
