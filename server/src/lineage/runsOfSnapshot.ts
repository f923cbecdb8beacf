/**
 * Which runs used a snapshot, over every experiment that the account may read. MLflow has no search over all of them and no OR,
 * so that there is one search for each way in which a run can name it; experiments are asked for in batches.
 */
import type { LinkedSnapshot, Match } from '../../../contract';
import { equalTo, holding } from './filterValues';
import type { MlflowClient } from './mlflow/mlflowClient';
import type { Run } from './mlflow/mlflowAnswers';
import { SNAPSHOT_TAG, VOLUME_TAG, VOLUMES_TAG } from './runTags';
import { snapshotsOfRun } from './snapshotsOfRun';

/** They stand in a list of MLflow's database. */
const EXPERIMENTS_AT_A_TIME = 200;

/** What is searched for. */
export interface SnapshotIdentity {
  readonly uid: string;
  readonly name: string;
  readonly volume: string;
}

export interface RunOfSnapshot {
  readonly run: Run;
  readonly match: Match;
  /** As the run names it. */
  readonly link: LinkedSnapshot;
}

export interface Search {
  readonly client: Pick<MlflowClient, 'experiments' | 'runs'>;
  readonly signal: AbortSignal;
  /** Also runs that are deleted in MLflow: a registered version may come from one. */
  readonly deleted?: boolean;
  /** Only those that our tag names by uid: one search instead of four. */
  readonly tagged?: boolean;
  /** Called with how many experiments were searched of how many are known. */
  readonly progress?: (searched: number, known: number) => void;
}

/** Finds them, newest first. Throws MlflowError, or the reason of the signal. */
export async function runsOfSnapshot(snapshot: SnapshotIdentity, search: Search): Promise<RunOfSnapshot[]> {
  const { client, signal, deleted = false, tagged = false, progress } = search;
  const experimentIds: string[] = [];
  for await (const page of client.experiments(signal)) {
    experimentIds.push(...page.map(({ experiment_id: id }) => id));
  }
  const found = new Map<string, RunOfSnapshot>();
  const filters = tagged ? [filterByTag(snapshot)] : filtersFor(snapshot);
  for (let first = 0; first < experimentIds.length; first += EXPERIMENTS_AT_A_TIME) {
    const batch = experimentIds.slice(first, first + EXPERIMENTS_AT_A_TIME);
    const searches = filters.map(async filter => {
      for await (const runs of client.runs({ experimentIds: batch, filter, deleted }, signal)) {
        for (const run of runs) {
          const match = matchOf(run, snapshot);
          if (match !== null) {
            found.set(run.info.run_id, { run, ...match });
          }
        }
      }
    });
    await Promise.all(searches);
    progress?.(Math.min(first + EXPERIMENTS_AT_A_TIME, experimentIds.length), experimentIds.length);
  }
  return [...found.values()].sort((a, b) => startOf(b.run) - startOf(a.run));
}

const startOf = ({ info }: Run): number => info.start_time?.getTime() ?? 0;

const filterByTag = ({ uid }: SnapshotIdentity): string => `tags.\`${VOLUMES_TAG}\` ${holding(uid)}`;

/** By uid in our tag and in datasets, by name in NetApp's tags and parameters. */
function filtersFor(snapshot: SnapshotIdentity): string[] {
  const { uid, name, volume } = snapshot;
  const byName = ['tags', 'params'].map(
    where => `${where}.${SNAPSHOT_TAG} ${equalTo(name)} AND ${where}.${VOLUME_TAG} ${equalTo(volume)}`
  );
  return [filterByTag(snapshot), `dataset.digest ${equalTo(uid)}`, ...byName];
}

/** How the run names the snapshot; null where it does not, as LIKE finds more than the uid. */
function matchOf(run: Run, { uid, name, volume }: SnapshotIdentity): { match: Match; link: LinkedSnapshot } | null {
  const links = snapshotsOfRun(run);
  const same = links.find(link => link.uid === uid);
  if (same !== undefined) {
    return { match: 'uid', link: same };
  }
  const named = links.find(link => link.snapshot === name && link.volume === volume);
  return named === undefined ? null : { match: named.uid === null ? 'name' : 'other', link: named };
}
