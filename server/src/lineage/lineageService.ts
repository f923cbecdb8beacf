/** Answers what is asked about runs and snapshots, from MLflow and the index. Nothing is asked of MLflow unless somebody asks. */
import type { MlflowStatus, RunsOfSnapshot, RunsQuery, SnapshotsOfRun, SnapshotsQuery } from '../../../contract';
import type { SnapshotService } from '../features/snapshots/snapshotService';
import { ProblemError } from '../problemError';
import type { Provider } from '../providers/provider';
import { searchProgress } from './keptSearches';
import { knownHere } from './knownHere';
import { linkedVolume } from './linkedVolume';
import type { Run } from './mlflow/mlflowAnswers';
import { mlflowNotSetUp } from './mlflowNotSetUp';
import { mlflowProblem } from './mlflowProblem';
import type { Lineage } from './openLineage';
import { modelReference, referredRun, type RunReference } from './runReference';
import type { RunData } from './runData';
import { runDescriber } from './runDescriber';
import { RunSearches } from './runSearches';
import { snapshotNow } from './snapshotNow';
import { snapshotsOfRun } from './snapshotsOfRun';

/** Less than a request of the Jupyter server may take. */
const DEADLINE_MS = 25_000;

export interface LineageServiceOptions {
  readonly provider: Provider;
  readonly snapshots: SnapshotService;
  /** null: MLflow is not set up. */
  readonly lineage: Lineage | null;
  /** Why what is set for MLflow can’t be used; absent: nothing is set. */
  readonly unusable?: string;
  /** Called when MLflow has answered, with the runs that it has told. */
  readonly shown: (runs: readonly Run[]) => void;
}

export class LineageService {
  readonly #options: LineageServiceOptions;
  readonly #searches: RunSearches | null;

  constructor(options: LineageServiceOptions) {
    this.#options = options;
    this.#searches = options.lineage === null ? null : new RunSearches(options.lineage);
  }

  async status(): Promise<MlflowStatus> {
    const { lineage } = this.#options;
    return lineage === null
      ? this.#notSetUp()
      : (await this.#tried(() => lineage.client.experiments(deadline()).next())).mlflow;
  }

  /** What MLflow refuses is told in the answer. */
  async runs({ snapshot: name, limit, anew }: RunsQuery): Promise<RunsOfSnapshot> {
    const { snapshots, provider, lineage, shown } = this.#options;
    const snapshot = snapshots.get(name);
    const { uid } = snapshot;
    const volume = linkedVolume(snapshot, provider);
    const none = { snapshot: name, uid, search: null, total: 0, runs: [] };
    if (lineage === null || this.#searches === null) {
      return { ...none, mlflow: this.#notSetUp() };
    }
    const searches = this.#searches;
    const { mlflow, result } = await this.#tried(async () => {
      const state = await searches.of({ uid, name, volume }, { anew });
      const found = state.runs.slice(0, limit);
      shown(found.map(({ run }) => run));
      const described = await runDescriber(
        found.map(({ run }) => run),
        lineage,
        deadline()
      );
      return { state, runs: found.map(({ run, match, link }) => ({ run: described(run), match, link })) };
    });
    return result === null
      ? { ...none, mlflow }
      : { ...none, mlflow, search: searchProgress(result.state), total: result.state.runs.length, runs: result.runs };
  }

  async snapshots(query: SnapshotsQuery): Promise<SnapshotsOfRun> {
    const { described, version, snapshots } = await this.data(query);
    return {
      run: described,
      version: version === null ? null : { name: version.name, version: version.version, aliases: version.aliases },
      snapshots: snapshots.map(({ link, now }) => ({ link, now }))
    };
  }

  /** Everything that is known of a run, or of the run of a model version, and of its data. Throws ProblemError. */
  async data({ run: id, model }: SnapshotsQuery): Promise<RunData> {
    const lineage = this.#setUp();
    const reference: RunReference | null = id === undefined ? modelReference(model ?? '') : { kind: 'run', id };
    if (reference === null) {
      throw new ProblemError('invalid-request', {
        detail: 'The model is named in another way than MLflow does.',
        next: 'Write models:/name/3 or models:/name@alias.',
        fields: [{ path: 'query.model', message: 'Write models:/name/3 or models:/name@alias.' }]
      });
    }
    const signal = deadline();
    try {
      const { run, version } = await referredRun(reference, lineage.client, signal);
      this.#options.shown(run === null ? [] : [run]);
      const links = run === null ? [] : snapshotsOfRun(run);
      const here = knownHere(this.#options.provider, lineage.place());
      const { index } = this.#options.provider;
      return {
        run,
        version,
        described: run === null ? null : (await runDescriber([run], lineage, signal))(run),
        snapshots: links.map(link => {
          const now = snapshotNow(link, here);
          return { link, now, snapshot: now.state === 'exists' ? (index.get('snapshot', now.snapshot) ?? null) : null };
        })
      };
    } catch (error) {
      throw mlflowProblem(error);
    }
  }

  /** What was found is not told any more: something was written. */
  forget(): void {
    this.#searches?.forget();
  }

  dispose(): void {
    this.#searches?.dispose();
  }

  #notSetUp(): Extract<MlflowStatus, { state: 'not-set-up' }> {
    return mlflowNotSetUp(this.#options.unusable ?? null);
  }

  #setUp(): Lineage {
    const { lineage } = this.#options;
    if (lineage === null) {
      const { reason = 'MLflow is not set up here.', fix } = this.#notSetUp();
      throw new ProblemError('mlflow-not-set-up', { detail: reason, next: fix });
    }
    return lineage;
  }

  async #tried<T>(work: () => Promise<T>): Promise<{ mlflow: MlflowStatus; result: T | null }> {
    const { server } = this.#setUp();
    try {
      const result = await work();
      this.#options.shown([]);
      return { result, mlflow: { state: 'answers', server } };
    } catch (error) {
      const problem = mlflowProblem(error);
      if (!(problem instanceof ProblemError)) {
        throw error;
      }
      return { result: null, mlflow: { state: 'refuses', server, problem: problem.problem } };
    }
  }
}

const deadline = (): AbortSignal => AbortSignal.timeout(DEADLINE_MS);
