/**
 * Which snapshots rules keep and which they don’t, from what is known of them. What is held, linked, not ours or the only copy
 * of something stays, whatever the rules say. Pure: what MLflow and the storage say comes after, before anything is deleted.
 */
import type { Restore, RetentionRules, Snapshot } from '../../../../contract';
import type { NotedRuns } from '../../lineage/notedRuns';
import { newestFirst } from '../../observed/newestFirst';

export interface RetentionFacts {
  /** Of any volumes, in any order. */
  readonly snapshots: readonly Snapshot[];
  /** All there are of these volumes. */
  readonly restores: readonly Restore[];
  /** The runs that are written down on a snapshot. */
  readonly noted: (name: string) => NotedRuns;
  readonly now: Date;
}

/** Kept for these reasons; without one it goes. */
export interface RetentionDecision {
  readonly snapshot: Snapshot;
  readonly kept: readonly string[];
}

const FINAL: readonly Restore['phase'][] = ['succeeded', 'rolled-back', 'failed', 'cancelled'];
const DAY_MS = 86_400_000;

/** By volume, newest first. */
export function retentionPlan(rules: RetentionRules, facts: RetentionFacts): RetentionDecision[] {
  const volumes = [...new Set(facts.snapshots.map(({ volume }) => volume))].sort();
  return volumes.flatMap(id => {
    const snapshots = inOrder(facts.snapshots.filter(({ volume }) => volume === id));
    // Apart: many automatic ones would else push out what people made.
    const byRules = new Map<string, string[]>();
    for (const origin of ['datamark', 'auto'] as const) {
      for (const [name, reason] of ruleReasons(snapshots.filter(isMade(origin)), rules, facts.now)) {
        byRules.set(name, [...(byRules.get(name) ?? []), reason]);
      }
    }
    return snapshots.map(snapshot => ({
      snapshot,
      kept: [...protections(snapshot, snapshots, facts), ...(byRules.get(snapshot.name) ?? [])]
    }));
  });
}

const inOrder = (snapshots: readonly Snapshot[]): Snapshot[] =>
  newestFirst(snapshots, ({ createdAt, name }) => ({ at: createdAt, name }));
const isReady = ({ state }: Snapshot): boolean => state.phase === 'ready';
const isMade =
  (wanted: Snapshot['origin']) =>
  (snapshot: Snapshot): boolean =>
    snapshot.origin === wanted && isReady(snapshot);

/** Pairs of a name and a reason. The snapshots: complete, newest first. */
function* ruleReasons(
  snapshots: readonly Snapshot[],
  rules: RetentionRules,
  now: Date
): Generator<readonly [string, string]> {
  const { last, days } = rules;
  for (const { name } of snapshots.slice(0, last ?? 0)) {
    yield [name, `One of the newest ${last}.`];
  }
  if (days !== undefined) {
    for (const { name, createdAt } of snapshots) {
      if (Date.parse(createdAt) >= now.getTime() - days * DAY_MS) {
        yield [name, `Not older than ${days} ${days === 1 ? 'day' : 'days'}.`];
      }
    }
  }
  for (const [tier, keyOf] of TIERS) {
    const seen = new Set<string>();
    for (const { name, createdAt } of snapshots) {
      const key = keyOf(new Date(createdAt));
      if (!seen.has(key) && seen.size < (rules[tier] ?? 0)) {
        seen.add(key);
        yield [name, `The newest of ${key}.`];
      }
    }
  }
}

/** Monday of a day’s week, UTC. */
function mondayOf(time: Date): Date {
  const monday = new Date(time);
  monday.setUTCDate(time.getUTCDate() - ((time.getUTCDay() + 6) % 7));
  return monday;
}

const written = (time: Date, length: number): string => time.toISOString().slice(0, length);
const TIERS: readonly (readonly ['hourly' | 'daily' | 'weekly' | 'monthly' | 'yearly', (time: Date) => string])[] = [
  ['hourly', time => `${written(time, 13).replace('T', ' ')} h UTC`],
  ['daily', time => written(time, 10)],
  ['weekly', time => `the week from ${written(mondayOf(time), 10)}`],
  ['monthly', time => written(time, 7)],
  ['yearly', time => written(time, 4)]
];

/** What no rule can take away. `volume`: all of its volume, newest first. */
function protections(snapshot: Snapshot, volume: readonly Snapshot[], facts: RetentionFacts): string[] {
  const { name, state, origin } = snapshot;
  const reasons: string[] = [];
  if (state.phase !== 'ready') {
    reasons.push(state.phase === 'failed' ? 'It failed: make it again, or delete it by hand.' : 'It is not complete.');
  }
  if (origin === 'other' || origin === 'imported') {
    reasons.push('Not made by Datamark.');
  }
  if (isHeld(snapshot, facts.now)) {
    reasons.push(`Held${snapshot.heldBy === null ? '' : ` by ${snapshot.heldBy}`}.`);
  }
  if (volume.find(isReady)?.name === name) {
    reasons.push('The newest complete one of its volume.');
  }
  return [...reasons, ...restoreReasons(snapshot, volume, facts.restores), ...runReasons(facts.noted(name))];
}

const isHeld = ({ heldUntil }: Snapshot, now: Date): boolean =>
  heldUntil !== null && (heldUntil === 'forever' || Date.parse(heldUntil) > now.getTime());

/** A safety snapshot is the only copy of the data before a restore. */
function restoreReasons(snapshot: Snapshot, volume: readonly Snapshot[], restores: readonly Restore[]): string[] {
  const { name, origin } = snapshot;
  const reasons = restores
    .filter(one => one.snapshot === name && !FINAL.includes(one.phase))
    .map(({ id }) => `The restore ${id} needs it.`);
  const secured = restores.filter(one => one.safetySnapshot === name);
  const undoable = secured.filter(one => one.undo.possible || !FINAL.includes(one.phase));
  if (undoable.length > 0) {
    reasons.push(...undoable.map(({ id }) => `Undoing the restore ${id} needs it.`));
  } else if (origin === 'safety' && (secured.length === 0 || newestSafety(volume) === name)) {
    reasons.push('The only copy of the data before a restore.');
  }
  return reasons;
}

const newestSafety = (volume: readonly Snapshot[]): string | undefined =>
  volume.find(one => one.origin === 'safety' && isReady(one))?.name;

function runReasons(noted: NotedRuns): string[] {
  if (!noted.readable) {
    return ['Which runs are written down on it can’t be read.'];
  }
  const count = noted.runs.length + noted.more;
  return count === 0 ? [] : [`${count === 1 ? '1 run is' : `${count} runs are`} written down on it.`];
}
