/** What the views of lineage say of runs, versions and snapshots. Pure. */
import type { TranslationBundle } from '@jupyterlab/translation';
import type { LineageRun, LinkedSnapshot, ModelVersionRef, SnapshotNow } from '../../../contract';
import type { Format } from '../../model/format';
import type { SnapshotUse } from '../../model/lineageModel';
import type { FoundRuns, SeenRun } from '../../model/runsLook';

/** "churn v7" */
export const versionName = ({ name, version }: ModelVersionRef): string => `${name} v${version}`;

/** MLflow gives each run a name; where somebody took it away, its id says which it is. */
export const runName = ({ name, id }: LineageRun): string => (name === '' ? id : name);

/** State of a run in a word; one that MLflow may have in a later version as it calls it. */
export function runState({ status, deleted }: LineageRun, trans: TranslationBundle): string {
  if (deleted) {
    return trans.__('Deleted in MLflow');
  }
  switch (status) {
    case 'RUNNING':
      return trans.__('Running');
    case 'SCHEDULED':
      return trans.__('Scheduled');
    case 'FINISHED':
      return trans.__('Finished');
    case 'FAILED':
      return trans.__('Failed');
    case 'KILLED':
      return trans.__('Stopped');
    default:
      return status;
  }
}

function relationWords(relation: LinkedSnapshot['relation'], trans: TranslationBundle): string {
  switch (relation) {
    case 'exact':
      return trans.__('The run read a copy of it, or itself.');
    case 'before-run':
      return trans.__('Made before the run, which worked on the volume itself.');
    case 'during-run':
      return trans.__('Made after the run had begun: what it read earlier can differ.');
    case null:
      return trans.__('Whether the run read exactly this is not recorded.');
  }
}

/** What became of a run’s snapshot, where that is not simply "it exists". */
export function fateWords({ link, now }: { link: LinkedSnapshot; now: SnapshotNow }, trans: TranslationBundle): string {
  switch (now.state) {
    case 'exists':
      return relationWords(link.relation, trans);
    case 'gone':
      return now.message === '' ? trans.__('The snapshot this run names is gone.') : now.message;
    default:
      return now.message;
  }
}

/** "snapshot deleted", "another snapshot has its name", …; null: it is there. */
export function fateLabel(now: SnapshotNow, trans: TranslationBundle): string | null {
  switch (now.state) {
    case 'exists':
      return null;
    case 'gone':
      return trans.__('snapshot deleted');
    case 'other-uid':
      return trans.__('another snapshot has its name');
    case 'same-names':
      return trans.__('named without an id');
    case 'unknown':
      return trans.__('not known here');
  }
}

/** "newest 8 of 64 · from MLflow, 20 s ago"; "3 runs · …" where all are shown. */
export function foundWords(
  shown: number,
  { total, more, asOf }: FoundRuns,
  now: Date,
  format: Format,
  trans: TranslationBundle
): string {
  const which =
    more === true
      ? trans.__('newest %1 of more than %2', format.count(shown), format.count(total))
      : shown < total
        ? trans.__('newest %1 of %2', format.count(shown), format.count(total))
        : trans._n('%1 run', '%1 runs', total, format.count(total));
  const age = format.duration(now.getTime() - asOf.getTime());
  return trans.__('%1 · from MLflow, %2 ago', which, age);
}

/** "3 runs · 1 model"; of more runs than were read, "500 or more runs". */
export function usageWords({ count, atLeast, found }: SnapshotUse, format: Format, trans: TranslationBundle): string {
  const models = new Set((found?.runs ?? []).flatMap(({ run }) => run.versions.map(({ name }) => name))).size;
  const counted = format.count(count);
  const first = atLeast ? trans.__('%1 or more runs', counted) : trans._n('%1 run', '%1 runs', count, counted);
  return models === 0 ? first : `${first} · ${trans._n('%1 model', '%1 models', models, format.count(models))}`;
}

/** Names of metrics that tell more about training than about a result come last. */
const LESS_TOLD = /^(system\/|training_|train_)/;

/** The metric that most of these runs have; null: none has any. */
export function sharedMetric(runs: readonly SeenRun[]): string | null {
  const counts = new Map<string, number>();
  for (const { run } of runs) {
    for (const { key } of run.metrics) {
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
  }
  const [first] = [...counts].sort(
    ([one, ones], [other, others]) =>
      others - ones || Number(LESS_TOLD.test(one)) - Number(LESS_TOLD.test(other)) || (one < other ? -1 : 1)
  );
  return first?.[0] ?? null;
}

/** Value of a metric, or null: the run has none. */
export const metricOf = ({ metrics }: LineageRun, key: string | null): number | null =>
  metrics.find(one => one.key === key)?.value ?? null;
