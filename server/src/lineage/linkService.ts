/**
 * Linking a run to snapshots, in MLflow and on the snapshots themselves. What MLflow can’t take now is written down first and
 * waits there; what it will not take is refused and leaves nothing behind.
 */
import type { LinkedRun, LinkRun, Problem } from '../../../contract';
import type { SnapshotService } from '../features/snapshots/snapshotService';
import type { Log } from '../log';
import { ProblemError } from '../problemError';
import type { Provider } from '../providers/provider';
import { linkedVolume } from './linkedVolume';
import { linkedSnapshots, linkRun } from './linkRun';
import { MlflowError, type MlflowFailure } from './mlflow/mlflowError';
import { mlflowProblem } from './mlflowProblem';
import type { Lineage } from './openLineage';
import { RunNotes, type WaitingLink } from './runNotes';
import type { SnapshotOfRun } from './snapshotOfRun';
import { WaitingLinks, type Delivery } from './waitingLinks';

/** Less than a request of the Jupyter server may take. */
const DEADLINE_MS = 20_000;
/** Nobody’s waiting helps against these; the others pass, or end when somebody mends the settings. */
const FINAL: readonly MlflowFailure[] = ['not-found', 'forbidden', 'invalid'];

export interface LinkServiceOptions {
  readonly provider: Provider;
  readonly snapshots: SnapshotService;
  readonly lineage: Lineage;
  readonly log: Log;
  /** Something was written to MLflow. */
  readonly written: () => void;
  readonly firstDelayMs?: number;
}

export class LinkService {
  readonly #options: LinkServiceOptions;
  readonly #notes: RunNotes;
  readonly #waiting: WaitingLinks;

  constructor(options: LinkServiceOptions) {
    this.#options = options;
    this.#notes = new RunNotes(options.provider);
    const deliver = (link: WaitingLink, signal: AbortSignal): Promise<Delivery> => this.#deliver(link, signal);
    this.#waiting = new WaitingLinks({ ...options, notes: this.#notes, deliver });
  }

  /** Takes up what an earlier process left waiting; to be called when snapshots are known. */
  begin(): void {
    this.#waiting.begin();
  }

  mlflowAnswered(): void {
    this.#waiting.mlflowAnswered();
  }

  dispose(): Promise<void> {
    return this.#waiting.dispose();
  }

  async link({ run, snapshots }: LinkRun): Promise<LinkedRun> {
    const added = this.#snapshotsOf(snapshots);
    const { takeBack, problem } = await this.#note(run, added);
    try {
      const named = await this.#write(run, added, AbortSignal.timeout(DEADLINE_MS));
      await (problem === null ? this.#settle(run, added) : null);
      this.#waiting.mlflowAnswered();
      return { run, state: 'written', problem, snapshots: named };
    } catch (error) {
      const told = mlflowProblem(error);
      if (told instanceof ProblemError && mayPass(error) && problem === null) {
        this.#waiting.added();
        return { run, state: 'waiting', problem: told.problem, snapshots: added };
      }
      await takeBack();
      throw told;
    }
  }

  /** Where the storage fails it goes on waiting there, and is written once more: that changes nothing in MLflow. */
  async #settle(run: string, added: readonly SnapshotOfRun[]): Promise<void> {
    try {
      for (const { snapshot: name, uid } of added) {
        await this.#notes.settle({ name, uid }, run);
      }
    } catch (error) {
      this.#options.log.warn({ run, err: error }, 'that MLflow has a link could not be written down');
      this.#waiting.added();
    }
  }

  /** Writes down on each that the run waits. The problem says why one of them can’t tell it; then none does. */
  async #note(
    run: string,
    added: readonly SnapshotOfRun[]
  ): Promise<{ takeBack: () => Promise<void>; problem: Problem | null }> {
    const at = new Date().toISOString();
    const done: (() => Promise<void>)[] = [];
    const takeBack = async (): Promise<void> => {
      for (const undo of done.splice(0)) {
        // What stays is tried again and refused again: worth a line, not another failure.
        await undo().catch((error: unknown) => this.#options.log.warn({ run, err: error }, 'a link waits in vain'));
      }
    };
    try {
      for (const { snapshot: name, uid, relation } of added) {
        done.push(await this.#notes.add({ name, uid }, [{ run, relation, state: 'waiting', at }]));
      }
      return { takeBack, problem: null };
    } catch (error) {
      if (!(error instanceof ProblemError)) {
        throw error;
      }
      await takeBack();
      return { takeBack, problem: error.problem };
    }
  }

  async #write(run: string, added: readonly SnapshotOfRun[], signal: AbortSignal): Promise<LinkedRun['snapshots']> {
    try {
      return await linkRun(run, added, this.#options.lineage.client, signal);
    } finally {
      this.#options.written();
    }
  }

  async #deliver({ run, snapshots }: WaitingLink, ended: AbortSignal): Promise<Delivery> {
    try {
      const added = this.#snapshotsOf(snapshots);
      await this.#write(run, added, AbortSignal.any([ended, AbortSignal.timeout(DEADLINE_MS)]));
      return 'written';
    } catch (error) {
      if (!(error instanceof MlflowError || error instanceof ProblemError) || mayPass(error)) {
        return 'later';
      }
      // The run may be in another MLflow, deleted for now, or another person’s: what waits is never dropped.
      this.#options.log.warn({ run, err: error }, 'MLflow does not take a link that waits');
      return 'not-this';
    }
  }

  #snapshotsOf(snapshots: WaitingLink['snapshots']): SnapshotOfRun[] {
    const { provider, lineage } = this.#options;
    const wanted = snapshots.map(({ name, uid, relation }) => {
      const snapshot = this.#options.snapshots.get(name);
      return { snapshot, volume: linkedVolume(snapshot, provider), uid, relation };
    });
    return linkedSnapshots(wanted, lineage.place());
  }
}

const mayPass = (thrown: unknown): boolean =>
  thrown instanceof MlflowError
    ? !FINAL.includes(thrown.failure)
    : thrown instanceof Error && thrown.name === 'TimeoutError';
