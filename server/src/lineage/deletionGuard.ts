/**
 * What runs and models have against deleting a snapshot. Registered versions stand in the way; runs alone, and not knowing,
 * ask for a person's word. That nothing uses it is never said: MLflow tells an account only what that may read. Pure.
 */
import type { Blocker, Match, ModelVersionRef } from '../../../contract';
import type { MlflowFailure } from './mlflow/mlflowError';
import type { NotedRuns } from './notedRuns';

/** A run that MLflow found by the snapshot. */
export interface GuardRun {
  readonly id: string;
  readonly name: string;
  readonly match: Match;
}

/** What MLflow says. `answers`: all that this account may read was searched, deleted runs too. */
export type MlflowEvidence =
  | { readonly state: 'not-set-up' }
  | { readonly state: 'refuses'; readonly failure: MlflowFailure; readonly message: string }
  | {
      readonly state: 'answers';
      /** Where MLflow’s own interface is. */
      readonly trackingUri: string;
      readonly runs: readonly GuardRun[];
      /** Of those runs, and of the noted ones. */
      readonly versions: readonly (ModelVersionRef & { readonly run: string })[];
    };

export interface DeletionEvidence {
  readonly noted: NotedRuns;
  readonly mlflow: MlflowEvidence;
}

export interface DeletionGuard {
  readonly blockers: Blocker[];
  /** Each needs a person's word before it may be deleted. */
  readonly warnings: string[];
}

const NAMES_TOLD = 5;
const SILENT: readonly MlflowFailure[] = ['unreachable', 'timeout', 'unavailable', 'rate-limited'];

/** All of it, in words. */
export function deletionGuard({ noted, mlflow }: DeletionEvidence): DeletionGuard {
  const notedIds = noted.readable ? noted.runs.map(({ run }) => run) : [];
  const onIt = notedWarnings(noted, mlflow);
  switch (mlflow.state) {
    case 'not-set-up':
      return { blockers: [], warnings: onIt };
    case 'refuses':
      return { blockers: [], warnings: [cantCheck(mlflow), ...onIt] };
    case 'answers': {
      // A run of another snapshot of the name has nothing against it, unless it is written down here.
      const others = mlflow.runs.filter(({ id, match }) => match === 'other' && !notedIds.includes(id));
      const versions = mlflow.versions.filter(({ run }) => !others.some(({ id }) => id === run));
      return {
        blockers: versions.map(version => blockerOf(version, mlflow)),
        warnings: [...runWarnings(mlflow.runs), ...onIt]
      };
    }
  }
}

const cantCheck = ({ failure, message }: Extract<MlflowEvidence, { state: 'refuses' }>): string =>
  SILENT.includes(failure)
    ? `Can’t check runs and models: MLflow does not answer. ${message}`
    : `Can’t check runs and models. ${message}`;

function blockerOf(
  { name, version, aliases, run }: ModelVersionRef & { run: string },
  { runs, trackingUri }: Extract<MlflowEvidence, { state: 'answers' }>
): Blocker {
  const found = runs.find(({ id }) => id === run);
  const alias = aliases.length === 0 ? '' : ` (${aliases.map(one => `@${one}`).join(', ')})`;
  const how = found?.match === 'uid' ? 'used it' : found?.match === 'name' ? 'names it' : 'is written down on it';
  return {
    kind: 'model-version',
    object: `models:/${name}/${version}`,
    message: `Version ${version} of the model ${name}${alias} comes from the run ${found?.name || run}, which ${how}.`,
    fix: 'Keep the snapshot, or delete the version in MLflow first.',
    by: null,
    since: null,
    link: `${trackingUri.replace(/\/+$/, '')}/#/models/${encodeURIComponent(name)}/versions/${encodeURIComponent(version)}`
  };
}

function runWarnings(runs: readonly GuardRun[]): string[] {
  const by = (match: Match): string[] =>
    runs.filter(one => one.match === match).map(({ id, name }) => (name === '' ? id : name));
  const [used, named] = [by('uid'), by('name')];
  return [
    ...(used.length === 0 ? [] : [`${counted(used.length)} used it: ${list(used)}.`]),
    ...(named.length === 0
      ? []
      : [`${counted(named.length)} used it, or another one of its name, as no uid was written down: ${list(named)}.`])
  ];
}

/** What stands on the snapshot and MLflow has not told already. */
function notedWarnings(noted: NotedRuns, mlflow: MlflowEvidence): string[] {
  if (!noted.readable) {
    return ['Which runs are written down on it can’t be read, so that any run may have used it.'];
  }
  const found = mlflow.state === 'answers' ? mlflow.runs.filter(({ match }) => match !== 'other') : [];
  const left = noted.runs.map(({ run }) => run).filter(run => !found.some(({ id }) => id === run));
  // Of those that are only counted, MLflow may tell some.
  const told = mlflow.state === 'answers' ? noted.runs.length + noted.more - found.length : left.length + noted.more;
  const count = Math.max(left.length, told);
  if (count === 0) {
    return [];
  }
  const which = left.length === 0 ? '' : `: ${list(left, count)}`;
  const why = {
    answers: 'MLflow tells of no such use: a run may be gone, in another MLflow, or not yours to read.',
    refuses: '',
    'not-set-up': 'MLflow is not set up here, so their models can’t be checked.'
  }[mlflow.state];
  return [`Written down on it: ${counted(count)}${which}.${why === '' ? '' : ` ${why}`}`];
}

const counted = (count: number): string => (count === 1 ? '1 run' : `${count} runs`);

function list(names: readonly string[], count = names.length): string {
  const told = names.slice(0, NAMES_TOLD);
  const more = count - told.length;
  return more === 0 ? told.join(', ') : `${told.join(', ')} and ${more} more`;
}
