/** Reads restores from the index and passes plan, approval and undo on to the provider. */
import type { CreateRestore, Restore } from '../../../../contract';
import { operationKey } from '../../http/operationKey';
import { quoted } from '../../http/validation';
import { newestFirst } from '../../observed/newestFirst';
import { ProblemError } from '../../problemError';
import type { Provider, RestoreWay } from '../../providers/provider';
import type { SnapshotService } from '../snapshots/snapshotService';
import type { VolumeService } from '../volumes/volumeService';

export interface RestoreServiceOptions {
  readonly provider: Provider;
  readonly volumes: VolumeService;
  readonly snapshots: SnapshotService;
}

/** Restores as last observed, and what can be asked of them. */
export class RestoreService {
  constructor(private readonly options: RestoreServiceOptions) {}

  /** Newest first. */
  list(): Restore[] {
    return newestFirst(this.options.provider.index.all('restore'), ({ createdAt, id }) => ({
      at: createdAt,
      name: id
    }));
  }

  /** Throws `restore-not-found`. */
  get(id: string): Restore {
    const restore = this.options.provider.index.get('restore', id);
    if (restore === undefined) {
      throw new ProblemError('restore-not-found', {
        detail: `There is no restore ${quoted(id)}.`,
        next: 'List the restores and use the id of one of them.',
        object: id
      });
    }
    return restore;
  }

  async plan({ snapshot, volume, strategy, paths }: CreateRestore, idempotencyKey: string | null): Promise<Restore> {
    const { provider, volumes, snapshots } = this.options;
    const from = snapshots.get(snapshot).name;
    const to = volume === undefined ? null : volumes.get(volume).id;
    return provider.planRestore(from, to, { operationKey: operationKey(idempotencyKey) }, wayOf(strategy, paths));
  }

  /** Throws `not-supported` where changes can't be counted on demand. */
  async countChanges(id: string): Promise<Restore> {
    const { provider } = this.options;
    const restore = this.get(id);
    if (provider.countChanges === undefined) {
      throw new ProblemError('not-supported', {
        detail: `The changes of restore ${quoted(id)} can’t be counted on demand here.`,
        next: 'Read the plan: it tells what is known of them.',
        object: id
      });
    }
    return provider.countChanges(restore.id);
  }

  async approve(id: string, uid: string): Promise<Restore> {
    return this.options.provider.approveRestore(this.get(id).id, uid);
  }

  async undo(id: string, idempotencyKey: string | null): Promise<Restore> {
    return this.options.provider.undoRestore(this.get(id).id, { operationKey: operationKey(idempotencyKey) });
  }
}

/** The way that a request asks for; undefined: none. */
function wayOf(strategy: CreateRestore['strategy'], paths: CreateRestore['paths']): RestoreWay | undefined {
  if (strategy === undefined) {
    return undefined;
  }
  return strategy === 'files' ? { strategy, paths: paths ?? [] } : { strategy };
}
