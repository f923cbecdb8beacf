/**
 * Deleting snapshots with a look at the runs and models that depend on them: the provider's plan and the guard's word together.
 * Everything that deletes a complete snapshot asks here first, whoever asked for it.
 */
import type { DeletePlan, Snapshot } from '../../../contract';
import { ProblemError } from '../problemError';
import type { Provider } from '../providers/provider';
import { deletionGuard, type DeletionGuard, type MlflowEvidence } from './deletionGuard';
import { linkedVolume } from './linkedVolume';
import { MlflowError } from './mlflow/mlflowError';
import { readNotedRuns, type NotedRuns } from './notedRuns';
import type { Lineage } from './openLineage';
import { registeredVersions } from './registeredVersions';
import { runsOfSnapshot } from './runsOfSnapshot';

/** Less than a request of the Jupyter server may take, with the time that the plan takes. */
const DEADLINE_MS = 20_000;

export interface GuardedDeletionOptions {
  readonly provider: Provider;
  /** null: MLflow is not set up. */
  readonly lineage: Pick<Lineage, 'client' | 'trackingUri'> | null;
}

export class GuardedDeletion {
  readonly #options: GuardedDeletionOptions;

  constructor(options: GuardedDeletionOptions) {
    this.#options = options;
  }

  /** What deleting would do, and whether it asks for force. */
  async plan(name: string): Promise<DeletePlan> {
    const plan = await this.#options.provider.planSnapshotDelete(name);
    const { blockers, warnings } = await this.#guard(name);
    const asks = warnings.length > 0;
    const title = this.#options.provider.index.get('snapshot', name)?.title ?? name;
    return {
      ...plan,
      allowed: plan.allowed && blockers.length === 0,
      blockers: [...plan.blockers, ...blockers],
      warnings: [...warnings, ...plan.warnings],
      ...(asks ? { force: true } : {}),
      typeToConfirm: plan.typeToConfirm ?? (asks ? title : null)
    };
  }

  /** Deletes this life. Throws `snapshot-linked`: a version depends on it, or force is needed and was not given. */
  async delete(name: string, uid: string, force: boolean): Promise<Snapshot> {
    const { provider } = this.#options;
    const { blockers, warnings } = await this.#guard(name);
    const [first] = blockers;
    if (first !== undefined) {
      throw new ProblemError('snapshot-linked', {
        detail: `${name} can’t be deleted. ${first.message}`,
        next: first.fix,
        object: name,
        blockers
      });
    }
    if (warnings.length > 0 && !force) {
      throw new ProblemError('snapshot-linked', {
        detail: `${name} was not deleted. ${warnings.join(' ')}`,
        next: 'Keep it, or delete it with force.',
        object: name
      });
    }
    return provider.deleteSnapshot(name, uid);
  }

  /** Asks MLflow anew: what was found for the panel may be old. */
  async #guard(name: string): Promise<DeletionGuard> {
    const { provider } = this.#options;
    const noted = readNotedRuns(provider.runNote?.(name));
    const snapshot = provider.index.get('snapshot', name);
    // What is not there the provider refuses by itself.
    return snapshot === undefined
      ? { blockers: [], warnings: [] }
      : deletionGuard({ noted, mlflow: await this.#evidence(snapshot, noted) });
  }

  async #evidence(snapshot: Snapshot, noted: NotedRuns): Promise<MlflowEvidence> {
    const { provider, lineage } = this.#options;
    if (lineage === null) {
      return { state: 'not-set-up' };
    }
    const { client, trackingUri } = lineage;
    const { uid, name } = snapshot;
    const signal = AbortSignal.timeout(DEADLINE_MS);
    try {
      const identity = { uid, name, volume: linkedVolume(snapshot, provider) };
      const found = await runsOfSnapshot(identity, { client, signal, deleted: true });
      const runs = found.map(({ run, match }) => ({ id: run.info.run_id, name: run.info.run_name, match }));
      const ids = runs.filter(({ match }) => match !== 'other').map(({ id }) => id);
      const onIt = noted.readable ? noted.runs.map(({ run }) => run) : [];
      const versions = await registeredVersions([...new Set([...ids, ...onIt])], client, signal);
      return { state: 'answers', trackingUri, runs, versions };
    } catch (error) {
      if (error instanceof MlflowError) {
        return { state: 'refuses', failure: error.failure, message: error.message };
      }
      if (error instanceof Error && error.name === 'TimeoutError') {
        const message = `It did not tell all runs within ${DEADLINE_MS / 1000} s.`;
        return { state: 'refuses', failure: 'timeout', message };
      }
      throw error;
    }
  }
}
