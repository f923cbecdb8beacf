/**
 * Which snapshots a run used, from all that it tells: tags, parameters and datasets. Pure; where they are now is
 * snapshotNow.ts's.
 */
import type { LinkedSnapshot } from '../../../contract';
import { snapshotsOfDatasets } from './datasetOfSnapshot';
import type { Run } from './mlflow/mlflowAnswers';
import { snapshotsOfTags } from './runTags';

/**
 * Each snapshot once. A dataset tells no relation, so that the tags' word for the same uid stands; names without a uid are
 * left out where the same names have one.
 */
export function snapshotsOfRun(run: Pick<Run, 'data' | 'inputs'>): LinkedSnapshot[] {
  const found: LinkedSnapshot[] = [];
  const told = [...snapshotsOfTags(run), ...snapshotsOfDatasets(run)];
  for (const link of told) {
    const again = found.some(one => (link.uid === null ? sameNames(one, link) : one.uid === link.uid));
    const surer = link.uid === null && told.some(one => one.uid !== null && sameNames(one, link));
    if (!again && !surer) {
      found.push(link);
    }
  }
  return found;
}

const sameNames = (one: LinkedSnapshot, other: LinkedSnapshot): boolean =>
  one.volume === other.volume && one.snapshot === other.snapshot;
