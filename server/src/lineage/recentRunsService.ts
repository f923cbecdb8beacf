/** Answers which runs were begun lately on a volume or by a notebook. What MLflow refuses is told in the answer. */
import type { RecentRuns, RecentRunsQuery } from '../../../contract';
import type { RouteHandlers } from '../http/routeHandler';
import type { RecentLook } from '../observed/recentLook';
import { ProblemError } from '../problemError';
import type { Provider } from '../providers/provider';
import { KeptSearches, searchProgress } from './keptSearches';
import { knownHere } from './knownHere';
import { linkedVolume } from './linkedVolume';
import type { Run } from './mlflow/mlflowAnswers';
import { mlflowNotSetUp } from './mlflowNotSetUp';
import { mlflowProblem } from './mlflowProblem';
import type { Lineage } from './openLineage';
import { recentRuns, type RecentRun, type RunOrigin } from './recentRuns';
import { runDescriber } from './runDescriber';
import { snapshotNow } from './snapshotNow';

/** Less than a request of the Jupyter server may take. */
const DEADLINE_MS = 25_000;

export interface RecentRunsServiceOptions {
  readonly provider: Provider;
  /** null: MLflow is not set up. */
  readonly lineage: Lineage | null;
  /** Why what is set for MLflow can’t be used; absent: nothing is set. */
  readonly unusable?: string;
  /** Called with runs that MLflow has told. */
  readonly shown: (runs: readonly Run[]) => void;
}

export class RecentRunsService {
  readonly #options: RecentRunsServiceOptions;
  readonly #searches = new KeptSearches<RecentRun>();

  constructor(options: RecentRunsServiceOptions) {
    this.#options = options;
  }

  async recent(query: RecentRunsQuery): Promise<RecentRuns> {
    const { lineage, unusable = null } = this.#options;
    const none = { search: null, total: 0, runs: [] };
    if (lineage === null) {
      return { ...none, mlflow: mlflowNotSetUp(unusable) };
    }
    const { server } = lineage;
    const origin = this.#origin(query, lineage);
    try {
      const key = origin.kind === 'volume' ? `volume ${origin.volume}` : `notebook ${origin.path}`;
      const state = await this.#searches.of(key, parts => recentRuns(origin, lineage.client, parts), {
        anew: query.anew
      });
      return {
        mlflow: { state: 'answers', server },
        search: searchProgress(state),
        total: state.runs.length,
        ...(state.more ? { more: true } : {}),
        runs: await this.#described(lineage, state.runs.slice(0, query.limit))
      };
    } catch (error) {
      const problem = mlflowProblem(error);
      if (!(problem instanceof ProblemError)) {
        throw error;
      }
      return { ...none, mlflow: { state: 'refuses', server, problem: problem.problem } };
    }
  }

  /** What was found is not told any more: something was written. */
  forget(): void {
    this.#searches.forget();
  }

  dispose(): void {
    this.#searches.dispose();
  }

  #origin({ volume: id, notebook = '' }: RecentRunsQuery, lineage: Lineage): RunOrigin {
    const place = lineage.place();
    if (id === undefined) {
      return { kind: 'notebook', path: notebook, place };
    }
    const volume = this.#options.provider.index.get('volume', id);
    if (volume === undefined) {
      throw new ProblemError('volume-not-found', {
        detail: `There is no volume ${id} here.`,
        next: 'Look at the list of volumes.',
        object: id
      });
    }
    const named = { volume: volume.id, volumeName: volume.name };
    return { kind: 'volume', volume: linkedVolume(named, this.#options.provider), place };
  }

  async #described(lineage: Lineage, found: readonly RecentRun[]): Promise<RecentRuns['runs']> {
    const runs = found.map(({ run }) => run);
    this.#options.shown(runs);
    const described = await runDescriber(runs, lineage, AbortSignal.timeout(DEADLINE_MS));
    const here = knownHere(this.#options.provider, lineage.place());
    return found.map(({ run, links, nameOnly }) => ({
      run: described(run),
      snapshots: links.map(link => ({ link, now: snapshotNow(link, here) })),
      ...(nameOnly ? { nameOnly } : {})
    }));
  }
}

/** The route of this feature. */
export const recentRunsRoute = (
  recent: RecentRunsService,
  recentLook: RecentLook
): Pick<RouteHandlers, 'listRecentRuns'> => ({
  listRecentRuns: async ({ query }) => {
    await recentLook.have();
    return recent.recent(query);
  }
});
