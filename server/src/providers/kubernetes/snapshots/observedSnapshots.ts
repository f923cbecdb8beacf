/** The snapshots of the own volumes as the cluster tells them, put into the index; and what runs on them. */
import { clusterProblem } from '../clusterProblem';
import { FollowedObjects } from '../followedObjects';
import { labels } from '../names';
import type { FeedHealth } from '../objectFeed';
import { isOurs } from '../objectMarks';
import type { ObservedOperations } from '../observedOperations';
import { paths, SNAPSHOT_GROUP, VolumeSnapshot } from '../resources';
import type { KubernetesServices } from '../services';
import type { Elsewhere, Snapshot } from '../../../../../contract';
import { describeSnapshot, volumeOf } from './describeSnapshot';

export interface ObservedSnapshotsOptions {
  readonly services: KubernetesServices;
  readonly operations: ObservedOperations;
  /** Snapshots changed; called once for all that was told at once. */
  readonly changed: () => void;
  /** Their health, or how much is known of those made elsewhere, changed. */
  readonly healthChanged: () => void;
}

/** On a claim while a snapshot of it is not ready (external-snapshotter pkg/utils). */
const AS_SOURCE = 'snapshot.storage.kubernetes.io/pvc-as-source-protection';

/** All snapshots that concern the own volumes. */
export class ObservedSnapshots {
  private readonly followed: FollowedObjects<VolumeSnapshot>;
  private claims: ReadonlySet<string> = new Set();

  constructor(private readonly options: ObservedSnapshotsOptions) {
    const { services, changed, healthChanged } = options;
    this.followed = new FollowedObjects({
      services,
      group: SNAPSHOT_GROUP,
      resource: 'volumesnapshots',
      path: paths.snapshots(services.namespace),
      item: VolumeSnapshot,
      label: labels.volumeId,
      concerns: one => volumeOf(one, this.followed.byVolumeId, this.claims) !== null,
      show: name => this.show(name),
      changed,
      healthChanged
    });
  }

  get health(): FeedHealth {
    return this.followed.objects.health;
  }

  get watched(): boolean {
    return this.followed.objects.watched;
  }

  /** Whether somebody has to look, for one that is being deleted and not followed. */
  get hasLeaving(): boolean {
    return this.followed.objects.hasLeaving;
  }

  get elsewhere(): Elsewhere | null {
    return this.followed.objects.elsewhere;
  }

  get(name: string): VolumeSnapshot | undefined {
    return this.followed.objects.get(name);
  }

  /** What was made for a request with this key. */
  madeFor(operationKey: string): VolumeSnapshot | undefined {
    return this.followed.madeFor(operationKey);
  }

  /** A snapshot as an own write was answered; shown at once. */
  written(object: VolumeSnapshot): Snapshot {
    this.followed.objects.written(object);
    return this.options.services.index.get('snapshot', object.metadata.name) ?? this.describe(object);
  }

  /** An own deletion was answered as done. */
  removed(object: VolumeSnapshot): void {
    this.followed.objects.removed(object);
  }

  /** Follows the claims as they are now. */
  async follow(): Promise<void> {
    const records = this.options.services.claims.list();
    const before = JSON.stringify([[...this.followed.byVolumeId], [...this.claims]]);
    this.followed.takeClaims();
    this.claims = new Set(records.map(({ claim }) => claim));
    const others = JSON.stringify([[...this.followed.byVolumeId], [...this.claims]]) !== before;
    for (const { metadata, status } of this.followed.objects.all()) {
      // What a failed one says depends on its claim.
      if (others || (status.error ?? null) !== null) {
        this.show(metadata.name);
      }
    }
    await this.followed.follow();
  }

  async refresh(): Promise<void> {
    await Promise.all([this.followed.objects.refresh(), this.followed.events.refresh()]);
  }

  rightsChanged(): void {
    this.followed.objects.rightsChanged();
  }

  lookElsewhere(): Promise<void> {
    const failed = (error: unknown): Elsewhere => ({
      state: 'failed',
      problem: clusterProblem(error, { what: 'Snapshots made elsewhere could not be looked for.' }).problem
    });
    return this.followed.objects.lookElsewhere(failed, this.options.healthChanged);
  }

  stop(): Promise<void> {
    return this.followed.stop();
  }

  private show(name: string): void {
    const { services, operations } = this.options;
    const object = this.followed.objects.get(name);
    const before = services.index.get('snapshot', name);
    const volume = object === undefined ? null : volumeOf(object, this.followed.byVolumeId, this.claims);
    if (before !== undefined && before.uid !== object?.metadata.uid) {
      this.followed.forget(before.uid);
      operations.gone(before);
    }
    if (object === undefined || volume === null) {
      services.index.remove('snapshot', name);
    } else {
      const snapshot = this.describe(object);
      this.attend(snapshot);
      services.index.upsert(snapshot);
      if (isOurs(object.metadata)) {
        operations.observe(snapshot);
      }
    }
    this.followed.tell();
  }

  private describe(object: VolumeSnapshot): Snapshot {
    const { metadata, status } = object;
    const id =
      volumeOf(object, this.followed.byVolumeId, this.claims) ?? object.spec.source.persistentVolumeClaimName ?? '';
    const error = status.readyToUse === true ? null : (status.error ?? null);
    if (error === null) {
      this.followed.patience.forget(metadata.uid);
    }
    const event = this.followed.events.newest(metadata.uid);
    return describeSnapshot(object, {
      volume: { id, name: this.options.services.claims.get(id)?.volume.name ?? id },
      keepsClaim: this.options.services.claims.get(id)?.object?.metadata.finalizers.includes(AS_SOURCE) === true,
      patienceOver: error !== null && this.followed.patience.isOver(metadata.uid, error.time ?? null),
      event: event === null ? null : event.message
    });
  }

  private attend({ uid, state }: Snapshot): void {
    if (state.phase === 'pending') {
      this.followed.events.attend(uid);
    } else {
      this.followed.forget(uid, state.phase === 'failed');
    }
  }
}
