/** What of a run can be brought back, and why the rest can't. Pure. */
import type { Capability, LinkedSnapshot, ReproductionPart, ReproductionPlan, Volume } from '../../../../contract';
import { metricsOf, parametersOf, tagOf } from '../card/dataCard';
import type { DataOfRun, RunData } from '../runData';
import { imageOf } from '../runTags';
import type { RecordedEnvironment } from './recordedEnvironment';
import { mountedClone, type MountedClones } from './reproductionData';

/** What is known of the notebook, or script, of a run. */
export type NotebookFinding =
  | { readonly state: 'found'; readonly volume: string; readonly path: string }
  /** The files of the snapshot can't be read before there is a clone. */
  | { readonly state: 'later'; readonly volume: string; readonly path: string }
  /** In a clone that this server has, and that may have been changed. */
  | { readonly state: 'cloned'; readonly volume: string; readonly path: string }
  | { readonly state: 'missing'; readonly notebook: string }
  | { readonly state: 'untold' };

export interface PlanFacts {
  readonly found: RunData;
  readonly clone: Capability;
  readonly notebook: NotebookFinding;
  /** Or in words why it could not be read. */
  readonly environment: RecordedEnvironment | string;
  readonly mounted: MountedClones;
  /** That this server runs in; null: not told. */
  readonly image: string | null;
}

/** Parameters and metrics that a notebook is given; MLflow itself has no bound. */
const MOST_VALUES = 1000;
/** MLflow's own. */
const PARENT_TAG = 'mlflow.parentRunId';

/** null: MLflow does not tell the run. */
export function reproductionPlan(facts: PlanFacts): ReproductionPlan | null {
  const { found, clone, notebook, environment, mounted, image } = facts;
  const { run, described, version, snapshots } = found;
  if (run === null || described === null) {
    return null;
  }
  const recorded = typeof environment === 'string' ? null : environment;
  return {
    run: described,
    version: version === null ? null : { name: version.name, version: version.version, aliases: version.aliases },
    possible:
      snapshots.length > 0 &&
      snapshots.every(
        one => (clone.available && one.now.state === 'exists') || mountedClone(one, mounted) !== undefined
      ),
    parts: [
      ...dataParts(snapshots, clone, mounted),
      notebookPart(
        notebook,
        tagOf(run, PARENT_TAG) === null ? '' : ' It ran within another run, which that makes too.'
      ),
      valuesPart('parameters', run.data.params.length, ''),
      environmentPart(environment),
      imagePart(imageOf(run), image),
      valuesPart('metrics', run.data.metrics.length, endWords(described.status))
    ],
    data: snapshots.map(({ link, now }) => ({ link, now })),
    notebook:
      notebook.state === 'found' || notebook.state === 'later' || notebook.state === 'cloned'
        ? { path: notebook.path, volume: notebook.volume }
        : null,
    parameters: parametersOf(run, MOST_VALUES),
    metrics: metricsOf(run, MOST_VALUES),
    requirements: recorded?.requirements === null || recorded === null ? null : [...recorded.requirements],
    python: recorded?.python ?? null
  };
}

const part = (
  name: ReproductionPart['part'],
  can: ReproductionPart['can'],
  message: string,
  of: string | null = null
): ReproductionPart => ({ part: name, of, can, message });

function dataParts(snapshots: readonly DataOfRun[], clone: Capability, mounted: MountedClones): ReproductionPart[] {
  return snapshots.length === 0
    ? [part('data', 'no', 'The run names no snapshot, so its data can’t be brought back.')]
    : snapshots.map(one => dataPart(one, clone, mountedClone(one, mounted)));
}

function dataPart(
  { link, now, snapshot }: DataOfRun,
  clone: Capability,
  mounted: Volume | undefined
): ReproductionPart {
  const { volume, relation } = link;
  if (mounted !== undefined) {
    const taken = `The clone of ${link.snapshot} in ${mounted.mountPath} is taken, as it is now.`;
    return part('data', 'partly', `${taken} ${relationSaid(link)}`, volume);
  }
  if (now.state !== 'exists') {
    return part('data', 'no', now.message, volume);
  }
  if (!clone.available) {
    return part('data', 'no', `${now.snapshot} exists, and can’t be cloned: ${clone.reason}`, volume);
  }
  const omitted = snapshot?.omissions.reduce((sum, { count }) => sum + count, 0) ?? 0;
  const lacks = omitted === 0 ? '' : ` ${omitted} ${omitted === 1 ? 'file is' : 'files are'} not in it as they were.`;
  const can = relation === 'exact' && omitted === 0 ? 'yes' : 'partly';
  return part('data', can, `${now.snapshot} is cloned. ${relationSaid(link)}${lacks}`, volume);
}

