/** Clones of the own volumes as the cluster tells them, put into the index; and what runs on them. */
import type { Clone } from '../../../../../contract';
import { FollowedObjects } from '../followedObjects';
import { labels } from '../names';
import type { FeedHealth } from '../objectFeed';
import { instantOf, isOurs } from '../objectMarks';
import { cloneId, cloneNameIn } from '../objectNames';
import type { ObservedOperations } from '../observedOperations';
import { paths } from '../resources';
import type { KubernetesServices } from '../services';
import { labelOf } from '../snapshots/describeSnapshot';
import { PersistentVolumeClaim } from '../volumes/claimResource';
import { ClaimUsers } from './claimUsers';
import { dataSource, sourceMark } from './cloneSourceMark';
import { createdOf, describeClone } from './describeClone';

export interface ObservedClonesOptions {
  readonly services: KubernetesServices;
  readonly operations: ObservedOperations;
  /** Clones changed; called once for all that was told at once. */
  readonly changed: () => void;
  readonly healthChanged: () => void;
}

/** All claims that hold a copy of the own volumes' data. */
export class ObservedClones {
  readonly users: ClaimUsers;
  private readonly followed: FollowedObjects<PersistentVolumeClaim>;

  constructor(private readonly options: ObservedClonesOptions) {
    const { services, changed, healthChanged } = options;
    this.users = new ClaimUsers(services);
    this.followed = new FollowedObjects({
      services,
      group: '',
      resource: 'persistentvolumeclaims',
      path: paths.claims(services.namespace),
      item: PersistentVolumeClaim,
      label: labels.sourceVolumeId,
      concerns: one => this.sourceOf(one) !== null,
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

  get(id: string): PersistentVolumeClaim | undefined {
    return this.followed.objects.get(id);
  }

  /** What was made for a request with this key. */
  madeFor(operationKey: string): PersistentVolumeClaim | undefined {
    return this.followed.madeFor(operationKey);
  }

  /** A clone as an own write was answered; shown at once. null: it is no clone of an own volume. */
  written(object: PersistentVolumeClaim): Clone | null {
    this.followed.objects.written(object);
    return this.options.services.index.get('clone', object.metadata.name) ?? this.describe(object);
  }

  /** Follows the clones of the claims as they are now. */
  async follow(): Promise<void> {
    this.followed.takeClaims();
    await this.followed.follow();
  }

  async refresh(): Promise<void> {
    await Promise.all([this.followed.objects.refresh(), this.followed.events.refresh(), this.lookAtUsers()]);
  }

  rightsChanged(): void {
    this.followed.objects.rightsChanged();
  }

  /** Snapshots, claims or classes changed: whether a source is there, and what it is called, may have too. */
  showAll(): void {
    for (const one of this.followed.objects.all()) {
      this.show(one.metadata.name);
    }
  }

  stop(): Promise<void> {
    return this.followed.stop();
  }

  private async lookAtUsers(): Promise<void> {
    if (this.options.services.index.all('clone').length > 0) {
      await this.users.look();
      this.showAll();
    }
  }

  private show(name: string): void {
    const { services, operations } = this.options;
    const object = this.followed.objects.get(name);
    const before = services.index.get('clone', name);
    const clone = object === undefined ? null : this.describe(object);
    if (before !== undefined && before.uid !== clone?.uid) {
      this.followed.forget(before.uid);
      operations.gone(before);
    }
    if (object === undefined || clone === null) {
      if (before !== undefined) {
        services.index.remove('clone', name);
        this.followed.tell();
      }
      return;
    }
    this.attend(clone);
    services.index.upsert(clone);
    if (isOurs(object.metadata)) {
      operations.observe(clone);
    }
    this.followed.tell();
  }

  private describe(object: PersistentVolumeClaim): Clone | null {
    const source = this.sourceOf(object);
    if (source === null) {
      return null;
    }
    const { services } = this.options;
    const { uid, name } = object.metadata;
    const pending = object.status.phase === 'Pending' && object.metadata.deletionTimestamp === undefined;
    const here = services.claims.get(name)?.volume;
    return describeClone(object, {
      source,
      usedBy: this.users.of(name),
      mount: here === undefined ? null : { path: here.mountPath, browsePath: here.browsePath },
      bindingMode: services.classes.volumeClass(object.spec.storageClassName)?.volumeBindingMode ?? null,
      event: this.followed.events.newest(uid),
      patienceOver: pending && this.followed.patience.isOver(uid, null)
    });
  }

  /** Where its data is from; null: not from an own volume. */
  private sourceOf(object: PersistentVolumeClaim): Clone['source'] | null {
    const { claims, index } = this.options.services;
    const mark = sourceMark(object);
    const direct = dataSource(object);
    const id = object.metadata.labels[labels.sourceVolumeId];
    const snapshot = direct?.kind === 'snapshot' ? index.get('snapshot', direct.name) : undefined;
    const volume =
      id === undefined
        ? (snapshot?.volume ?? (direct?.kind === 'volume' ? claims.get(direct.name)?.claim : undefined))
        : this.followed.byVolumeId.get(id);
    if (volume === undefined || (mark === null && direct === null)) {
      return null;
    }
    // Others of the namespace can write any label on clones of their own claims, but not name them like ours.
    const { name: own } = object.metadata;
    if (id !== undefined && cloneId(volume, cloneNameIn(own) ?? '') !== own) {
      return null;
    }
    const volumeName = claims.get(volume)?.volume.name ?? volume;
    if (mark !== null) {
      const { kind, name, label } = mark;
      const createdAt = instantOf(mark.createdAt, createdOf(object));
      return { kind, name, label, volume, volumeName, createdAt, exists: this.exists(mark) };
    }
    const { kind, name } = direct ?? { kind: 'volume', name: volume };
    return {
      kind,
      name,
      label: snapshot === undefined ? name : labelOf(snapshot),
      volume,
      volumeName,
      createdAt: snapshot?.createdAt ?? createdOf(object),
      exists: this.exists({ kind, name, uid: null })
    };
  }

  private exists({ kind, name, uid }: { kind: 'snapshot' | 'volume'; name: string; uid: string | null }): boolean {
    const { claims, index } = this.options.services;
    const found = kind === 'snapshot' ? index.get('snapshot', name)?.uid : claims.get(name)?.object?.metadata.uid;
    return found !== undefined && (uid === null || found === uid);
  }

  private attend({ uid, state }: Clone): void {
    if (state.phase === 'pending' && state.awaitsUse !== true) {
      this.followed.events.attend(uid);
    } else if (state.phase !== 'failed' && state.phase !== 'pending') {
      this.followed.forget(uid);
    }
  }
}
