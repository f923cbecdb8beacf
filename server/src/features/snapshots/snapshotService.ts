/** Reads snapshots from the index and passes changes on to the provider. */
import type {
  CreatedSnapshots,
  CreateSnapshot,
  CreateSnapshots,
  DeletePlan,
  DeleteQuery,
  Problem,
  Snapshot,
  SnapshotPage,
  SnapshotQuery,
  UpdateSnapshot,
  Volume
} from '../../../../contract';
import { operationKey } from '../../http/operationKey';
import { quoted } from '../../http/validation';
import { ProblemError } from '../../problemError';
import type { GuardedDeletion } from '../../lineage/guardedDeletion';
import type { Provider } from '../../providers/provider';
import { requiredUid } from '../deletion';
import type { VolumeService } from '../volumes/volumeService';
import type { Timelines } from './timelines';

export interface SnapshotServiceOptions {
  readonly provider: Provider;
  readonly volumes: VolumeService;
  readonly timelines: Timelines;
  readonly deletion: GuardedDeletion;
  /** Makes a problem of whatever was thrown, and logs it if it was not meant to be. */
  readonly problemOf: (thrown: unknown, requestId: string) => Problem;
}

/** Snapshots as last observed, and what can be asked of them. */
export class SnapshotService {
  constructor(private readonly options: SnapshotServiceOptions) {}

  /** Throws `snapshot-not-found`. */
  get(name: string): Snapshot {
    const snapshot = this.options.provider.index.get('snapshot', name);
    if (snapshot === undefined) {
      throw new ProblemError('snapshot-not-found', {
        detail: `There is no snapshot ${quoted(name)}.`,
        next: 'It may have been deleted. List the snapshots of its volume.',
        object: name
      });
    }
    return snapshot;
  }

  page(volume: string, query: SnapshotQuery): SnapshotPage {
    const { id } = this.options.volumes.get(volume);
    const refused = this.options.provider.snapshotsRefused?.() ?? null;
    if (refused !== null) {
      throw ProblemError.of(refused);
    }
    return { ...this.options.timelines.of(id).page(query), revision: this.options.provider.index.position };
  }

  /** Looks for snapshots of a volume that were made elsewhere; what is found shows as it is found. */
  async lookElsewhere(volume: string): Promise<Volume> {
    const { provider, volumes } = this.options;
    const known = volumes.get(volume);
    return (await provider.lookElsewhere?.(known.id)) ?? known;
  }

  async create(volume: string, request: CreateSnapshot, idempotencyKey: string | null): Promise<Snapshot> {
    const { id } = this.options.volumes.get(volume);
    return this.options.provider.createSnapshot(id, request, { operationKey: operationKey(idempotencyKey) });
  }

  /** One after the other; a volume that refuses does not keep the next from its turn. */
  async createSeveral(
    { volumes, ...request }: CreateSnapshots,
    idempotencyKey: string | null,
    requestId: string
  ): Promise<CreatedSnapshots> {
    if (new Set(volumes).size !== volumes.length) {
      throw new ProblemError('invalid-request', {
        detail: 'A volume is named twice.',
        next: 'Name each volume once.',
        fields: [{ path: 'body.volumes', message: 'Name each volume once.' }]
      });
    }
    const { provider, problemOf } = this.options;
    const items: CreatedSnapshots['items'] = [];
    for (const volume of volumes) {
      try {
        const { id } = this.options.volumes.get(volume);
        const intent = { operationKey: operationKey(idempotencyKey, volume) };
        items.push({ created: true, volume, snapshot: await provider.createSnapshot(id, request, intent) });
      } catch (error) {
        items.push({ created: false, volume, problem: problemOf(error, requestId) });
      }
    }
    return { items };
  }

  async update(name: string, change: UpdateSnapshot): Promise<Snapshot> {
    return this.options.provider.updateSnapshot(this.get(name).name, change);
  }

  /** With `dryRun` only says what it would do. */
  async delete(name: string, query: DeleteQuery): Promise<DeletePlan | Snapshot> {
    const { deletion } = this.options;
    return query.dryRun === true
      ? deletion.plan(this.get(name).name)
      : deletion.delete(this.get(name).name, requiredUid(query, name), query.force === true);
  }

  async retry(name: string): Promise<Snapshot> {
    return this.options.provider.retrySnapshot(this.get(name).name);
  }
}
