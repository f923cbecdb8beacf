/** The snapshots of the own volumes as the cluster tells them, put into the index; and what runs on them. */
import { clusterProblem } from '../clusterProblem';
import { labels } from '../names';
import { LabelledObjects } from '../labelledObjects';
import type { FeedHealth } from '../objectFeed';
import { ObjectEvents } from '../objectEvents';
import { isOurs } from '../objectMarks';
import type { ObservedOperations } from '../observedOperations';
import { Patience } from '../patience';
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
  private readonly objects: LabelledObjects<VolumeSnapshot>;
  private readonly patience: Patience;
  private readonly events: ObjectEvents;
  private byVolumeId: ReadonlyMap<string, string> = new Map();
  private claims: ReadonlySet<string> = new Set();

  constructor(private readonly options: ObservedSnapshotsOptions) {
    const { services, changed, healthChanged } = options;
    this.patience = new Patience(uid => this.showUid(uid));
    this.events = new ObjectEvents({ services, told: uid => this.showUid(uid) });
    this.objects = new LabelledObjects({
      api: services.api,
      rights: services.rights,
      group: SNAPSHOT_GROUP,
      resource: 'volumesnapshots',
      path: paths.snapshots(services.namespace),
      item: VolumeSnapshot,
      label: labels.volumeId,
      concerns: one => volumeOf(one, this.byVolumeId, this.claims) !== null,
      changed: name => this.show(name),
      bulkChanged: changed,
      healthChanged
    });
  }

  get health(): FeedHealth {
    return this.objects.health;
  }

  get watched(): boolean {
    return this.objects.watched;
  }

  /** Whether somebody has to look, for one that is being deleted and not followed. */
  get hasLeaving(): boolean {
    return this.objects.hasLeaving;
  }

  get elsewhere(): Elsewhere | null {
    return this.objects.elsewhere;
  }

  get(name: string): VolumeSnapshot | undefined {
    return this.objects.get(name);
  }

  /** What was made for a request with this key. */
  madeFor(operationKey: string): VolumeSnapshot | undefined {
    for (const one of this.objects.all()) {
      if (one.metadata.labels[labels.operation] === operationKey && isOurs(one.metadata)) {
        return one;
      }
    }
    return undefined;
  }

  /** A snapshot as an own write was answered; shown at once. */
  written(object: VolumeSnapshot): Snapshot {
    this.objects.written(object);
    return this.options.services.index.get('snapshot', object.metadata.name) ?? this.describe(object);
  }

  /** An own deletion was answered as done. */
  removed(object: VolumeSnapshot): void {
    this.objects.removed(object);
  }

  /** Follows the claims as they are now. */
  async follow(): Promise<void> {
    const records = this.options.services.claims.list();
    const before = JSON.stringify([[...this.byVolumeId], [...this.claims]]);
    this.byVolumeId = new Map(
      records.flatMap(({ volumeId, claim }) => (volumeId === null ? [] : [[volumeId, claim] as const]))
    );
    this.claims = new Set(records.map(({ claim }) => claim));
    const others = JSON.stringify([[...this.byVolumeId], [...this.claims]]) !== before;
    for (const { metadata, status } of this.objects.all()) {
      // What a failed one says depends on its claim.
      if (others || (status.error ?? null) !== null) {
        this.show(metadata.name);
      }
    }
    await this.objects.follow([...this.byVolumeId.keys()]);
  }

  async refresh(): Promise<void> {
    await Promise.all([this.objects.refresh(), this.events.refresh()]);
  }

  rightsChanged(): void {
    this.objects.rightsChanged();
  }

  lookElsewhere(): Promise<void> {
    const failed = (error: unknown): Elsewhere => ({
      state: 'failed',
      problem: clusterProblem(error, { what: 'Snapshots made elsewhere could not be looked for.' }).problem
    });
    return this.objects.lookElsewhere(failed, this.options.healthChanged);
  }

  async stop(): Promise<void> {
    this.patience.dispose();
    await Promise.all([this.events.dispose(), this.objects.stop()]);
  }

  private showUid(uid: string): void {
    for (const one of this.objects.all()) {
      if (one.metadata.uid === uid) {
        this.show(one.metadata.name);
        return;
      }
    }
  }

  private show(name: string): void {
    const { services, operations } = this.options;
    const object = this.objects.get(name);
    const before = services.index.get('snapshot', name);
    const volume = object === undefined ? null : volumeOf(object, this.byVolumeId, this.claims);
    if (before !== undefined && before.uid !== object?.metadata.uid) {
      this.forget(before.uid);
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
    this.tell();
  }

  private tell(): void {
    if (!this.objects.inBulk) {
      this.options.changed();
    }
  }

  private describe(object: VolumeSnapshot): Snapshot {
    const { metadata, status } = object;
    const id = volumeOf(object, this.byVolumeId, this.claims) ?? object.spec.source.persistentVolumeClaimName ?? '';
    const error = status.readyToUse === true ? null : (status.error ?? null);
    if (error === null) {
      this.patience.forget(metadata.uid);
    }
    const event = this.events.newest(metadata.uid);
    return describeSnapshot(object, {
      volume: { id, name: this.options.services.claims.get(id)?.volume.name ?? id },
      keepsClaim: this.options.services.claims.get(id)?.object?.metadata.finalizers.includes(AS_SOURCE) === true,
      patienceOver: error !== null && this.patience.isOver(metadata.uid, error.time ?? null),
      event: event === null ? null : event.message
    });
  }

  private attend({ uid, state }: Snapshot): void {
    if (state.phase === 'pending') {
      this.events.attend(uid);
    } else {
      this.forget(uid, state.phase === 'failed');
    }
  }

  private forget(uid: string, keepPatience = false): void {
    // Ending a watch can't fail in a way that anybody could act on.
    void this.events.dismiss(uid);
    if (!keepPatience) {
      this.patience.forget(uid);
    }
  }
}
