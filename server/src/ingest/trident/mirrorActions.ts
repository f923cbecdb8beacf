/**
 * What can be asked of Trident: an update is an object of its own that Trident carries out once; promotion and resync are
 * edits of the relationship. Nothing is decided on what was seen a while ago: the object is looked at right before.
 */
import type { Mirror } from '../../../../contract';
import { KubernetesError } from '../../providers/kubernetes/client/kubernetesApi';
import { clusterProblem } from '../../providers/kubernetes/clusterProblem';
import { DeleteAnswer, deleteOptions } from '../../providers/kubernetes/deleteOptions';
import { createNamed, isNameTaken, MakeOnce, NAME_TRIES, outcomeOf } from '../../providers/kubernetes/makeOnce';
import { labels } from '../../providers/kubernetes/names';
import type { FeedHealth } from '../../providers/kubernetes/objectFeed';
import { isOurs } from '../../providers/kubernetes/objectMarks';
import { keyedName, snapshotName } from '../../providers/kubernetes/objectNames';
import type { KubernetesServices } from '../../providers/kubernetes/services';
import { ProblemError } from '../../problemError';
import type { Intent } from '../../providers/provider';
import type { TridentMirror } from '../model/tridentMirror';
import { describeUpdate, isUnderWay } from './describeUpdate';
import type { MirrorFeeds } from './mirrorFeeds';
import type { SeenMirror } from './mirrorSourceTrident';
import type { RememberedUpdates } from './rememberedUpdates';
import { MirrorRelationship, MirrorUpdateAction, RELATIONSHIPS, tridentPath, UPDATES } from './tridentObjects';
import { updateManifest } from './updateManifest';
import { withoutPromotedSnapshot } from './withoutPromotedSnapshot';

export interface MirrorActionsOptions {
  readonly services: KubernetesServices;
  /** null: nothing is followed. */
  readonly feeds: () => MirrorFeeds | null;
  /** null: of a claim that this server does not mount. */
  readonly describe: (object: MirrorRelationship) => TridentMirror | null;
  readonly newest: (mirror: string) => MirrorUpdateAction | undefined;
  /** Made by this owner with Datamark. */
  readonly isOwn: (action: MirrorUpdateAction) => boolean;
  readonly remembered: RememberedUpdates;
  /** What is remembered changed. */
  readonly changed: () => void;
}

const UNREAD: FeedHealth = { state: 'starting' };

export class MirrorActions {
  private readonly once: MakeOnce<MirrorUpdateAction, Mirror>;
  /** By mirror, what was asked last. */
  private readonly turns = new Map<string, Promise<unknown>>();

  constructor(private readonly options: MirrorActionsOptions) {
    const { services, feeds } = options;
    this.once = new MakeOnce({
      api: services.api,
      path: tridentPath(services.namespace, UPDATES),
      item: MirrorUpdateAction,
      followed: {
        get watched() {
          return feeds()?.updates.watched ?? false;
        },
        get health() {
          return feeds()?.updates.health ?? UNREAD;
        },
        madeFor: key => [...(feeds()?.updates.all() ?? [])].find(one => isMadeFor(one, key))
      },
      show: action => this.shown(action.spec.tridentMirrorRelationshipName, action),
      unclear: 'Whether the update was asked for isn’t known.'
    });
  }

  update(id: string, { operationKey }: Intent): Promise<Mirror> {
    return this.once.make(operationKey, () => this.inTurn(id, () => this.begin(id, operationKey)));
  }

