/**
 * Writes down with a run which snapshots it used. The run's own word comes first: what it names already stays, and names
 * that another tool wrote are not written over. The same again changes nothing.
 */
import type { LinkedSnapshot, Relation, Snapshot } from '../../../contract';
import { ProblemError } from '../problemError';
import { datasetOfSnapshot } from './datasetOfSnapshot';
import type { Run } from './mlflow/mlflowAnswers';
import type { MlflowClient } from './mlflow/mlflowClient';
import type { LineagePlace } from './openLineage';
import { runTags, SNAPSHOT_TAG, TooManySnapshots, VOLUME_TAG } from './runTags';
import type { SnapshotOfRun } from './snapshotOfRun';
import { snapshotsOfRun } from './snapshotsOfRun';

/** The times of a run are of another clock than those of snapshots. */
const CLOCKS_DIFFER_MS = 60_000;

/** A snapshot that is to be linked. */
export interface WantedSnapshot {
  readonly snapshot: Snapshot;
  /** What links call its volume. */
  readonly volume: string;
  /** Of the life that was looked at. */
  readonly uid: string;
  readonly relation: Relation;
}

/** What is written down of each snapshot. Throws ProblemError where one is not there as it was looked at. */
export const linkedSnapshots = (wanted: readonly WantedSnapshot[], place: LineagePlace): SnapshotOfRun[] =>
  wanted.map(one => snapshotOf(one, place));

/** Writes them, each as what it can be by the times. Resolves with all that the run names now, as MLflow tells it. Throws MlflowError and ProblemError. */
export async function linkRun(
  run: string,
  wanted: readonly SnapshotOfRun[],
  client: Pick<MlflowClient, 'run' | 'tagRun' | 'logInputs'>,
  signal: AbortSignal
): Promise<LinkedSnapshot[]> {
  const found = await client.run(run, signal);
  wanted.forEach(one => assertNotOver(found, one));
  const added = wanted.map(one => asItCanBe(found, one));
  const named = snapshotsOfRun(found);
  const stay = named.filter(({ uid }) => !added.some(one => one.uid === uid));
  const [first, ...rest] = added;
  if (first === undefined) {
    return named;
  }
  const others = named.some(({ uid }) => uid === null);
  const tags = tagsOf([first, ...rest, ...stay], run).filter(
    ({ key }) => !others || (key !== VOLUME_TAG && key !== SNAPSHOT_TAG)
  );
  await client.tagRun(run, tags, signal);
  const datasets = added.map(datasetOfSnapshot).filter(record => record !== null);
  if (datasets.length > 0) {
    await client.logInputs(run, datasets, signal);
  }
  return snapshotsOfRun(await client.run(run, signal));
}

/** What a run used was there before it ended. One that was resumed runs, and keeps its earlier end. */
function assertNotOver({ info }: Run, { snapshot, time }: SnapshotOfRun): void {
  const { end_time: ended, status, run_id: run } = info;
  if (status !== 'RUNNING' && ended !== undefined && ended.getTime() + CLOCKS_DIFFER_MS < Date.parse(time)) {
    throw new ProblemError('not-supported', {
      detail: `The run ${run} ended at ${ended.toISOString()}, before ${snapshot} was made: that can’t be its data.`,
      next: 'Link a snapshot that was made before the run.',
      object: snapshot
    });
  }
}

/** One that was made long after the run had begun was not made before it, whoever says so. */
function asItCanBe({ info: { start_time: began } }: Run, one: SnapshotOfRun): SnapshotOfRun {
  const isLater = began !== undefined && began.getTime() + CLOCKS_DIFFER_MS < Date.parse(one.time);
  return isLater && one.relation === 'before-run' ? { ...one, relation: 'during-run' } : one;
}

function tagsOf(snapshots: readonly [SnapshotOfRun, ...LinkedSnapshot[]], run: string): ReturnType<typeof runTags> {
  try {
    return runTags(snapshots, null);
  } catch (error) {
    if (error instanceof TooManySnapshots) {
      throw new ProblemError('not-supported', {
        detail: `${error.message} Nothing was written to the run ${run}.`,
        next: 'Link fewer snapshots to one run.'
      });
    }
    throw error;
  }
}

function snapshotOf(wanted: WantedSnapshot, place: LineagePlace): SnapshotOfRun {
  const { snapshot, volume, uid, relation } = wanted;
  const { name, createdAt: time, state, exported } = snapshot;
  if (snapshot.uid !== uid) {
    throw new ProblemError('object-changed', {
      detail: `${name} is another snapshot than the one that was looked at.`,
      next: 'Look at the list again.',
      object: name
    });
  }
  if (state.phase !== 'ready') {
    throw new ProblemError('not-ready', {
      detail: `${name} is not complete, so it can’t be the data of a run.`,
      next: 'Wait until it is ready.',
      object: name
    });
  }
  const { cluster, namespace } = place;
  if (cluster === null || namespace === null) {
    throw new ProblemError('not-supported', {
      detail: 'Which cluster and namespace this is can’t be told, and a link without them would be ambiguous.',
      next: 'Ask an admin to set the alias of the cluster for lineage.',
      object: name
    });
  }
  const told = exported === undefined ? {} : { exported };
  return { volume, snapshot: name, uid, namespace, cluster, time, relation, ...told };
}
