/** The dozen calls of MLflow's REST API that lineage needs (docs: mlflow.org, REST API; MLflow 3.17). Throws MlflowError. */
import {
  ExperimentsPage,
  LoggedModelAnswer,
  ModelVersionAnswer,
  ModelVersionsPage,
  Nothing,
  RegisteredModelAnswer,
  RunAnswer,
  RunsPage,
  type Alias,
  type Experiment,
  type KeyValue,
  type LoggedModel,
  type ModelVersion,
  type Run
} from './mlflowAnswers';
import type { MlflowCall, MlflowConnection } from './mlflowConnection';
import { MlflowError } from './mlflowError';

const PAGE_SIZE = 1000;
/** Where somebody stops reading as soon as there are enough. */
const SMALL_PAGE_SIZE = 250;
/** MLflow takes at most 100 tags at a time. */
const TAGS_AT_A_TIME = 100;
/** Their ids stand in the address, which servers and proxies take up to 8 KB of. */
const RUNS_AT_A_TIME = 100;

/** Which runs are searched for. */
export interface RunSearch {
  /** None: no run. */
  readonly experimentIds: readonly string[];
  /** MLflow's filter grammar: AND only, values in quotes. */
  readonly filter: string;
  readonly deleted?: boolean;
  /** By their start, in small pages. */
  readonly newestFirst?: boolean;
}

/** What a run used, as MLflow keeps it. The pair of name and digest is one record of the whole server: the first source stays. */
export interface DatasetRecord {
  /** At most 500 characters. */
  readonly name: string;
  /** At most 36 characters. */
  readonly digest: string;
  readonly sourceType: string;
  /** JSON. */
  readonly source: string;
}

export class MlflowClient {
  readonly #connection: MlflowConnection;

  constructor(connection: MlflowConnection) {
    this.#connection = connection;
  }

