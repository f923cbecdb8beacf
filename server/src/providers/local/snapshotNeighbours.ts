/** The order of snapshots in time, and who is next to whom: neighbours share files. */
import type { ObservedVolume } from './observedVolume';
import type { SnapshotRecord } from './snapshotRecord';

const byTime = (a: SnapshotRecord, b: SnapshotRecord): number =>
  a.createdAt === b.createdAt ? (a.name < b.name ? -1 : 1) : a.createdAt < b.createdAt ? -1 : 1;

/** The complete snapshots just before and just after one. */
export function neighbours(observed: ObservedVolume, record: SnapshotRecord): SnapshotRecord[] {
  const ready = [...observed.contents.snapshots.values()].filter(
    one => one.name !== record.name && one.state.phase === 'ready' && one.deletingSince === null
  );
  const before = ready
    .filter(one => byTime(one, record) < 0)
    .sort(byTime)
    .at(-1);
  const after = ready.filter(one => byTime(one, record) > 0).sort(byTime)[0];
  return [before, after].filter(one => one !== undefined);
}
