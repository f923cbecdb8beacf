/** A run, or the run that a registered model version comes from, by the words that people have for it. */
import type { MlflowClient } from './mlflow/mlflowClient';
import type { ModelVersion, Run } from './mlflow/mlflowAnswers';

/** What is asked about. */
export type RunReference =
  | { readonly kind: 'run'; readonly id: string }
  | { readonly kind: 'version'; readonly name: string; readonly version: string }
  | { readonly kind: 'alias'; readonly name: string; readonly alias: string };

/** What it is; `run` is null where the version tells none. */
export interface ReferredRun {
  readonly run: Run | null;
  readonly version: ModelVersion | null;
}

/**
 * Reads `models:/name/3` and `models:/name@champion`, as MLflow does: a version is a number, so that a name may hold an @.
 * Null: neither.
 */
export function modelReference(text: string): RunReference | null {
  const [, name, version, alias] = /^models:\/+([^/]+)(?:\/(\d+)|@([\w-]+))$/.exec(text) ?? [];
  if (name === undefined) {
    return null;
  }
  if (version !== undefined) {
    return { kind: 'version', name, version };
  }
  return alias === undefined ? null : { kind: 'alias', name, alias };
}

/** Asks MLflow. Throws MlflowError: `not-found` where there is no such run, version or alias. */
export async function referredRun(
  reference: RunReference,
  client: MlflowClient,
  signal: AbortSignal
): Promise<ReferredRun> {
  if (reference.kind === 'run') {
    return { run: await client.run(reference.id, signal), version: null };
  }
  const { name } = reference;
  const version =
    reference.kind === 'version'
      ? await client.modelVersion(name, reference.version, signal)
      : await client.aliasedVersion(name, reference.alias, signal);
  const id = await runIdOf(version, client, signal);
  return { run: id === null ? null : await client.run(id, signal), version };
}

/** A version made from a logged model alone names that, which knows its run. */
async function runIdOf(version: ModelVersion, client: MlflowClient, signal: AbortSignal): Promise<string | null> {
  const { run_id: id = '', model_id: model = '' } = version;
  if (id !== '') {
    return id;
  }
  const source = model === '' ? '' : ((await client.loggedModel(model, signal)).info.source_run_id ?? '');
  return source === '' ? null : source;
}
