/** From a plan and its data to what the notebook is made of. Pure. */
import type { ReproductionPlan } from '../../../../contract';
import { relationWords } from '../card/dataCardText';
import { runTags, TooManySnapshots } from '../runTags';
import type { SnapshotOfRun } from '../snapshotOfRun';
import type { OriginalNotebook } from './originalNotebook';
import type { DataPlace } from './reproductionData';
import type { ReproducedNotebookOptions } from './reproducedNotebook';

export interface ReproductionCellsOptions {
  readonly plan: ReproductionPlan;
  readonly places: readonly DataPlace[];
  readonly original: OriginalNotebook;
  readonly script: boolean;
  /** As it was asked for. */
  readonly of: string;
  readonly folder: string;
  readonly workingDirectory: string;
  /** All volumes as they are now. */
  readonly live: readonly string[];
}

export function reproductionCells(options: ReproductionCellsOptions): ReproducedNotebookOptions {
  const { plan, places, original, script, of, folder, workingDirectory, live } = options;
  const { run, parameters, metrics, requirements, python } = plan;
  const paths = places.flatMap(({ live: volume, here }) => (volume === null ? [] : [{ live: volume.mountPath, here }]));
  return {
    original,
    script,
    title: `Reproduction of ${of.startsWith('models:/') ? `${of}, ` : ''}run ${run.name}`,
    told: [
      `Run ${run.id}${run.startedAt === null ? '' : `, ${run.startedAt}`}${run.user === null ? '' : `, by ${run.user}`}`,
      ...places.map(placeWords),
      ...plan.parts.filter(({ can }) => can !== 'yes').map(({ message }) => message)
    ],
    rules: { run: run.id, parameters, paths },
    facts: {
      ...{ run: run.id, workingDirectory, live, folder },
      // MLflow begins no run in an experiment that is deleted; with it its runs are.
      experiment: run.deleted ? null : run.experiment,
      times: places.flatMap(({ here, cloned }) => {
        const time = cloned?.link.time ?? null;
        return time === null ? [] : [[here, time]];
      }),

      here: places.map(({ here }) => here),
      moved: paths.map(path => [path.live, path.here]),
      ...{ metrics, parameters, requirements, python },
      tags: tagsOf(places)
    }
  };
}

const placeWords = ({ volume, here, cloned }: DataPlace): string =>
  cloned === null
    ? `Data of ${volume}: ${here}, as somebody has named it. Whether it is the data of the run was not checked.`
    : `Data of ${volume}: ${here}, a clone of ${cloned.link.snapshot} (${relationWords(cloned.link.relation)})`;

/** What runs on clones say that they read; null: it is not known of all of it. */
function tagsOf(places: readonly DataPlace[]): Record<string, string> | null {
  const read = places.map(({ cloned }) => (cloned === null ? null : exact(cloned.link)));
  const [first, ...rest] = read.filter(one => one !== null);
  if (first === undefined || read.includes(null)) {
    return null;
  }
  try {
    return Object.fromEntries(runTags([first, ...rest], null).map(({ key, value }) => [key, value]));
  } catch (error) {
    if (error instanceof TooManySnapshots) {
      return null;
    }
    throw error;
  }
}

/** null: something of it is not known. */
function exact({
  volume,
  snapshot,
  uid,
  namespace,
  cluster,
  time
}: NonNullable<DataPlace['cloned']>['link']): SnapshotOfRun | null {
  return uid === null || namespace === null || cluster === null || time === null
    ? null
    : { volume, snapshot, uid, namespace, cluster, time, relation: 'exact' };
}
