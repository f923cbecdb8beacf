/**
 * The tags by which a run says which snapshots it used, and reading them again. Two names are NetApp's (its guide to MLflow
 * traceability); its demo notebook logs the same two as parameters. All else is ours.
 */
import { z } from 'zod';
import { LinkedSnapshot, Relation } from '../../../contract';
import type { KeyValue, Run } from './mlflow/mlflowAnswers';
import type { SnapshotOfRun } from './snapshotOfRun';

export const VOLUME_TAG = 'data_volume_name';
export const SNAPSHOT_TAG = 'snapshot_name';
const OURS = 'datamark.github.io/';
/** All snapshots as JSON, also of one, so that one search by uid finds every run. */
export const VOLUMES_TAG = `${OURS}volumes`;
const UID_TAG = `${OURS}snapshot-uid`;
const NAMESPACE_TAG = `${OURS}namespace`;
const CLUSTER_TAG = `${OURS}cluster`;
const TIME_TAG = `${OURS}snapshot-time`;
const RELATION_TAG = `${OURS}relation`;
/** Of a mirror's data: the snapshot of the source that had arrived, in ONTAP's words. */
const EXPORTED_TAG = `${OURS}exported-snapshot`;
export const NOTEBOOK_TAG = `${OURS}notebook`;
/** Written by the kernel, which knows it. */
const IMAGE_TAG = `${OURS}image`;
/** MLflow's own, of runs that `mlflow run` starts in an image. */
const IMAGE_TAGS = [IMAGE_TAG, 'mlflow.docker.image.uri', 'mlflow.docker.image.name'];

/** What every MLflow server takes as the value of a tag; 3.x takes 8,000. */
export const LONGEST_TAG = 5000;

/** Thrown where more snapshots belong to a run than a tag can name. */
export class TooManySnapshots extends RangeError {}

/** The tags for a run that used these snapshots. The single ones tell the first, which is that of the volume asked for. */
export function runTags(snapshots: readonly [SnapshotOfRun, ...LinkedSnapshot[]], notebook: string | null): KeyValue[] {
  const [first] = snapshots;
  const volumes = JSON.stringify(snapshots);
  if (volumes.length > LONGEST_TAG) {
    throw new TooManySnapshots(`${snapshots.length} snapshots are more than a tag of MLflow can name.`);
  }
  return [
    { key: VOLUME_TAG, value: first.volume },
    { key: SNAPSHOT_TAG, value: first.snapshot },
    { key: UID_TAG, value: first.uid },
    { key: NAMESPACE_TAG, value: first.namespace },
    { key: CLUSTER_TAG, value: first.cluster },
    { key: TIME_TAG, value: first.time },
    { key: RELATION_TAG, value: first.relation },
    { key: VOLUMES_TAG, value: volumes },
    ...(first.exported === undefined ? [] : [{ key: EXPORTED_TAG, value: first.exported }]),
    ...(notebook === null || notebook.length > LONGEST_TAG ? [] : [{ key: NOTEBOOK_TAG, value: notebook }])
  ];
}

/**
 * The snapshots that a run names by our tags, and by NetApp's tags or parameters beside them; none: it names none. What
 * another tool wrote over or beside ours is told too, without what belongs to ours.
 */
export function snapshotsOfTags({ data }: Pick<Run, 'data'>): LinkedSnapshot[] {
  const tags = valuesOf(data.tags);
  const found = readVolumes(tags.get(VOLUMES_TAG));
  const uids = new Set(found.map(({ uid }) => uid));
  for (const [values, ours] of [
    [tags, true],
    [valuesOf(data.params), false]
  ] as const) {
    const volume = values.get(VOLUME_TAG);
    const snapshot = values.get(SNAPSHOT_TAG);
    if (volume === undefined || snapshot === undefined || found.some(isNamed(volume, snapshot))) {
      continue;
    }
    const written = ours && !uids.has(tags.get(UID_TAG) ?? null) ? tags : new Map<string, string>();
    const exported = written.get(EXPORTED_TAG);
    found.push({
      volume,
      snapshot,
      uid: written.get(UID_TAG) ?? null,
      namespace: written.get(NAMESPACE_TAG) ?? null,
      cluster: written.get(CLUSTER_TAG) ?? null,
      time: z.iso.datetime().safeParse(written.get(TIME_TAG)).data ?? null,
      relation: Relation.safeParse(written.get(RELATION_TAG)).data ?? null,
      ...(exported === undefined ? {} : { exported })
    });
  }
  return found;
}

/** The image that a run ran in; null: it tells none. */
export function imageOf({ data }: Pick<Run, 'data'>): string | null {
  const tags = valuesOf(data.tags);
  return IMAGE_TAGS.map(name => tags.get(name) ?? '').find(value => value !== '') ?? null;
}

const isNamed =
  (volume: string, snapshot: string) =>
  (link: LinkedSnapshot): boolean =>
    link.volume === volume && link.snapshot === snapshot;

const valuesOf = (pairs: readonly KeyValue[]): Map<string, string> =>
  new Map(pairs.map(({ key, value }) => [key, value]));

/** None where it is missing or somebody else wrote it in another form. */
function readVolumes(text: string | undefined): LinkedSnapshot[] {
  try {
    return z.array(LinkedSnapshot).safeParse(JSON.parse(text ?? '')).data ?? [];
  } catch {
    return [];
  }
}