  async cancel(id: string): Promise<Mirror> {
    const { services, newest, feeds } = this.options;
    const { volumeName } = this.known(id);
    const what = `The update of ${volumeName} was not cancelled.`;
    const known = newest(id);
    if (known === undefined) {
      throw notCancellable(id, `${what} None was asked for.`, 'Look at the mirror.');
    }
    const path = `${tridentPath(services.namespace, UPDATES)}/${known.metadata.name}`;
    try {
      const action = await services.api.request({ path, schema: MirrorUpdateAction });
      feeds()?.updates.written(action);
      const { update } = this.shown(id, action) ?? this.known(id);
      if (update?.cancel.available !== true) {
        throw notCancellable(id, `${what} ${update?.cancel.reason ?? ''}`, update?.cancel.fix ?? 'Look at the mirror.');
      }
      const { uid, resourceVersion } = action.metadata;
      await services.api.request({
        method: 'DELETE',
        path,
        body: deleteOptions({ uid, resourceVersion }),
        schema: DeleteAnswer
      });
      const over = { available: false, reason: 'It is cancelled.', fix: 'Nothing needs to be done.' } as const;
      const endedAt = services.api.now().toISOString();
      this.options.remembered.cancelled(id, { ...update, state: 'cancelled', endedAt, cancel: over });
      this.options.changed();
      return this.known(id);
    } catch (error) {
      throw clusterProblem(error, { what, object: id });
    }
  }

  promote(seen: SeenMirror): Promise<Mirror> {
    return this.ask(seen, 'promote', { state: 'promoted' }, 'promoted');
  }

  resync(seen: SeenMirror): Promise<Mirror> {
    return this.ask(seen, 'resync', { state: 'reestablished' }, 'resynchronized');
  }

  /** One after the other for each mirror: the second is to find what the first began. */
  private inTurn<T>(id: string, act: () => Promise<T>): Promise<T> {
    const acted = (this.turns.get(id) ?? Promise.resolve()).then(act);
    this.turns.set(
      id,
      acted.catch(() => undefined)
    );
    return acted;
  }

  private async begin(id: string, operationKey: string | null): Promise<Mirror> {
    const known = this.known(id);
    const notMade = `${known.volumeName} is not updated.`;
    if (!known.can.update.available) {
      const { reason, fix } = known.can.update;
      throw new ProblemError('not-supported', { detail: `${notMade} ${reason}`, next: fix, object: id });
    }
    if (operationKey !== null && this.options.remembered.isTakenBack(id, keyedName(id, operationKey))) {
      return known;
    }
    const running = this.options.newest(id);
    if (running !== undefined && isUnderWay(running)) {
      this.options.remembered.ranAlready(id, running.metadata.name);
      this.options.changed();
      return this.shown(id, running) ?? known;
    }
    try {
      const made = await this.create(id, operationKey);
      this.options.feeds()?.updates.written(made);
      await this.removeOld(id, made.metadata.name);
      return this.shown(id, made) ?? known;
    } catch (error) {
      const made = `the update of ${known.volumeName} was asked for`;
      throw clusterProblem(error, { what: outcomeOf(error, { notMade, made }), object: id });
    }
  }

  private async create(id: string, operationKey: string | null): Promise<MirrorUpdateAction> {
    const { api, namespace, user, ownerLabel } = this.options.services;
    const path = tridentPath(namespace, UPDATES);
    const post = (name: string): Promise<MirrorUpdateAction> => {
      const body = updateManifest({ name, mirror: id, operationKey, user, ownerLabel: ownerLabel() });
      return createNamed(api, { path, name, body, schema: MirrorUpdateAction });
    };
    if (operationKey !== null) {
      // Whoever else is asked with the same key, before or beside this process, finds the name taken.
      const name = keyedName(id, operationKey);
      const same = await this.createOrFind(name, post);
      if (isMadeFor(same, operationKey)) {
        return same;
      }
    }
    for (let tries = 1; ; tries++) {
      try {
        return await post(snapshotName(id, api.now(), 3 + tries));
      } catch (error) {
        if (!isNameTaken(error) || tries === NAME_TRIES) {
          throw error;
        }
      }
    }
  }

  /** The object of that name, made now or before. */
  private async createOrFind(
    name: string,
    post: (name: string) => Promise<MirrorUpdateAction>
  ): Promise<MirrorUpdateAction> {
    const { api, namespace } = this.options.services;
    try {
      return await post(name);
    } catch (error) {
      if (!isNameTaken(error)) {
        throw error;
      }
      return api.request({ path: `${tridentPath(namespace, UPDATES)}/${name}`, schema: MirrorUpdateAction });
    }
  }

