/** What the dialog of a reproduction says: title, buttons, parts, where clones will be. Pure. */
import type { TranslationBundle } from '@jupyterlab/translation';
import type { Clone, Reproduction, ReproductionPart, ReproductionPlan, Volume } from '../../contract';
import { modelIn } from '../model/runOrModel';
import type { Connection, ReproductionRequest } from '../tokens';
import type { ILanguage } from './figures';
import type { IFace } from './liveDialog';
import type { ReproductionStage } from './reproductionSession';

/** What a person chose in the dialog. */
export interface ReproductionChoice {
  /** A reproduction that was begun before; null: a new one. */
  name: string | null;
  notebook: string;
  /** Folders of data that can’t be cloned here, by volume. */
  readonly folders: Map<string, string>;
}

/** What is asked of the server for it. */
export function requestOf({ name, notebook, folders }: ReproductionChoice): Omit<ReproductionRequest, 'of'> {
  const data = [...folders].map(([volume, path]) => ({ volume, path: path.trim() })).filter(({ path }) => path !== '');
  return {
    ...(name === null ? {} : { name }),
    ...(notebook.trim() === '' ? {} : { notebook: notebook.trim() }),
    ...(data.length === 0 ? {} : { data })
  };
}

/** What people call the run or version: "churn v7 (sweep-12)". */
export function subjectName(of: string, plan: ReproductionPlan | null): string {
  const model = modelIn(of);
  if (plan === null) {
    return model ?? of;
  }
  const run = plan.run.name === '' ? plan.run.id : plan.run.name;
  const version = plan.version === null ? model : `${plan.version.name} v${plan.version.version}`;
  return version === null ? run : `${version} (${run})`;
}

/** Volumes whose data can’t be cloned here: somebody has to say where it is. */
export const volumesWithoutData = ({ parts }: ReproductionPlan): string[] =>
  parts.flatMap(({ part, can, of }) => (part === 'data' && can === 'no' && of !== null ? [of] : []));

/** Why it can’t be begun, or null. */
export function whyNotBegin(
  plan: ReproductionPlan,
  { folders }: ReproductionChoice,
  trans: TranslationBundle
): string | null {
  if (plan.data.length === 0) {
    return trans.__('The run names no snapshot, so its data can’t be brought back.');
  }
  const open = volumesWithoutData(plan).filter(volume => (folders.get(volume) ?? '').trim() === '');
  return open.length === 0
    ? null
    : trans.__('The data of %1 can’t be cloned here. Say in which folder it is.', open.join(', '));
}

/** Title and buttons. */
export function reproductionFace(
  of: string,
  plan: ReproductionPlan | null,
  stage: ReproductionStage,
  choice: ReproductionChoice,
  { trans }: ILanguage
): IFace {
  const { state } = stage;
  const open = stage.state === 'made' ? openLabel(stage.made, trans) : null;
  const over = state === 'made' || state === 'making' || state === 'stopped';
  return {
    title: trans.__('Reproduce %1', subjectName(of, plan)),
    buttons: [
      { id: 'close', label: over ? trans.__('Close') : trans.__('Cancel'), look: 'plain' },
      {
        id: 'again',
        label: trans.__('Try again'),
        look: 'accept',
        hidden: state !== 'unplanned' && state !== 'stopped'
      },
      {
        id: 'begin',
        label: trans.__('Reproduce'),
        look: 'accept',
        hidden: state !== 'planned',
        off: stage.state === 'planned' ? whyNotBegin(stage.plan, choice, trans) : null
      },
      { id: 'open', label: open ?? trans.__('Open'), look: 'accept', hidden: open === null }
    ]
  };
}

/** What can be opened at the end; null: nothing can. */
export function openLabel({ outcome, clones }: Reproduction, trans: TranslationBundle): string | null {
  switch (outcome.state) {
    case 'written':
      return outcome.browsePath === null ? null : trans.__('Open the notebook');
    case 'mount':
      return outcome.server === null ? null : trans.__('Open in a named server');
    case 'data-only':
      return folderOf(clones) === null ? null : trans.__('Show the data');
    default:
      return null;
  }
}

