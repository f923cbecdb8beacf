/** When an automatic snapshot is due, what covers the state of the files, and which old ones go. Pure. */
import type { Snapshot } from '../../../../contract';
import type { AutomaticSettings } from '../../automaticSettings';
import { newestFirst } from '../../observed/newestFirst';

/** What is remembered of a volume while the process runs; all else is derived from its snapshots. */
export interface VolumeMemory {
  /** Fingerprint of the last state that is known to be in a snapshot. */
  readonly covered: string | null;
  /** When nothing was to be done last, by the clock, ms. */
  readonly idleAt: number | null;
  /** Not tried again before, ms. */
  readonly notBefore: number;
  readonly failures: number;
}

export const NOTHING_REMEMBERED: VolumeMemory = { covered: null, idleAt: null, notBefore: 0, failures: 0 };

const FIRST_RETRY_MS = 60_000;
const LONGEST_RETRY_MS = 3_600_000;

const isAuto = ({ origin }: Snapshot): boolean => origin === 'auto';
const holdsData = ({ state }: Snapshot): boolean => state.phase === 'ready' || state.phase === 'pending';
const timeOf = ({ createdAt }: Snapshot): number => Date.parse(createdAt);
const inOrder = (snapshots: readonly Snapshot[]): Snapshot[] =>
  newestFirst(snapshots, ({ createdAt, name }) => ({ at: createdAt, name }));

/** When to look at a volume next, in ms; null: not any more. `startedAt`: when the Jupyter server started, ms. */
export function dueAt(
  settings: AutomaticSettings,
  snapshots: readonly Snapshot[],
  memory: VolumeMemory,
  startedAt: number
): number | null {
  const newest = Math.max(Number.NEGATIVE_INFINITY, ...snapshots.filter(isAuto).filter(holdsData).map(timeOf));
  switch (settings.mode) {
    case 'off':
      return null;
    case 'start':
      return newest >= startedAt || memory.idleAt !== null ? null : Math.max(startedAt, memory.notBefore);
    case 'every': {
      const last = Math.max(newest, memory.idleAt ?? Number.NEGATIVE_INFINITY);
      return Math.max(startedAt, last + settings.everyMs, memory.notBefore);
    }
  }
}

/** What to remember after another failure at a time in ms: the wait before the next try grows. */
export function afterFailure(memory: VolumeMemory, now: number): VolumeMemory {
  const wait = Math.min(FIRST_RETRY_MS * 2 ** memory.failures, LONGEST_RETRY_MS);
  return { ...memory, failures: memory.failures + 1, notBefore: now + wait };
}

/**
 * The snapshot that surely holds files whose last change was at `newestMs`. `takenAt`: the latest moment by the clock of
 * the files at which a snapshot was surely still being made, ms.
 */
export const coveredBy = (
  snapshots: readonly Snapshot[],
  newestMs: number,
  takenAt: (snapshot: Snapshot) => number
): Snapshot | undefined => snapshots.filter(holdsData).find(snapshot => takenAt(snapshot) > newestMs);

/** The newest automatic snapshot, where it failed: it is made again instead of another one. */
export function failedAttempt(snapshots: readonly Snapshot[]): Snapshot | undefined {
  const [newest] = inOrder(snapshots.filter(isAuto));
  return newest?.state.phase === 'failed' ? newest : undefined;
}

/**
 * Automatic snapshots beyond the newest `keep` complete ones, oldest first. What is held, titled or noted stays:
 * somebody cares for it. As `keep` is at least 1, the only complete one is never among them.
 */
export function outdated(snapshots: readonly Snapshot[], keep: number, now: number): Snapshot[] {
  const complete = inOrder(snapshots.filter(isAuto).filter(({ state }) => state.phase === 'ready'));
  return complete
    .slice(keep)
    .filter(({ title, note }) => title === null && note.trim() === '')
    .filter(({ heldUntil }) => heldUntil === null || (heldUntil !== 'forever' && Date.parse(heldUntil) <= now))
    .reverse();
}
