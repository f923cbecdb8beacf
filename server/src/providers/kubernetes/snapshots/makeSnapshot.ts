/**
 * Creating a VolumeSnapshot: one write. The same request again gives the same object, also when its answer was lost,
 * by the label `operation` and by the name that was chosen; nothing is kept beyond the process.
 */
import type { CreateSnapshot, Snapshot, SnapshotOrigin, Volume } from '../../../../../contract';
import { ProblemError } from '../../../problemError';
import { clusterProblem } from '../clusterProblem';
import { createNamed, isNameTaken, MakeOnce, NAME_TRIES, outcomeOf, type Tried } from '../makeOnce';
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

/** Makes snapshots, one at a time of each volume. */
export class MakeSnapshot {
  /** By volume: what is being asked of the cluster now. */
  private readonly asking = new Map<string, { readonly name: string; readonly label: string }>();
  private readonly once: MakeOnce<VolumeSnapshot, Snapshot>;

  constructor(
    private readonly services: KubernetesServices,
    private readonly snapshots: ObservedSnapshots
  ) {
    this.once = new MakeOnce({
      api: services.api,
      path: paths.snapshots(services.namespace),
      item: VolumeSnapshot,
      followed: snapshots,
      show: known => snapshots.written(known),
      unclear: 'Whether the snapshot was made before can’t be found out.'
    });
  }

  /** Resolves with the pending snapshot, or with what the same key made before. */
  make(wanted: Wanted): Promise<Snapshot> {
    return this.once.make(wanted.operationKey, () => this.makeNew(wanted));
  }

  /** What is known of an earlier try. */
  tried(operationKey: string | null): Tried {
    return this.once.tried(operationKey);
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
          if (!isNameTaken(error) || tries === NAME_TRIES) {
            throw error;
          }
          name = snapshotName(record.claim, new Date(), 4 + tries);
        }
      }
    } catch (error) {
      // A class that was deleted or added since shows at the next look.
      void classes.refresh(true);
      const made = `the snapshot of ${volume.name} was made`;
      throw clusterProblem(error, { ...attempt, what: outcomeOf(error, { notMade: attempt.what, made }) });
    }
  }

  private create(name: string, body: object): Promise<VolumeSnapshot> {
    const { api, namespace } = this.services;
    return createNamed(api, { path: paths.snapshots(namespace), name, body, schema: VolumeSnapshot });
  }
}
