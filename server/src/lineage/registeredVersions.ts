/** Registered versions of runs, with their aliases, which MLflow's search for versions leaves out. */
import type { ModelVersionRef } from '../../../contract';
import type { MlflowClient } from './mlflow/mlflowClient';

export type VersionOfRun = ModelVersionRef & { readonly run: string };

/** Those of any of these runs. Throws MlflowError. */
export async function registeredVersions(
  runIds: readonly string[],
  client: MlflowClient,
  signal: AbortSignal
): Promise<VersionOfRun[]> {
  const versions = runIds.length === 0 ? [] : await client.versionsOfRuns(runIds, signal);
  const aliases = new Map<string, Awaited<ReturnType<MlflowClient['aliases']>>>();
  for (const name of new Set(versions.map(one => one.name))) {
    aliases.set(name, await client.aliases(name, signal));
  }
  return versions.map(({ name, version, run_id: run = '' }) => ({
    name,
    version,
    run,
    aliases: (aliases.get(name) ?? []).filter(one => one.version === version).map(({ alias }) => alias)
  }));
}
