/**
 * Creating a VolumeSnapshot: one write. The same request again gives the same object, also when its answer was lost,
 * by the label `operation` and by the name that was chosen; nothing is kept beyond the process.
 */
import type { CreateSnapshot, Snapshot, SnapshotOrigin, Volume } from '../../../../../contract';
import { ProblemError } from '../../../problemError';
import { KubernetesError } from '../client/kubernetesApi';
import { clusterProblem } from '../clusterProblem';
import { labels } from '../names';
import { snapshotName } from '../objectNames';
import { paths, VolumeSnapshot } from '../resources';
import type { KubernetesServices } from '../services';
import type { ClaimRecord } from '../volumes/claims';
import { labelOf } from './describeSnapshot';
import type { ObservedSnapshots } from './observedSnapshots';
import { assertInFuture, assertNoneRuns, assertPossible } from './snapshotChecks';
import { chooseSnapshotClass } from './snapshotClassChoice';
import { snapshotManifest } from './snapshotManifest';

export interface Wanted {
  readonly volume: string;
  readonly request: CreateSnapshot;
  readonly origin: SnapshotOrigin;
  readonly operationKey: string | null;
}

/** A name is taken by chance once in 1.7 million; with each try it has one more character. */
const NAME_TRIES = 3;

/** Makes snapshots, one at a time of each volume. */
export class MakeSnapshot {
  /** By volume: what is being asked of the cluster now. */
  private readonly asking = new Map<string, { readonly name: string; readonly label: string }>();
  private readonly byKey = new Map<string, Promise<Snapshot>>();

  constructor(
    private readonly services: KubernetesServices,
    private readonly snapshots: ObservedSnapshots
  ) {}

  /** Resolves with the pending snapshot, or with what the same key made before. */
  async make(wanted: Wanted): Promise<Snapshot> {
    const { operationKey } = wanted;
    if (operationKey === null) {
      return this.makeNew(wanted);
    }
    const same = this.byKey.get(operationKey);
    if (same !== undefined) {
      return same;
    }
    const made = this.findOrMake(wanted, operationKey).finally(() => this.byKey.delete(operationKey));
    this.byKey.set(operationKey, made);
    return made;
  }

  private async findOrMake(wanted: Wanted, operationKey: string): Promise<Snapshot> {
    const known = this.snapshots.madeFor(operationKey) ?? (await this.askFor(operationKey));
    return known === undefined ? this.makeNew(wanted) : this.snapshots.written(known);
  }

  /** The cluster is asked only where the index may lag behind it. */
  private async askFor(operationKey: string): Promise<VolumeSnapshot | undefined> {
    if (this.snapshots.watched && this.snapshots.health.state === 'current') {
      return undefined;
    }
    const { api, namespace } = this.services;
    try {
      const labelSelector = `${labels.operation}=${operationKey}`;
      const { items } = await api.list({ path: paths.snapshots(namespace), item: VolumeSnapshot, labelSelector });
      return items[0];
    } catch (error) {
      throw clusterProblem(error, { what: 'Whether the snapshot was made before can’t be found out.' });
    }
  }

  private async makeNew(wanted: Wanted): Promise<Snapshot> {
    const { services } = this;
    const record = services.claims.get(wanted.volume);
    const volume = services.index.get('volume', wanted.volume);
    if (record === undefined || volume === undefined) {
      throw new ProblemError('volume-not-found', {
        detail: `There is no volume ${wanted.volume}.`,
        next: 'Look at the list of volumes.',
        object: wanted.volume
      });
    }
    assertPossible(volume, volume.can.snapshot, 'A snapshot');
    assertInFuture(wanted.request.heldUntil, new Date());
    assertNoneRuns(volume, this.running(volume.id));
    const name = snapshotName(record.claim, new Date());
    this.asking.set(volume.id, { name, label: wanted.request.title ?? name });
    try {
      return await this.post(wanted, record, volume, name);
    } finally {
      this.asking.delete(volume.id);
    }
  }

  private running(volume: string): { readonly name: string; readonly label: string } | null {
    const asking = this.asking.get(volume);
    if (asking !== undefined) {
      return asking;
    }
    const pending = this.services.index
      .all('snapshot')
      .find(one => one.volume === volume && one.origin !== 'other' && one.state.phase === 'pending');
    return pending === undefined ? null : { name: pending.name, label: labelOf(pending) };
  }

  private async post(wanted: Wanted, record: ClaimRecord, volume: Volume, firstName: string): Promise<Snapshot> {
    const { services } = this;
    const { classes, claims, snapshotClass, user } = services;
    const choice = chooseSnapshotClass({
      classes: classes.snapshots,
      driver: record.driver,
      configured: snapshotClass
    });
    const attempt = { what: `The snapshot of ${volume.name} was not made.`, object: volume.id };
    if (!choice.possible) {
      throw new ProblemError('not-supported', {
        detail: `${attempt.what} ${choice.reason}`,
        next: choice.fix,
        object: volume.id
      });
    }
    let name = firstName;
    try {
      const volumeId = await claims.markVolumeId(record.claim);
      for (let tries = 1; ; tries += 1) {
        const manifest = snapshotManifest({
          ...wanted,
          name,
          record,
          volumeId,
          className: choice.name,
          user,
          ownerLabel: services.ownerLabel()
        });
        try {
          return this.snapshots.written(await this.create(name, manifest));
        } catch (error) {
          if (!(error instanceof KubernetesError && error.reason === 'AlreadyExists') || tries === NAME_TRIES) {
            throw error;
          }
          name = snapshotName(record.claim, new Date(), 4 + tries);
        }
      }
    } catch (error) {
      // A class that was deleted or added since shows at the next look.
      void classes.refresh(true);
      throw clusterProblem(error, attempt);
    }
  }

  /** One POST. Where its answer was lost, the object of that name is looked for: the name is of this try alone. */
  private async create(name: string, body: object): Promise<VolumeSnapshot> {
    const { api, namespace } = this.services;
    const path = paths.snapshots(namespace);
    try {
      return await api.request({ method: 'POST', path, body, schema: VolumeSnapshot });
    } catch (error) {
      if (!(error instanceof KubernetesError) || (error.status !== 0 && error.status < 500)) {
        throw error;
      }
      return api.request({ path: `${path}/${name}`, schema: VolumeSnapshot }).catch(() => {
        throw error;
      });
    }
  }
}
