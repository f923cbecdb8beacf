/**
 * What runs lack that tell their snapshot by tags alone, as those do that MLflow tagged without code: the dataset, which needs
 * the id of a run, and their place on the snapshot. Each run once; the same again changes nothing.
 */
import type { Log } from '../log';
import { ProblemError } from '../problemError';
import type { Provider } from '../providers/provider';
import { datasetOfSnapshot } from './datasetOfSnapshot';
import { linkedVolume } from './linkedVolume';
import type { Run } from './mlflow/mlflowAnswers';
import { MlflowError } from './mlflow/mlflowError';
import type { Lineage } from './openLineage';
import { RunNotes } from './runNotes';
import { snapshotsOfTags } from './runTags';
import type { SnapshotOfRun } from './snapshotOfRun';

/** Of runs that are only looked at, so many are completed at a time. */
const MOST_AT_A_TIME = 50;
const MOST_REMEMBERED = 5_000;

export interface RunCompletionOptions {
  readonly provider: Provider;
  readonly lineage: Pick<Lineage, 'client' | 'place'>;
  readonly log: Log;
}

export class RunCompletion {
  readonly #options: RunCompletionOptions;
  readonly #notes: RunNotes;
  readonly #ended = new AbortController();
  /** Runs that need no second look only because somebody looks at them again. */
  readonly #done = new Set<string>();
  /** Why runs got nothing, as it was told. */
  readonly #told = new Set<string>();
  #later: Promise<void> = Promise.resolve();

  constructor(options: RunCompletionOptions) {
    this.#options = options;
    this.#notes = new RunNotes(options.provider);
  }

  /** Completes them; resolves with the ids of those that got something. Throws MlflowError unless that is a run’s own matter. */
  async complete(runs: readonly Run[], signal: AbortSignal): Promise<string[]> {
    const written: string[] = [];
    for (const run of runs) {
      if (await this.#completeOne(run, signal)) {
        written.push(run.info.run_id);
      }
    }
    return written;
  }

  /** The same in the background, for runs that are shown. */
  later(runs: readonly Run[]): void {
    const { signal } = this.#ended;
    if (runs.length === 0 || signal.aborted) {
      return;
    }
    // Which are left is known when those before are done.
    const left = (): Run[] => runs.filter(({ info }) => !this.#done.has(info.run_id)).slice(0, MOST_AT_A_TIME);
    this.#later = this.#later
      .then(() => this.complete(left(), signal))
      .then(
        () => undefined,
        (error: unknown) => this.#tell(error, {}, 'runs that are shown lack their datasets until they are shown again')
      );
  }

  /** Resolves when nothing is under way any more. */
  async dispose(): Promise<void> {
    this.#ended.abort();
    await this.#later;
  }

  async #completeOne(run: Run, signal: AbortSignal): Promise<boolean> {
    signal.throwIfAborted();
    const id = run.info.run_id;
    const has = new Set(run.inputs.dataset_inputs.map(({ dataset }) => dataset.digest));
    const lacking = this.#snapshotsHere(run).filter(({ uid }) => !has.has(uid));
    const datasets = lacking.map(datasetOfSnapshot).filter(record => record !== null);
    this.#remember(id);
    if (run.info.lifecycle_stage === 'deleted' || datasets.length === 0) {
      return false;
    }
    // First on the snapshots: a run that has its dataset is not looked at again.
    await this.#note(run, lacking);
    try {
      await this.#options.lineage.client.logInputs(id, datasets, signal);
    } catch (error) {
      if (!(error instanceof MlflowError) || !['forbidden', 'not-found', 'invalid'].includes(error.failure)) {
        this.#done.delete(id);
        throw error;
      }
      this.#tell(error, { run: id }, 'a run takes no dataset');
      return false;
    }
    return true;
  }

  /** Those that it names by uid and that are here: what is written is what is known here, not what a tag says. */
  #snapshotsHere(run: Run): SnapshotOfRun[] {
    const { provider, lineage } = this.#options;
    const { cluster, namespace } = lineage.place();
    if (cluster === null || namespace === null) {
      return [];
    }
    return snapshotsOfTags(run).flatMap(link => {
      const snapshot = provider.index.get('snapshot', link.snapshot);
      const { relation } = link;
      if (
        snapshot === undefined ||
        snapshot.uid !== link.uid ||
        snapshot.state.phase !== 'ready' ||
        relation === null
      ) {
        return [];
      }
      const { name, uid, createdAt: time } = snapshot;
      return [{ volume: linkedVolume(snapshot, provider), snapshot: name, uid, cluster, namespace, time, relation }];
    });
  }

  async #note({ info }: Run, snapshots: readonly SnapshotOfRun[]): Promise<void> {
    const at = (info.start_time ?? new Date()).toISOString();
    for (const { snapshot: name, uid, relation } of snapshots) {
      try {
        await this.#notes.add({ name, uid }, [{ run: info.run_id, relation, state: 'written', at }]);
      } catch (error) {
        // An account that may not change snapshots can still complete its runs.
        if (!(error instanceof ProblemError)) {
          throw error;
        }
        this.#tell(error, { run: info.run_id, snapshot: name }, 'a run is not written down on its snapshot');
      }
    }
  }

  /** Once for each kind of cause: the same runs are shown over and over. */
  #tell(error: unknown, about: object, what: string): void {
    const kind = error instanceof MlflowError ? error.failure : error instanceof ProblemError ? error.problem.type : '';
    if (!this.#ended.signal.aborted && !this.#told.has(what + kind)) {
      this.#told.add(what + kind);
      this.#options.log.warn({ ...about, err: error }, what);
    }
  }

  #remember(id: string): void {
    const [oldest] = this.#done;
    if (oldest !== undefined && this.#done.size >= MOST_REMEMBERED) {
      this.#done.delete(oldest);
    }
    this.#done.add(id);
  }
}