  async run(runId: string, signal?: AbortSignal): Promise<Run> {
    return (await this.#get('runs/get', { run_id: runId }, RunAnswer, signal)).run;
  }

  /** Runs that fit, a page at a time, each once: pages are offsets, so that a run may come again when others are made. */
  async *runs({ experimentIds, filter, deleted, newestFirst }: RunSearch, signal?: AbortSignal): AsyncGenerator<Run[]> {
    if (experimentIds.length === 0) {
      return;
    }
    const body = {
      experiment_ids: experimentIds,
      filter,
      run_view_type: deleted === true ? 'ALL' : 'ACTIVE_ONLY',
      ...(newestFirst === true
        ? { max_results: SMALL_PAGE_SIZE, order_by: ['attributes.start_time DESC'] }
        : { max_results: PAGE_SIZE })
    };
    const seen = new Set<string>();
    for await (const { runs } of this.#pages('runs/search', body, RunsPage, signal)) {
      const fresh = runs.filter(({ info }) => !seen.has(info.run_id));
      fresh.forEach(({ info }) => seen.add(info.run_id));
      yield fresh;
    }
  }

  /** All experiments that the account may read, a page at a time. */
  async *experiments(signal?: AbortSignal): AsyncGenerator<Experiment[]> {
    const body = { view_type: 'ALL', max_results: PAGE_SIZE };
    for await (const { experiments } of this.#pages('experiments/search', body, ExperimentsPage, signal)) {
      yield experiments;
    }
  }

  /** Sets tags of a run that runs or has ended; those of the same key are replaced. */
  async tagRun(runId: string, tags: readonly KeyValue[], signal?: AbortSignal): Promise<void> {
    for (let first = 0; first < tags.length; first += TAGS_AT_A_TIME) {
      const body = { run_id: runId, tags: tags.slice(first, first + TAGS_AT_A_TIME) };
      await this.#post('runs/log-batch', body, Nothing, signal);
    }
  }

  /** Logs datasets as inputs of a run; one that it has already stays as it is. */
  async logInputs(runId: string, datasets: readonly DatasetRecord[], signal?: AbortSignal): Promise<void> {
    const body = {
      run_id: runId,
      datasets: datasets.map(({ name, digest, sourceType, source }) => ({
        dataset: { name, digest, source_type: sourceType, source }
      }))
    };
    await this.#post('runs/log-inputs', body, Nothing, signal);
  }

  async loggedModel(modelId: string, signal?: AbortSignal): Promise<LoggedModel> {
    return (await this.#get(`logged-models/${encodeURIComponent(modelId)}`, {}, LoggedModelAnswer, signal)).model;
  }

  /**
   * A small text file below what MLflow calls the artifact location of a run or model. Null: it is not there, or it is kept
   * elsewhere than by this server, which is then not asked with its credentials.
   */
  async artifactText(location: string, file: string, signal?: AbortSignal): Promise<string | null> {
    const [, below] = /^mlflow-artifacts:\/(?:\/\/)?([^/].*)$/.exec(location) ?? [];
    const segments = `${below ?? ''}/${file}`.split('/');
    if (below === undefined || segments.some(one => one === '' || one === '.' || one === '..')) {
      return null;
    }
    try {
      return await this.#connection.artifact(segments.map(encodeURIComponent).join('/'), signal);
    } catch (error) {
      if (error instanceof MlflowError && ['not-found', 'no-such-call', 'invalid'].includes(error.failure)) {
        return null;
      }
      throw error;
    }
  }

  async modelVersion(name: string, version: string, signal?: AbortSignal): Promise<ModelVersion> {
    return (await this.#get('model-versions/get', { name, version }, ModelVersionAnswer, signal)).model_version;
  }

  /** The version that an alias names now. */
  async aliasedVersion(name: string, alias: string, signal?: AbortSignal): Promise<ModelVersion> {
    return (await this.#get('registered-models/alias', { name, alias }, ModelVersionAnswer, signal)).model_version;
  }

  /** All aliases of a registered model, by version: the search for versions leaves them out. */
  async aliases(name: string, signal?: AbortSignal): Promise<Alias[]> {
    return (await this.#get('registered-models/get', { name }, RegisteredModelAnswer, signal)).registered_model.aliases;
  }

  /** Registered versions that come from any of these runs; without their aliases. */
  async versionsOfRuns(runIds: readonly string[], signal?: AbortSignal): Promise<ModelVersion[]> {
    const found: ModelVersion[] = [];
    for (let first = 0; first < runIds.length; first += RUNS_AT_A_TIME) {
      const ids = runIds.slice(first, first + RUNS_AT_A_TIME).map(id => `'${id}'`);
      const query = { filter: `run_id IN (${ids.join(',')})`, max_results: String(PAGE_SIZE) };
      let token: string | undefined;
      do {
        const page = await this.#get('model-versions/search', withToken(query, token), ModelVersionsPage, signal);
        found.push(...page.model_versions);
        token = page.next_page_token;
      } while (token !== undefined && token !== '');
    }
    return found;
  }

  async tagModelVersion(name: string, version: string, tag: KeyValue, signal?: AbortSignal): Promise<void> {
    await this.#post('model-versions/set-tag', { name, version, ...tag }, Nothing, signal);
  }

  #get<T>(
    path: string,
    query: Record<string, string>,
    schema: MlflowCall<T>['schema'],
    signal?: AbortSignal
  ): Promise<T> {
    return this.#connection.call({ method: 'GET', path, query, schema, signal });
  }

  #post<T>(path: string, body: unknown, schema: MlflowCall<T>['schema'], signal?: AbortSignal): Promise<T> {
    return this.#connection.call({ method: 'POST', path, body, schema, signal });
  }

  async *#pages<T extends { next_page_token?: string }>(
    path: string,
    body: object,
    schema: MlflowCall<T>['schema'],
    signal?: AbortSignal
  ): AsyncGenerator<T> {
    let token: string | undefined;
    do {
      const page = await this.#post(path, withToken(body, token), schema, signal);
      yield page;
      token = page.next_page_token;
    } while (token !== undefined && token !== '');
  }
}

const withToken = <T extends object>(request: T, token: string | undefined): T & { page_token?: string } =>
  token === undefined ? request : { ...request, page_token: token };
