/** What a data card says, from what is known of a run and its data. Pure; its words as a document are dataCardText.ts's. */
import type { DataCard, NamedValue } from '../../../../contract';
import type { KeyValue, Run } from '../mlflow/mlflowAnswers';
import type { DataOfRun, RunData } from '../runData';
import { imageOf, NOTEBOOK_TAG } from '../runTags';
import { dataCardText } from './dataCardText';

/** How many parameters and metrics it tells. */
const MOST_VALUES = 100;

export function dataCard(found: RunData, asOf: Date): DataCard {
  const { run, described, version, snapshots } = found;
  const card: Omit<DataCard, 'markdown'> = {
    subject: version === null ? `run ${described?.name ?? ''}`.trim() : `${version.name}, version ${version.version}`,
    version: version === null ? null : { name: version.name, version: version.version, aliases: version.aliases },
    registeredAt: version?.creation_timestamp?.toISOString() ?? null,
    run: described,
    notebook: run === null ? null : tagOf(run, NOTEBOOK_TAG),
    data: snapshots.map(({ link, now, snapshot }) => ({
      link,
      now,
      snapshot:
        snapshot === null
          ? null
          : {
              title: snapshot.title,
              createdBy: snapshot.createdBy,
              createdAt: snapshot.createdAt,
              omitted: snapshot.omissions.reduce((sum, { count }) => sum + count, 0)
            }
    })),
    people: people(found),
    parameters: run === null ? [] : parametersOf(run),
    metrics: run === null ? [] : metricsOf(run),
    missing: missing(found),
    asOf: asOf.toISOString()
  };
  return { ...card, markdown: dataCardText(card) };
}

/** By name. */
export const parametersOf = ({ data }: Pick<Run, 'data'>, most = MOST_VALUES): NamedValue[] =>
  byName(data.params).slice(0, most);

/** Last values, by name. */
export const metricsOf = ({ data }: Pick<Run, 'data'>, most = MOST_VALUES): NamedValue[] =>
  byName(data.metrics.map(({ key, value }) => ({ key, value: String(value) }))).slice(0, most);

/** The value of a tag of a run; null: it has none. */
export const tagOf = ({ data }: Pick<Run, 'data'>, name: string): string | null =>
  data.tags.find(({ key, value }) => key === name && value !== '')?.value ?? null;

const byName = (values: readonly KeyValue[]): NamedValue[] =>
  values.map(({ key, value }) => ({ key, value })).sort((a, b) => (a.key < b.key ? -1 : Number(a.key > b.key)));

function people({ described, version, snapshots }: RunData): DataCard['people'] {
  const told = [
    { name: described?.user ?? '', did: 'ran it' },
    { name: version?.user_id ?? '', did: 'registered it' },
    ...snapshots.map(({ snapshot }) => ({
      name: snapshot?.createdBy ?? '',
      did: snapshot === null ? '' : `made the snapshot ${snapshot.name}`
    }))
  ];
  return told.filter(({ name }) => name !== '');
}

function missing({ run, described, version, snapshots }: RunData): string[] {
  if (run === null || described === null) {
    return ['MLflow does not tell which run this version comes from, so nothing is known of its data.'];
  }
  const none =
    snapshots.length > 0
      ? []
      : ['The run names no snapshot. Which data it used was not written down where Datamark looks.'];
  return [
    ...(described.deleted ? ['The run is deleted in MLflow, which keeps it until it is cleaned up.'] : []),
    ...none,
    ...snapshots.flatMap(missingOf),
    ...(tagOf(run, NOTEBOOK_TAG) === null ? ['Which notebook it was run from was not written down.'] : []),
    ...(imageOf(run) === null ? ['Which image it ran in was not written down.'] : []),
    ...leftOut('parameters', run.data.params.length),
    ...leftOut('metrics', run.data.metrics.length),
    ...(version === null || version.aliases.length > 0 ? [] : ['No alias names this version.'])
  ];
}

const leftOut = (what: string, count: number): string[] =>
  count > MOST_VALUES ? [`${count - MOST_VALUES} of ${count} ${what} are left out here. MLflow has them.`] : [];

function missingOf({ link, now, snapshot }: DataOfRun): string[] {
  const name = `${link.snapshot} of ${link.volume}`;
  const omitted = snapshot?.omissions.reduce((sum, { count }) => sum + count, 0) ?? 0;
  return [
    ...(now.state === 'exists' ? [] : [now.message]),
    ...(link.relation === null ? [`How the run used ${name} was not written down.`] : []),
    ...(omitted === 0 ? [] : [`${omitted} ${omitted === 1 ? 'file is' : 'files are'} not in ${name} as they were.`])
  ];
}
