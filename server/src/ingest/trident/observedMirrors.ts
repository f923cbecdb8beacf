/**
 * Mirrors of the claims that this server mounts, as Trident’s objects tell them. They are followed from the first time
 * that somebody asks until nobody has looked for a while: then what was told last stays, with until when it was so.
 */
import type { Mirror } from '../../../../contract';
import { labels } from '../../providers/kubernetes/names';
import { isOurs } from '../../providers/kubernetes/objectMarks';
import type { KubernetesServices } from '../../providers/kubernetes/services';
import type { Intent } from '../../providers/provider';
import type { TridentMirror } from '../model/tridentMirror';
import { describeMirror, type TridentAbilities } from './describeMirror';
import { describeUpdate, isUnderWay } from './describeUpdate';
import { MirrorActions } from './mirrorActions';
import { isServed, MirrorFeeds } from './mirrorFeeds';
import { grantWords, sourceOf, unanswered } from './mirrorsTold';
import type { MirrorSourceTrident, SeenMirror, TridentMirrors } from './mirrorSourceTrident';
import { claimOf, RELATIONSHIPS, UPDATES, type MirrorRelationship, type MirrorUpdateAction } from './tridentObjects';
import { RememberedUpdates } from './rememberedUpdates';
import { TridentRights } from './tridentRights';
import { whicheverIsFirst } from './whicheverIsFirst';

export interface ObservedMirrorsOptions {
  readonly services: KubernetesServices;
  /** How long it is followed after the last question, in ms: while a client follows the event stream, and without. */
  readonly idleMs?: { readonly followed: number; readonly alone: number };
}

const IDLE_MS = { followed: 300_000, alone: 60_000 };
/** What the cluster did not serve is asked for again after this. */
const ABSENT_MS = 60_000;

const NOT_ASKED: TridentMirrors = {
  mirrors: [],
  source: { state: 'absent', reason: 'Nobody has asked for mirrors yet.' }
};

export class ObservedMirrors implements MirrorSourceTrident {
  private readonly rights: TridentRights;
  private readonly actions: MirrorActions;
  private readonly remembered = new RememberedUpdates();
  private readonly listeners = new Set<() => void>();
  private readonly unsubscribe: () => void;
  private feeds: MirrorFeeds | null = null;
  private opening: Promise<void> | null = null;
  private closing: Promise<void> = Promise.resolve();
  private openedAt = 0;
  private toldLast = NOT_ASKED;
  private clients = 0;
  private idle: NodeJS.Timeout | null = null;
  private stopped = false;

  constructor(private readonly options: ObservedMirrorsOptions) {
    const { services } = options;
    this.rights = new TridentRights(services);
    this.actions = new MirrorActions({
      services,
      feeds: () => this.feeds,
      describe: object => this.describe(object),
      newest: mirror => this.newestUpdate(mirror),
      isOwn: action => this.isOwn(action),
      remembered: this.remembered,
      changed: () => this.tell()
    });
    this.unsubscribe = services.claims.onChange(() => this.tell());
  }

  async list(signal?: AbortSignal): Promise<TridentMirrors> {
    if (!this.stopped) {
      this.touch();
      await whicheverIsFirst(Promise.all([this.read(), this.rights.look(signal)]), signal);
    }
    return this.current();
  }

  current(): TridentMirrors {
    const { feeds } = this;
    if (feeds === null) {
      return this.toldLast;
    }
    if (!feeds.answered) {
      return { mirrors: this.toldLast.mirrors, source: unanswered(this.toldLast.source) };
    }
    this.toldLast = { mirrors: this.mirrors(feeds), source: sourceOf(feeds, this.options.services.namespace) };
    return this.toldLast;
  }

