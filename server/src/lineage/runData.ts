/** A run with everything that tells of its data: what cards, comparisons and reproductions are made from. */
import type { LineageRun, LinkedSnapshot, Snapshot, SnapshotNow } from '../../../contract';
import type { ModelVersion, Run } from './mlflow/mlflowAnswers';

export interface DataOfRun {
  readonly link: LinkedSnapshot;
  readonly now: SnapshotNow;
  /** The very snapshot, by uid; null: it is not here. */
  readonly snapshot: Snapshot | null;
}

export interface RunData {
  /** null: the model version tells no run. */
  readonly run: Run | null;
  readonly described: LineageRun | null;
  /** null: a run was asked for. */
  readonly version: ModelVersion | null;
  readonly snapshots: readonly DataOfRun[];
}
