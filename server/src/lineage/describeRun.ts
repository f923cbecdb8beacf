/** A run of MLflow as the contract shows it. Pure. */
import type { LineageRun, ModelVersionRef } from '../../../contract';
import type { Run } from './mlflow/mlflowAnswers';
import { imageOf } from './runTags';

/** More are not told; MLflow lists them by name. */
const MOST_METRICS = 50;

/** `versions`: the registered ones that were made from it. `trackingUri`: where MLflow's own interface is. */
export function describeRun(run: Run, versions: readonly ModelVersionRef[], trackingUri: string): LineageRun {
  const { run_id: id, run_name: name, experiment_id: experiment, user_id: user, status } = run.info;
  const image = imageOf(run);
  const page = `#/experiments/${encodeURIComponent(experiment)}/runs/${encodeURIComponent(id)}`;
  return {
    id,
    name,
    experiment,
    status,
    user: user === '' ? null : user,
    startedAt: run.info.start_time?.toISOString() ?? null,
    endedAt: run.info.end_time?.toISOString() ?? null,
    deleted: run.info.lifecycle_stage === 'deleted',
    ...(image === null ? {} : { image }),
    link: `${trackingUri.replace(/\/+$/, '')}/${page}`,
    metrics: run.data.metrics.filter(({ value }) => Number.isFinite(value)).slice(0, MOST_METRICS),
    models: [...new Set(run.outputs.model_outputs.map(({ model_id: model }) => model))],
    versions: [...versions]
  };
}