  follow(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  followers(count: number): void {
    this.clients = count;
    if (this.idle !== null) {
      this.touch();
    }
  }

  async update(id: string, intent: Intent): Promise<Mirror> {
    await this.list();
    return this.actions.update(id, intent);
  }

  async cancel(id: string): Promise<Mirror> {
    await this.list();
    return this.actions.cancel(id);
  }

  async promote(seen: SeenMirror): Promise<Mirror> {
    await this.list();
    return this.actions.promote(seen);
  }

  async resync(seen: SeenMirror): Promise<Mirror> {
    await this.list();
    return this.actions.resync(seen);
  }

  async stop(): Promise<void> {
    this.stopped = true;
    this.unsubscribe();
    this.listeners.clear();
    this.close();
    await Promise.all([this.closing, this.opening]);
  }

  /** Begins to follow, or looks again where nothing tells of changes. */
  private async read(): Promise<void> {
    const { feeds } = this;
    if (feeds !== null && !feeds.served && performance.now() - this.openedAt > ABSENT_MS) {
      this.end();
    }
    if (this.feeds === null) {
      const opened = new MirrorFeeds(this.options.services, () => this.tell());
      this.feeds = opened;
      this.openedAt = performance.now();
      this.opening = opened.open().finally(() => (this.opening = null));
    }
    await (this.opening ?? this.feeds.refresh());
  }

  /** Somebody looks: the pause after which it ends begins anew. */
  private touch(): void {
    const { followed, alone } = this.options.idleMs ?? IDLE_MS;
    clearTimeout(this.idle ?? undefined);
    this.idle = setTimeout(() => this.close(), this.clients > 0 ? followed : alone);
    this.idle.unref();
  }

  private close(): void {
    clearTimeout(this.idle ?? undefined);
    this.idle = null;
    this.current();
    this.end();
  }

  private end(): void {
    const { feeds } = this;
    this.feeds = null;
    if (feeds !== null) {
      this.closing = Promise.all([this.closing, feeds.stop()]).then(() => undefined);
    }
  }

  private tell(): void {
    if (this.feeds !== null && !this.stopped) {
      this.listeners.forEach(listener => listener());
    }
  }

  private mirrors(feeds: MirrorFeeds): TridentMirror[] {
    return [...feeds.relationships.all()]
      .flatMap(object => this.describe(object) ?? [])
      .sort((a, b) => (a.mirror.id < b.mirror.id ? -1 : 1));
  }

  /** null: of a claim that this server does not mount. */
  private describe(object: MirrorRelationship): TridentMirror | null {
    const record = this.options.services.claims.get(claimOf(object));
    if (record === undefined) {
      return null;
    }
    const { name } = object.metadata;
    const newest = this.newestUpdate(name);
    const mayDelete = this.rights.capability({ verb: 'delete', resource: UPDATES });
    const told = newest === undefined ? null : describeUpdate(newest, { isOurs: this.isOwn(newest), mayDelete });
    const update = this.remembered.lastOf(name, told);
    const snapshotOf = (handle: string): string | null => this.snapshotOf(handle);
    return describeMirror(object, { volumeName: record.volume.name, update, may: this.may(), snapshotOf });
  }

  private snapshotOf(handle: string): string | null {
    const infos = [...(this.feeds?.snapshotInfos.all() ?? [])];
    return infos.find(({ status }) => status.snapshotHandle === handle)?.spec.snapshotName || null;
  }

  private may(): TridentAbilities {
    const patch = this.rights.capability({ verb: 'patch', resource: RELATIONSHIPS });
    const health = this.feeds?.updates.health;
    if (health?.state !== 'broken' || (isServed(health) && health.error.status !== 403)) {
      return { patch, update: this.rights.capability({ verb: 'create', resource: UPDATES }) };
    }
    const update = isServed(health)
      ? {
          available: false as const,
          reason: 'This account may not read updates, so that nothing would tell how one goes.',
          fix: grantWords(UPDATES, this.options.services.namespace)
        }
      : {
          available: false as const,
          reason: `This cluster serves no ${UPDATES}.`,
          fix: 'An admin can update Trident.'
        };
    return { patch, update };
  }

  /** Times in the cluster are of whole seconds: of two in one second, the one that is under way counts. */
  private newestUpdate(mirror: string): MirrorUpdateAction | undefined {
    const rank = (action: MirrorUpdateAction): string =>
      `${action.metadata.creationTimestamp} ${isUnderWay(action) ? 1 : 0} ${action.metadata.name}`;
    return [...(this.feeds?.updates.all() ?? [])]
      .filter(({ spec }) => spec.tridentMirrorRelationshipName === mirror)
      .filter(({ metadata }) => !this.remembered.isTakenBack(mirror, metadata.name))
      .reduce<MirrorUpdateAction | undefined>(
        (newest, one) => (newest === undefined || rank(one) > rank(newest) ? one : newest),
        undefined
      );
  }

  private isOwn({ metadata }: MirrorUpdateAction): boolean {
    const owner = this.options.services.ownerLabel() ?? undefined;
    return isOurs(metadata) && metadata.labels[labels.owner] === owner;
  }
}
