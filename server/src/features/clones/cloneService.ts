/** Reads clones from the index and passes changes on to the provider. */
import type { Clone, CreateClone, DeletePlan, DeleteQuery } from '../../../../contract';
import { operationKey } from '../../http/operationKey';
import { quoted } from '../../http/validation';
import { newestFirst } from '../../observed/newestFirst';
import { reproductionsOf } from '../../lineage/reproduce/reproductionFile';
import { ProblemError } from '../../problemError';
import type { Provider } from '../../providers/provider';
import { requiredUid } from '../deletion';
import type { SnapshotService } from '../snapshots/snapshotService';
import type { VolumeService } from '../volumes/volumeService';

export interface CloneServiceOptions {
  readonly provider: Provider;
  readonly volumes: VolumeService;
  readonly snapshots: SnapshotService;
}

/** Clones as last observed, and what can be asked of them. */
export class CloneService {
  constructor(private readonly options: CloneServiceOptions) {}

  /** Newest first. */
  list(): Clone[] {
    return newestFirst(this.options.provider.index.all('clone'), ({ createdAt, id }) => ({ at: createdAt, name: id }));
  }

  async ofSnapshot(name: string, request: CreateClone, idempotencyKey: string | null): Promise<Clone> {
    const { provider, snapshots } = this.options;
    const from = { snapshot: snapshots.get(name).name };
    return provider.createClone(from, request, { operationKey: operationKey(idempotencyKey) });
  }

  async ofVolume(id: string, request: CreateClone, idempotencyKey: string | null): Promise<Clone> {
    const { provider, volumes } = this.options;
    const from = { volume: volumes.get(id).id };
    return provider.createClone(from, request, { operationKey: operationKey(idempotencyKey) });
  }

  /** With `dryRun` only says what it would do. Throws `clone-not-found`. */
  async delete(id: string, query: DeleteQuery): Promise<DeletePlan | Clone> {
    const { provider } = this.options;
    if (provider.index.get('clone', id) === undefined) {
      throw new ProblemError('clone-not-found', {
        detail: `There is no clone ${quoted(id)}.`,
        next: 'It may have been deleted. List the clones.',
        object: id
      });
    }
    return query.dryRun === true ? this.#plan(id) : provider.deleteClone(id, requiredUid(query, id));
  }

  /** What people made beside it stays, and is said to. */
  async #plan(id: string): Promise<DeletePlan> {
    const { provider } = this.options;
    const plan = await provider.planCloneDelete(id);
    const clone = provider.index.get('clone', id);
    const left = clone === undefined ? [] : await reproductionsOf(clone, provider.index.all('volume'));
    const warnings = left.map(folder => `The notebook of its reproduction stays in ${folder}.`);
    return { ...plan, warnings: [...plan.warnings, ...warnings] };
  }
}
