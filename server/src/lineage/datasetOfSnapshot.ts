/**
 * A snapshot as an MLflow dataset. MLflow keeps one record for a name and a digest on the whole server, and the first source
 * stays for ever: so both name one snapshot of one cluster, and nothing else ever.
 */
import { z } from 'zod';
import type { LinkedSnapshot } from '../../../contract';
import type { SnapshotOfRun } from './snapshotOfRun';
import type { Run } from './mlflow/mlflowAnswers';
import type { DatasetRecord } from './mlflow/mlflowClient';

/** By which MLflow finds the class that loads it (entry point `mlflow.dataset_source`). */
export const SOURCE_TYPE = 'volume-snapshot';
const LONGEST_NAME = 500;
const LONGEST_DIGEST = 36;

/** The dataset, or null where the snapshot's uid or names don't fit: the tags then tell alone. */
export function datasetOfSnapshot({ cluster, namespace, volume, ...snapshot }: SnapshotOfRun): DatasetRecord | null {
  const name = `${cluster}/${namespace}/${volume}`;
  if (name.length > LONGEST_NAME || snapshot.uid.length > LONGEST_DIGEST) {
    return null;
  }
  return {
    name,
    digest: snapshot.uid,
    sourceType: SOURCE_TYPE,
    // Without the relation: another run may have another one to the same snapshot.
    source: JSON.stringify({
      cluster,
      namespace,
      volume,
      snapshot: snapshot.snapshot,
      uid: snapshot.uid,
      time: snapshot.time
    })
  };
}

const Source = z.object({
  cluster: z.string(),
  namespace: z.string(),
  volume: z.string(),
  snapshot: z.string(),
  uid: z.string(),
  time: z.iso.datetime()
});

/** The snapshots that a run has as datasets; others' datasets are passed over. How it used them they don't tell. */
export function snapshotsOfDatasets({ inputs }: Pick<Run, 'inputs'>): LinkedSnapshot[] {
  return inputs.dataset_inputs.flatMap(({ dataset }) => {
    if (dataset.source_type !== SOURCE_TYPE) {
      return [];
    }
    const source = sourceOf(dataset.source);
    // The record is the first one of its name and digest on the whole server, whoever wrote it.
    return source === null || source.uid !== dataset.digest ? [] : [{ ...source, relation: null }];
  });
}

function sourceOf(text: string): z.infer<typeof Source> | null {
  try {
    return Source.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
}