  /** Trident deletes none: of the own ones that are over, the last stays, so that a repeated request finds it. */
  private async removeOld(id: string, made: string): Promise<void> {
    const { services, feeds, isOwn } = this.options;
    const over = [...(feeds()?.updates.all() ?? [])]
      .filter(one => one.spec.tridentMirrorRelationshipName === id && one.metadata.name !== made)
      .filter(one => isOwn(one) && !isUnderWay(one))
      .sort((a, b) => (a.metadata.creationTimestamp < b.metadata.creationTimestamp ? 1 : -1))
      .slice(1);
    const removals = over.map(({ metadata }) =>
      services.api.request({
        method: 'DELETE',
        path: `${tridentPath(services.namespace, UPDATES)}/${metadata.name}`,
        body: deleteOptions({ uid: metadata.uid, resourceVersion: metadata.resourceVersion }),
        schema: DeleteAnswer
      })
    );
    for (const removal of await Promise.allSettled(removals)) {
      if (removal.status === 'rejected') {
        services.log.warn({ err: removal.reason as unknown, mirror: id }, 'an old update of a mirror stays');
      }
    }
  }

  private async ask(
    seen: SeenMirror,
    action: 'promote' | 'resync',
    change: { readonly state: string },
    done: string
  ): Promise<Mirror> {
    const { services, feeds, describe } = this.options;
    const { id } = seen;
    const { api, namespace } = services;
    const what = `${this.known(id).volumeName} is not ${done}.`;
    const path = `${tridentPath(namespace, RELATIONSHIPS)}/${id}`;
    try {
      const object = await api.request({ path, schema: MirrorRelationship });
      feeds()?.relationships.written(object);
      const current = describe(object)?.mirror;
      if (current === undefined || current.uid !== seen.uid || current.stateAsTold !== seen.stateAsTold) {
        const next = 'Look at the mirror again, then decide.';
        throw new ProblemError('object-changed', { detail: `${what} It was changed meanwhile.`, next, object: id });
      }
      const can = current.can[action];
      if (!can.available) {
        throw new ProblemError('not-supported', { detail: `${what} ${can.reason}`, next: can.fix, object: id });
      }
      const { uid, resourceVersion } = object.metadata;
      const spec = { ...change, ...(change.state === 'promoted' ? {} : withoutPromotedSnapshot(object)) };
      const patched = await api.request({
        method: 'PATCH',
        path,
        body: { metadata: { uid, resourceVersion }, spec },
        schema: MirrorRelationship
      });
      feeds()?.relationships.written(patched);
      return describe(patched)?.mirror ?? current;
    } catch (error) {
      throw isGone(error) ? notFound(id, what) : clusterProblem(error, { what, object: id });
    }
  }

  /** As it is followed. Throws where there is none. */
  private known(id: string): Mirror {
    const object = this.options.feeds()?.relationships.get(id);
    const mirror = object === undefined ? undefined : this.options.describe(object)?.mirror;
    if (mirror === undefined) {
      throw notFound(id, `There is no mirror ${id}.`);
    }
    return mirror;
  }

  /** The mirror with this update; null: there is no such mirror. */
  private shown(id: string, action: MirrorUpdateAction): Mirror | null {
    const object = this.options.feeds()?.relationships.get(id);
    const mirror = object === undefined ? undefined : this.options.describe(object)?.mirror;
    if (mirror === undefined || mirror.update?.id === action.metadata.name) {
      return mirror ?? null;
    }
    const view = { isOurs: this.options.isOwn(action), mayDelete: { available: true } as const };
    return { ...mirror, update: describeUpdate(action, view) };
  }
}

const isMadeFor = ({ metadata }: MirrorUpdateAction, operationKey: string): boolean =>
  metadata.labels[labels.operation] === operationKey && isOurs(metadata);

const isGone = (error: unknown): boolean => error instanceof KubernetesError && error.status === 404;

const notFound = (id: string, detail: string): ProblemError =>
  new ProblemError('mirror-not-found', {
    detail,
    next: 'It may have been deleted. List the mirrors.',
    object: id
  });

const notCancellable = (id: string, detail: string, next: string): ProblemError =>
  new ProblemError('not-cancellable', { detail, next, object: id });
