/** Tells runs as the contract does, with the registered versions that were made from them. */
import type { LineageRun } from '../../../contract';
import { describeRun } from './describeRun';
import type { Run } from './mlflow/mlflowAnswers';
import type { Lineage } from './openLineage';
import { registeredVersions } from './registeredVersions';

/** For these runs: their versions are asked for together, once. Throws MlflowError. */
export async function runDescriber(
  runs: readonly Run[],
  { client, trackingUri }: Pick<Lineage, 'client' | 'trackingUri'>,
  signal: AbortSignal
): Promise<(run: Run) => LineageRun> {
  const ids = runs.map(({ info }) => info.run_id);
  const versions = await registeredVersions(ids, client, signal);
  return run => {
    const own = versions.filter(one => one.run === run.info.run_id);
    return describeRun(
      run,
      own.map(({ run: _run, ...version }) => version),
      trackingUri
    );
  };
}