function relationSaid({ relation, volume }: LinkedSnapshot): string {
  switch (relation) {
    case 'exact':
      return 'It is what the run read.';
    case 'before-run':
      return `It was made before the run: what changed on ${volume} after that is not in it.`;
    case 'during-run':
      return `It was made after the run had begun: what the run read of ${volume} earlier can differ.`;
    case null:
      return 'How the run used it was not written down.';
  }
}

function notebookPart(notebook: NotebookFinding, remark: string): ReproductionPart {
  switch (notebook.state) {
    case 'found': {
      const saved = 'What ran without being saved is not in it.';
      return part('notebook', 'yes', `${notebook.path}, as it was saved when the snapshot was made. ${saved}${remark}`);
    }
    case 'later':
      return part(
        'notebook',
        'partly',
        `${notebook.path} is looked for in the clone, as soon as that is mounted.${remark}`
      );
    case 'cloned':
      return part('notebook', 'partly', `${notebook.path}, as it is in the clone now.${remark}`);
    case 'missing':
      return part('notebook', 'no', `${notebook.notebook} is in none of the snapshots that can be read here.`);
    case 'untold':
      return part('notebook', 'no', 'Which notebook it was run from was not written down.');
  }
}

function environmentPart(environment: RecordedEnvironment | string): ReproductionPart {
  if (typeof environment === 'string') {
    return part('environment', 'no', `What was written down of it can’t be read. ${environment}`);
  }
  const { requirements, keptElsewhere } = environment;
  if (requirements !== null) {
    const count = `${requirements.length} ${requirements.length === 1 ? 'package' : 'packages'}`;
    const what = `${count} that MLflow wrote down with the model are compared with those of the kernel.`;
    return part('environment', 'partly', `${what} Nothing is installed.`);
  }
  return part(
    'environment',
    'no',
    keptElsewhere
      ? 'MLflow keeps its files elsewhere than on its own server: what it wrote down of packages is not read.'
      : 'Which packages it had was not written down with a model.'
  );
}

/** A name alone is not proof: what it names can be replaced. */
function imagePart(image: string | null, here: string | null): ReproductionPart {
  if (image === null) {
    return part('image', 'no', 'Which image it ran in was not written down.');
  }
  const ran = `It ran in ${image}`;
  if (here === null) {
    return part('image', 'partly', `${ran}. Which one this server runs in is not told.`);
  }
  if (here !== image) {
    return part('image', 'no', `${ran}, this server runs in ${here}. Start a server with the first to have the same.`);
  }
  return image.includes('@sha256:')
    ? part('image', 'yes', `${ran}, as this server does.`)
    : part('image', 'partly', `${ran}, and this server in one of the same name, which may have been replaced since.`);
}

/** Where it has not simply come to its end. */
function endWords(status: string): string {
  switch (status) {
    case 'FINISHED':
      return '';
    case 'RUNNING':
    case 'SCHEDULED':
      return ' The run has not ended: they may change.';
    default:
      return ` The run ended as ${status}: they may not be all.`;
  }
}

function valuesPart(name: 'parameters' | 'metrics', count: number, remark: string): ReproductionPart {
  const one = name.slice(0, -1);
  if (count === 0) {
    return part(name, 'no', `No ${one} was written down.${remark}`);
  }
  const all = `${count} ${count === 1 ? one : name}`;
  const counted = count > MOST_VALUES ? `${MOST_VALUES} of ${all}, the first by name` : all;
  return name === 'metrics'
    ? part(name, count > MOST_VALUES ? 'partly' : 'yes', `${counted}: shown beside the new ones.${remark}`)
    : part(
        name,
        'partly',
        `${counted}: set where the notebook has a cell tagged “parameters”, and shown beside the new ones.${remark}`
      );
}
