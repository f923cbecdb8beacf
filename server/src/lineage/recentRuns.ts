/**
 * The newest runs that name a snapshot of a volume, or that a notebook began. As in runsOfSnapshot.ts there is one search for
 * each way in which a run can say so, over batches of experiments.
 */
import type { LinkedSnapshot } from '../../../contract';
import { equalTo, holding } from './filterValues';
import type { Found, SearchParts } from './keptSearches';
import type { Run } from './mlflow/mlflowAnswers';
import type { MlflowClient } from './mlflow/mlflowClient';
import type { LineagePlace } from './openLineage';
import { NOTEBOOK_TAG, VOLUME_TAG, VOLUMES_TAG } from './runTags';
import { snapshotsOfRun } from './snapshotsOfRun';

const EXPERIMENTS_AT_A_TIME = 200;
/** As many can be asked for; of more only that they are there is told. */
const MOST_RUNS = 500;
/** Of MLflow's own: the file name alone, of a run that begins in a notebook (MLflow 3.7 and later). */
const SOURCE_TAG = 'mlflow.source.name';
const SOURCE_TYPE_TAG = 'mlflow.source.type';

/** What is looked for. */
export type RunOrigin =
  | { readonly kind: 'volume'; readonly volume: string; readonly place: LineagePlace }
  | { readonly kind: 'notebook'; readonly path: string; readonly place: LineagePlace };

export interface RecentRun {
  readonly run: Run;
  readonly links: readonly LinkedSnapshot[];
  /** Only the file name of its notebook is known. */
  readonly nameOnly: boolean;
}

/** Finds the newest 500, newest first. Throws MlflowError, or the reason of the signal. */
export async function recentRuns(
  origin: RunOrigin,
  client: Pick<MlflowClient, 'experiments' | 'runs'>,
  { signal, progress }: SearchParts
): Promise<Found<RecentRun>> {
  const experiments: string[] = [];
  for await (const page of client.experiments(signal)) {
    experiments.push(...page.filter(one => one.lifecycle_stage === 'active').map(one => one.experiment_id));
  }
  let found = new Map<string, RecentRun>();
  for (let first = 0; first < experiments.length; first += EXPERIMENTS_AT_A_TIME) {
    const batch = experiments.slice(first, first + EXPERIMENTS_AT_A_TIME);
    const searches = filtersFor(origin).map(async filter => {
      let fitting = 0;
      for await (const runs of client.runs({ experimentIds: batch, filter, newestFirst: true }, signal)) {
        const fits = runs.flatMap(run => asRecent(run, origin) ?? []);
        fitting += fits.length;
        fits.forEach(one => found.set(one.run.info.run_id, one));
        found = new Map(newestFirst(found).slice(0, MOST_RUNS + 1));
        if (fitting > MOST_RUNS) {
          break;
        }
      }
    });
    await Promise.all(searches);
    progress(Math.min(first + EXPERIMENTS_AT_A_TIME, experiments.length), experiments.length);
  }
  const newest = newestFirst(found).map(([, one]) => one);
  return { runs: newest.slice(0, MOST_RUNS), more: newest.length > MOST_RUNS };
}

const newestFirst = (found: ReadonlyMap<string, RecentRun>): [string, RecentRun][] =>
  [...found].sort(([, one], [, other]) => startOf(other) - startOf(one));

const startOf = ({ run }: RecentRun): number => run.info.start_time?.getTime() ?? 0;

function filtersFor(origin: RunOrigin): string[] {
  if (origin.kind === 'notebook') {
    const { path } = origin;
    return [`tags.\`${NOTEBOOK_TAG}\` ${equalTo(path)}`, `tags.\`${SOURCE_TAG}\` ${equalTo(fileName(path))}`];
  }
  const { volume } = origin;
  return [
    ...['tags', 'params'].map(where => `${where}.${VOLUME_TAG} ${equalTo(volume)}`),
    `tags.\`${VOLUMES_TAG}\` ${holding(JSON.stringify({ volume }).slice(1, -1))}`,
    `dataset.name ${holding(`/${volume}`, { ending: true })}`
  ];
}

const fileName = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

/** null: the search found more than was meant. */
function asRecent(run: Run, origin: RunOrigin): RecentRun | null {
  const links = snapshotsOfRun(run);
  const here = links.every(link => !isElsewhere(link, origin.place));
  if (origin.kind === 'volume') {
    const ours = links.some(link => link.volume === origin.volume && !isElsewhere(link, origin.place));
    return ours ? { run, links, nameOnly: false } : null;
  }
  const tags = new Map(run.data.tags.map(({ key, value }) => [key, value]));
  const told = tags.get(NOTEBOOK_TAG);
  if (told !== undefined) {
    return told === origin.path && here ? { run, links, nameOnly: false } : null;
  }
  const byName =
    tags.get(SOURCE_TYPE_TAG) === 'NOTEBOOK' && fileName(tags.get(SOURCE_TAG) ?? '') === fileName(origin.path);
  return byName && here ? { run, links, nameOnly: true } : null;
}

/** The same names on another cluster or in another namespace are another volume. */
const isElsewhere = ({ cluster, namespace }: LinkedSnapshot, place: LineagePlace): boolean =>
  (cluster !== null && place.cluster !== null && cluster !== place.cluster) ||
  (namespace !== null && place.namespace !== null && namespace !== place.namespace);