/** The first clone that the file browser can show. */
export const folderOf = (clones: readonly Clone[]): string | null =>
  clones.find(({ browsePath }) => browsePath !== null)?.browsePath ?? null;

/** "Data of home", "Notebook" */
export function partName({ part, of }: ReproductionPart, trans: TranslationBundle): string {
  switch (part) {
    case 'data':
      return of === null ? trans.__('Data') : trans.__('Data of %1', of);
    case 'notebook':
      return trans.__('Notebook');
    case 'parameters':
      return trans.__('Parameters');
    case 'environment':
      return trans.__('Packages');
    case 'image':
      return trans.__('Image');
    case 'metrics':
      return trans.__('Metrics');
  }
}

/** What the icon of a part stands for. */
export function canWord({ can }: ReproductionPart, trans: TranslationBundle): string {
  switch (can) {
    case 'yes':
      return trans.__('comes back');
    case 'partly':
      return trans.__('comes back in part');
    case 'no':
      return trans.__('does not come back');
  }
}

/** Where the clones will be, as far as it is known before they are made; null: none is made. */
export function whereWords(
  plan: ReproductionPlan,
  volumes: readonly Volume[],
  connection: Connection,
  trans: TranslationBundle
): string | null {
  const cloned = plan.data.filter(
    ({ link, now }) => now.state === 'exists' && !volumesWithoutData(plan).includes(link.volume)
  );
  if (cloned.length === 0 || connection.state !== 'online') {
    return null;
  }
  const { provider, platform } = connection.status;
  if (provider.kind === 'local') {
    const folders = cloned.flatMap(({ link }) => {
      const volume = volumes.find(({ id, name }) => id === link.volume || name === link.volume);
      return volume === undefined ? [] : [`${volume.mountPath}/datamark-clones`];
    });
    return folders.length < cloned.length
      ? trans.__('Each clone is a folder in datamark-clones of its volume. The notebook is written beside it.')
      : trans.__('The clone is a folder in %1. The notebook is written beside it.', [...new Set(folders)].join(', '));
  }
  const volume = trans.__('A clone is a volume of its own, which a running server can’t take up.');
  const where =
    platform?.links.mount === undefined
      ? trans.__('Start a server or a pod that mounts it, and go on there.')
      : trans.__('It opens in a named server of its own, in which you go on. This one goes on, too.');
  const several = cloned.length < 2 ? null : trans.__('A server takes one of the %1 clones.', String(cloned.length));
  return [volume, where, several].filter(one => one !== null).join(' ');
}

/** A reproduction that was begun before. */
export interface BegunReproduction {
  /** Of its clones. */
  readonly name: string;
  readonly createdAt: string;
  /** Where one of its clones is on this server; null: this server has none of them. */
  readonly path: string | null;
}

/** Names that the server makes up, and not the second clone of one volume. */
const MADE_UP = /^repro-(?!.*-v\d+$)/;

/** Reproductions on these snapshots that were begun before, the newest first. */
export function begunReproductions(plan: ReproductionPlan, clones: readonly Clone[]): BegunReproduction[] {
  const sources = new Set(plan.data.flatMap(({ now }) => (now.state === 'exists' ? [now.snapshot] : [])));
  const found = new Map<string, BegunReproduction>();
  for (const { name, source, state, createdAt, path } of clones) {
    const goesOn = state.phase !== 'failed' && state.phase !== 'deleting';
    if (MADE_UP.test(name) && source.kind === 'snapshot' && sources.has(source.name) && goesOn) {
      const before = found.get(name);
      found.set(name, { name, createdAt: before?.createdAt ?? createdAt, path: before?.path ?? path });
    }
  }
  return [...found.values()].sort((one, other) => (one.createdAt < other.createdAt ? 1 : -1));
}

/** The one to go on with unasked: on a cluster a server that has such a clone was started for it. */
export const begunHere = (begun: readonly BegunReproduction[], connection: Connection): string | null =>
  connection.state === 'online' && connection.status.provider.kind !== 'local'
    ? (begun.find(({ path }) => path !== null)?.name ?? null)
    : null;
