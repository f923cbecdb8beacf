/**
 * What snapshots and clones of the own volumes share: objects that carry a volume's id in a label are followed, with
 * what only time and Events tell of each. What an object means is its user's.
 */
import type { z } from 'zod';
import { LabelledObjects } from './labelledObjects';
import { labels } from './names';
import { ObjectEvents } from './objectEvents';
import { isOurs } from './objectMarks';
import { Patience } from './patience';
import type { ObjectMetadata } from './resources';
import type { KubernetesServices } from './services';

export interface FollowedObjectsOptions<T> {
  readonly services: KubernetesServices;
  readonly group: string;
  readonly resource: string;
  readonly path: string;
  readonly item: z.ZodType<T>;
  /** The label whose values are the own volumes' ids. */
  readonly label: string;
  /** Whether an object without the label is of interest. */
  readonly concerns: (item: T) => boolean;
  /** An object came, changed or went, or something is known of it that it does not tell itself. */
  readonly show: (name: string) => void;
  /** Something was shown; called once for all that was told at once. */
  readonly changed: () => void;
  readonly healthChanged: () => void;
}

/** Objects of one kind. */
export class FollowedObjects<T extends { readonly metadata: z.infer<typeof ObjectMetadata> }> {
  readonly objects: LabelledObjects<T>;
  readonly events: ObjectEvents;
  readonly patience: Patience;
  private volumes: ReadonlyMap<string, string> = new Map();

  constructor(private readonly options: FollowedObjectsOptions<T>) {
    const { services, show, changed, ...followed } = options;
    const { api, rights } = services;
    this.patience = new Patience(uid => this.showUid(uid));
    this.events = new ObjectEvents({ services, told: uid => this.showUid(uid) });
    this.objects = new LabelledObjects({ api, rights, ...followed, changed: show, bulkChanged: changed });
  }

  /** Names of the own claims by their volume ids, as of the last `follow`. */
  get byVolumeId(): ReadonlyMap<string, string> {
    return this.volumes;
  }

  /** What was made for a request with this key. */
  madeFor(operationKey: string): T | undefined {
    for (const one of this.objects.all()) {
      if (one.metadata.labels[labels.operation] === operationKey && isOurs(one.metadata)) {
        return one;
      }
    }
    return undefined;
  }

  /** Takes the claims as they are now; `follow` then follows theirs. */
  takeClaims(): void {
    const records = this.options.services.claims.list();
    this.volumes = new Map(
      records.flatMap(({ volumeId, claim }) => (volumeId === null ? [] : [[volumeId, claim] as const]))
    );
  }

  /** Follows the objects of the claims that were taken. Never rejects. */
  follow(): Promise<void> {
    return this.objects.follow([...this.volumes.keys()]);
  }

  /** Something was shown. */
  tell(): void {
    if (!this.objects.inBulk) {
      this.options.changed();
    }
  }

  /** Events tell nothing more of it, and how long it was waited for counts no more, unless that is kept. */
  forget(uid: string, keepPatience = false): void {
    // Ending a watch can't fail in a way that anybody could act on.
    void this.events.dismiss(uid);
    if (!keepPatience) {
      this.patience.forget(uid);
    }
  }

  async stop(): Promise<void> {
    this.patience.dispose();
    await Promise.all([this.events.dispose(), this.objects.stop()]);
  }

  private showUid(uid: string): void {
    for (const one of this.objects.all()) {
      if (one.metadata.uid === uid) {
        this.options.show(one.metadata.name);
        return;
      }
    }
  }
}
