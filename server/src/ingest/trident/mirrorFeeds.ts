/** Trident’s objects of the namespace, followed for as long as somebody looks. What they mean is the caller’s. */
import { z } from 'zod';
import { KubernetesError } from '../../providers/kubernetes/client/kubernetesApi';
import type { StoredObject } from '../../providers/kubernetes/feedStore';
import { ObjectFeed, type FeedHealth } from '../../providers/kubernetes/objectFeed';
import type { KubernetesServices } from '../../providers/kubernetes/services';
import {
  MirrorRelationship,
  MirrorUpdateAction,
  RELATIONSHIPS,
  SNAPSHOT_INFOS,
  SnapshotInfo,
  TRIDENT_GROUP,
  tridentPath,
  UPDATES
} from './tridentObjects';

export class MirrorFeeds {
  readonly relationships: ObjectFeed<MirrorRelationship>;
  readonly updates: ObjectFeed<MirrorUpdateAction>;
  /** Empty where the account may not read them: mirrors are told without. */
  readonly snapshotInfos: ObjectFeed<SnapshotInfo>;
  /** When both were last asked for where no watch tells of changes. */
  private readAt = new Date();
  private listed = false;
  /** Known by discovery, where the account may not list: it is refused also what the cluster does not have. */
  private groupIsAbsent = false;

  constructor(
    private readonly services: KubernetesServices,
    changed: () => void
  ) {
    const feed = <T extends StoredObject>(resource: string, item: z.ZodType<T>): ObjectFeed<T> => {
      const made: ObjectFeed<T> = new ObjectFeed<T>({
        api: services.api,
        path: tridentPath(services.namespace, resource),
        item,
        mayWatch: () => services.rights.may('watch', TRIDENT_GROUP, resource) !== false,
        changed: () => {
          if (!made.inBulk) {
            changed();
          }
        },
        bulkChanged: () => {
          this.listed ||= resource === RELATIONSHIPS;
          changed();
        },
        healthChanged: changed
      });
      return made;
    };
    this.relationships = feed(RELATIONSHIPS, MirrorRelationship);
    this.updates = feed(UPDATES, MirrorUpdateAction);
    this.snapshotInfos = feed(SNAPSHOT_INFOS, SnapshotInfo);
  }

  /** Resolves when each was told once, or could not be. Never rejects. */
  async open(): Promise<void> {
    await Promise.all(this.all.map(feed => feed.follow({})));
    await this.lookForGroup();
    await this.endWhatIsAbsent();
  }

  /** Looks where nothing tells of changes. Never rejects. */
  async refresh(): Promise<void> {
    const { relationships, updates, snapshotInfos } = this;
    await Promise.all([
      relationships.refresh(),
      isServed(updates.health) ? updates.refresh() : null,
      isReadable(snapshotInfos.health) ? snapshotInfos.refresh() : null
    ]);
    this.readAt = new Date();
    await this.endWhatIsAbsent();
  }

  /** Until when relationships are known to be as they are told. */
  get asOf(): Date {
    return this.relationships.watched ? new Date() : this.readAt;
  }

  /** Whether it is known what relationships there are, or why it is not. A watch counts as current only a little later. */
  get answered(): boolean {
    return this.listed || this.relationships.health.state !== 'starting';
  }

  /** Whether the cluster has relationships at all. */
  get served(): boolean {
    return !this.groupIsAbsent && isServed(this.relationships.health);
  }

  async stop(): Promise<void> {
    await Promise.all(this.all.map(feed => feed.stop()));
  }

  private get all(): readonly Pick<ObjectFeed<StoredObject>, 'follow' | 'stop'>[] {
    return [this.relationships, this.updates, this.snapshotInfos];
  }

  /** A watch would go on asking for what the cluster does not serve. */
  private async endWhatIsAbsent(): Promise<void> {
    const absent = [this.relationships, this.updates].filter(({ health }) => this.groupIsAbsent || !isServed(health));
    await Promise.all(absent.map(one => one.stop()));
    if (this.groupIsAbsent || !isReadable(this.snapshotInfos.health)) {
      await this.snapshotInfos.stop();
    }
  }

  private async lookForGroup(): Promise<void> {
    const { health } = this.relationships;
    if (health.state !== 'broken' || health.error.status !== 403) {
      return;
    }
    try {
      await this.services.api.request({ path: `/apis/${TRIDENT_GROUP}/v1`, schema: z.object({}) });
    } catch (error) {
      this.groupIsAbsent = error instanceof KubernetesError && error.status === 404;
    }
  }
}

const isReadable = (health: FeedHealth): boolean =>
  health.state !== 'broken' || (health.error.status !== 403 && isServed(health));

export const isServed = (health: FeedHealth): boolean => health.state !== 'broken' || health.error.status !== 404;
