/**
 * What is read of MLflow's answers (REST API 2.0, MLflow 3.17). Protobuf's JSON leaves out what is empty and writes an
 * int64 as number or string; what is not named here is dropped.
 */
import { z } from 'zod';

const list = <T>(item: z.ZodType<T>): z.ZodDefault<z.ZodArray<z.ZodType<T>>> => z.array(item).default([]);
const Int64 = z.union([z.number(), z.string().regex(/^-?\d+$/)]).transform(Number);
/** Milliseconds since 1970, UTC. */
const Time = Int64.transform(ms => new Date(ms));
const text = z.string().default('');

const KeyValue = z.object({ key: z.string(), value: text });
export type KeyValue = z.infer<typeof KeyValue>;

const Metric = z.object({ key: z.string(), value: z.union([z.number(), z.string().transform(Number)]).default(0) });

const DatasetInput = z.object({
  dataset: z.object({ name: z.string(), digest: text, source_type: text, source: text }),
  tags: list(KeyValue)
});

export const Experiment = z.object({
  experiment_id: z.string(),
  name: text,
  lifecycle_stage: z.string().default('active')
});
export type Experiment = z.infer<typeof Experiment>;

export const Run = z.object({
  info: z.object({
    run_id: z.string(),
    run_name: text,
    experiment_id: z.string(),
    user_id: text,
    status: z.string().default('RUNNING'),
    start_time: Time.optional(),
    end_time: Time.optional(),
    artifact_uri: text,
    lifecycle_stage: z.string().default('active')
  }),
  data: z.object({ metrics: list(Metric), params: list(KeyValue), tags: list(KeyValue) }).prefault({}),
  inputs: z.object({ dataset_inputs: list(DatasetInput) }).prefault({}),
  outputs: z.object({ model_outputs: list(z.object({ model_id: z.string() })) }).prefault({})
});
export type Run = z.infer<typeof Run>;

export const LoggedModel = z.object({
  info: z.object({
    model_id: z.string(),
    name: text,
    source_run_id: z.string().optional(),
    artifact_uri: text,
    tags: list(KeyValue),
    registrations: list(z.object({ name: z.string(), version: z.string() }))
  })
});
export type LoggedModel = z.infer<typeof LoggedModel>;

export const ModelVersion = z.object({
  name: z.string(),
  version: z.string(),
  run_id: z.string().optional(),
  model_id: z.string().optional(),
  creation_timestamp: Time.optional(),
  user_id: text,
  source: text,
  aliases: list(z.string()),
  tags: list(KeyValue)
});
export type ModelVersion = z.infer<typeof ModelVersion>;

const Alias = z.object({ alias: z.string(), version: z.string() });
export type Alias = z.infer<typeof Alias>;

const page = { next_page_token: z.string().optional() };
export const ExperimentsPage = z.object({ experiments: list(Experiment), ...page });
export const RunsPage = z.object({ runs: list(Run), ...page });
export const ModelVersionsPage = z.object({ model_versions: list(ModelVersion), ...page });
export const RunAnswer = z.object({ run: Run });
export const LoggedModelAnswer = z.object({ model: LoggedModel });
export const ModelVersionAnswer = z.object({ model_version: ModelVersion });
export const RegisteredModelAnswer = z.object({ registered_model: z.object({ aliases: list(Alias) }) });
export const Nothing = z.object({});

/** How MLflow tells an error; a proxy before it, its check of hosts and its basic auth answer in other ways. */
export const ErrorAnswer = z.object({ error_code: z.string(), message: text });
export type ErrorAnswer = z.infer<typeof ErrorAnswer>;
