/** Writes down that a snapshot is to be made, and shows it as pending. Making it is takeSnapshot's, in snapshotJob.ts. */
import { randomUUID } from 'node:crypto';
import type { ObservedVolume } from './observedVolume';
import { writeSnapshotIntent } from './snapshotJob';
import { newSnapshotName } from './snapshotName';
import type { SnapshotRecord } from './snapshotRecord';

/** What distinguishes snapshots that are made for different reasons. */
export interface NewSnapshot {
  readonly title: string | null;
  readonly note: string;
  readonly notebook: string | null;
  readonly heldUntil: SnapshotRecord['heldUntil'];
  readonly origin: SnapshotRecord['origin'];
  readonly operationKey: string | null;
  readonly restoredFrom: string | null;
}

const NOT_MEASURED = { known: false, reason: 'Not measured yet.' } as const;

/** Makes the record of a snapshot to be made, and writes it down as an intent. `takeSnapshot` does the rest. */
export function intendSnapshot(observed: ObservedVolume, wanted: NewSnapshot, user: string | null): SnapshotRecord {
  const now = new Date();
  const { volume, contents } = observed;
  const record: SnapshotRecord = {
    format: 1,
    name: newSnapshotName(volume.slug, now, name => contents.snapshots.has(name)),
    uid: randomUUID(),
    createdAt: now.toISOString(),
    createdBy: user,
    ...wanted,
    heldBy: wanted.heldUntil === null ? null : user,
    state: { phase: 'pending', since: now.toISOString() },
    ownData: NOT_MEASURED,
    deletingSince: null
  };
  writeSnapshotIntent(volume.store, record);
  observed.put(record);
  return record;
}
