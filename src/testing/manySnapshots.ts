/** Many snapshots for tests of the timeline, newest first. */
import type { Snapshot } from '../../contract';
import { sampleSnapshot } from './samples';

/** `count` snapshots of one volume, one every `minutes`, back from `from`. */
export function manySnapshots(
  count: number,
  options: { minutes?: number; from?: string; volume?: string } = {}
): Snapshot[] {
  const { minutes = 60, from = '2026-11-19T14:00:00Z', volume = 'home-1a2b3c4d' } = options;
  const newest = Date.parse(from);
  return Array.from({ length: count }, (_, at) =>
    sampleSnapshot({
      name: `home.s${String(at).padStart(5, '0')}`,
      uid: `uid-${at}`,
      volume,
      title: `snapshot ${at}`,
      createdAt: new Date(newest - at * minutes * 60_000).toISOString()
    })
  );
}
