/** The restores of the own volumes as the cluster tells them, put into the index; and what runs on them. */
import type { Restore, RestoreChanges } from '../../../../../contract';
import { KubernetesError } from '../client/kubernetesApi';
import { GROUP, labels } from '../names';
import { ObjectFeed, type FeedHealth } from '../objectFeed';
import { isOurs } from '../objectMarks';
import type { ObservedOperations } from '../observedOperations';
import { Patience } from '../patience';
import type { KubernetesServices } from '../services';
import { labelOf } from '../snapshots/describeSnapshot';
import { restorePath, RESTORE_RESOURCE, type VolumeRestore } from '../volumeRestore';
import { describeRestore } from './describeRestore';
import { restoreOperation, restoreOperationId } from './restoreOperation';
import { ShownRestore } from './shownRestore';

export interface ObservedRestoresOptions {
  readonly services: KubernetesServices;
  readonly operations: ObservedOperations;
  /** Restores changed; called once for all that was told at once. */
  readonly changed: () => void;
  readonly healthChanged: () => void;
  /** Whether each snapshot of the own volumes that is there is in the index. */
  readonly knowsSnapshots: () => boolean;
  /** How long a controller has to begin with a plan, ms. */
  readonly answerWithinMs?: number;
}

/** A controller that is there begins with a plan within a second or two. */
const ANSWER_WITHIN_MS = 10_000;

/** All restores of the own volumes. */
export class ObservedRestores {
  private readonly objects: ObjectFeed<VolumeRestore>;
  private readonly patience: Patience;
  private byVolumeId: ReadonlyMap<string, string> = new Map();
  /** By uid: what was found out here of what a planned one would change. */
  private readonly changes = new Map<string, RestoreChanges>();

  constructor(private readonly options: ObservedRestoresOptions) {
    const { services, changed, healthChanged, answerWithinMs = ANSWER_WITHIN_MS } = options;
    this.patience = new Patience(uid => this.showUid(uid), answerWithinMs);
    this.objects = new ObjectFeed({
      api: services.api,
      path: restorePath(services.namespace),
      item: ShownRestore,
      mayWatch: () => services.rights.may('watch', GROUP, RESTORE_RESOURCE) !== false,
      changed: name => this.show(name),
      bulkChanged: changed,
      healthChanged
    });
  }

  get health(): FeedHealth {
    return this.objects.health;
  }

  /** Whether changes come by themselves, or there is nothing to be told of. */
  get watched(): boolean {
    return this.objects.watched || !this.isServed();
  }

  get(name: string): VolumeRestore | undefined {
    return this.objects.get(name);
  }

  /** What a planned restore would change, where this server sees the snapshot; null: it is not found out here. */
  tellChanges(uid: string, changes: RestoreChanges | null): void {
    if (changes === null) {
      this.changes.delete(uid);
    } else {
      this.changes.set(uid, changes);
    }
    this.showUid(uid);
  }

  /** What was made for a request with this key. */
  madeFor(operationKey: string): VolumeRestore | undefined {
    return [...this.objects.all()].find(
      ({ metadata }) => metadata.labels[labels.operation] === operationKey && isOurs(metadata)
    );
  }

  /** A restore as an own write was answered; shown at once. */
  written(object: VolumeRestore): Restore {
    this.objects.written(object);
    return this.options.services.index.get('restore', object.metadata.name) ?? this.describe(object);
  }

  /** Asks for one restore as it is now; undefined: it is gone. */
  async look(name: string): Promise<VolumeRestore | undefined> {
    const { api, namespace } = this.options.services;
    try {
      const path = `${restorePath(namespace)}/${name}`;
      this.objects.written(await api.request({ path, schema: ShownRestore }));
    } catch (error) {
      if (error instanceof KubernetesError && error.status === 404) {
        return undefined;
      }
      throw error;
    }
    return this.get(name);
  }

  /** Follows the restores of the claims as they are now. */
  async follow(): Promise<void> {
    const { claims } = this.options.services;
    this.byVolumeId = new Map(
      claims.list().flatMap(({ volumeId, claim }) => (volumeId === null ? [] : [[volumeId, claim] as const]))
    );
    const ids = [...this.byVolumeId.keys()].sort().join(',');
    this.showAll();
    await this.objects.follow(
      ids === '' || !this.isServed() ? null : { labelSelector: `${labels.volumeId} in (${ids})` }
    );
  }

  async refresh(): Promise<void> {
    await this.objects.refresh();
  }

  rightsChanged(): void {
    this.objects.rightsChanged();
  }

  /** Snapshots or claims changed: what a restore goes back to may have another title. */
  showAll(): void {
    for (const one of this.objects.all()) {
      this.show(one.metadata.name);
    }
  }

  async stop(): Promise<void> {
    this.patience.dispose();
    await this.objects.stop();
  }

  private isServed(): boolean {
    const { rights } = this.options.services;
    return rights.restoresServed() !== false && rights.may('list', GROUP, RESTORE_RESOURCE) !== false;
  }

  private showUid(uid: string): void {
    const found = [...this.objects.all()].find(({ metadata }) => metadata.uid === uid);
    if (found !== undefined) {
      this.show(found.metadata.name);
    }
  }

  private show(name: string): void {
    const { services, operations, changed } = this.options;
    const object = this.objects.get(name);
    const before = services.index.get('restore', name);
    if (before !== undefined && before.uid !== object?.metadata.uid) {
      this.patience.forget(before.uid);
      this.changes.delete(before.uid);
      operations.remove(restoreOperationId(before.uid));
    }
    if (object === undefined || !this.isOwn(object)) {
      services.index.remove('restore', name);
    } else {
      const restore = this.describe(object);
      services.index.upsert(restore);
      const { operation, shown } = restoreOperation(restore, object);
      if (shown) {
        operations.tell(operation);
      } else {
        operations.remove(operation.id);
      }
    }
    if (!this.objects.inBulk) {
      changed();
    }
  }

  private keptSnapshot(name: string | null | undefined): string | null | undefined {
    const { services, knowsSnapshots } = this.options;
    if (!name || !knowsSnapshots()) {
      return undefined;
    }
    const snapshot = services.index.get('snapshot', name);
    return snapshot === undefined || snapshot.state.phase === 'deleting' ? null : snapshot.uid;
  }

  /** Others of the namespace can write any label on restores of their own claims. */
  private isOwn({ metadata, spec }: VolumeRestore): boolean {
    return this.byVolumeId.get(metadata.labels[labels.volumeId] ?? '') === spec.claimName;
  }

  private describe(object: VolumeRestore): Restore {
    const { index, claims } = this.options.services;
    const { metadata, spec, status } = object;
    const snapshot = index.get('snapshot', spec.snapshotName ?? '');
    // Only what no controller has touched yet: one that works tells by itself what it waits for.
    const untouched = status.phase === '';
    if (!untouched) {
      this.patience.forget(metadata.uid);
    }
    const described = describeRestore(object, {
      volumeName: claims.get(spec.claimName)?.volume.name ?? spec.claimName,
      snapshot: snapshot === undefined ? null : { label: labelOf(snapshot), createdAt: snapshot.createdAt },
      keptSnapshot: this.keptSnapshot(status.undo?.snapshot),
      undone: index.get('restore', spec.undoOf ?? '') ?? null,
      unanswered: untouched && this.patience.isOver(metadata.uid, null),
      now: new Date()
    });
    const changes = this.changes.get(metadata.uid);
    const { plan } = described;
    return plan === null || plan.changes.known || changes === undefined
      ? described
      : { ...described, plan: { ...plan, changes, countable: false } };
  }
}
