/**
 * What can be asked of restores in a cluster: each is one write to a VolumeRestore, which a controller carries out; what
 * it does shows by the watch. Nothing is changed in a volume from here.
 */
import type { Operation, Restore, Snapshot } from '../../../../../contract';
import { ProblemError } from '../../../problemError';
import type { Intent, RestoreWay } from '../../provider';
import { clusterProblem } from '../clusterProblem';
import type { Tried } from '../makeOnce';
import type { KubernetesServices } from '../services';
import { labelOf } from '../snapshots/describeSnapshot';
import { snapshotNotFound } from '../snapshots/snapshotChecks';
import type { VisibleChanges } from '../visible/visibleChanges';
import type { VisibleRestores } from '../visible/visibleRestores';
import { COUNT_CHANGES, restorePath, STRICTLY, type VolumeRestore } from '../volumeRestore';
import { assertApprovable, assertSamePlan } from './assertApprovable';
import { standOf } from './describeRestore';
import { MakeRestore, olderDefinition } from './makeRestore';
import type { ObservedRestores } from './observedRestores';
import { restoreOperation, restoreOperationId } from './restoreOperation';
import { ShownRestore } from './shownRestore';

/** Restores of all volumes. */
export class ClusterRestores {
  private readonly maker: MakeRestore;

  constructor(
    private readonly services: KubernetesServices,
    private readonly observed: ObservedRestores,
    private readonly visible: VisibleRestores,
    private readonly changes: VisibleChanges
  ) {
    this.maker = new MakeRestore(services, observed);
  }

  /** What is known of an earlier try with this key. */
  tried(operationKey: string | null): Tried {
    return this.maker.tried(operationKey);
  }

  async plan(snapshotName: string, volume: string | null, intent: Intent, way?: RestoreWay): Promise<Restore> {
    const snapshot = this.services.index.get('snapshot', snapshotName);
    if (snapshot === undefined) {
      throw snapshotNotFound(snapshotName);
    }
    assertOwnVolume(snapshot, volume);
    assertComplete(snapshot);
    const copied = way?.strategy === 'files' ? await this.copyFrom(snapshot, way.paths, intent) : null;
    if (copied !== null) {
      return copied;
    }
    const planned = await this.maker.make({
      volume: snapshot.volume,
      label: labelOf(snapshot),
      createdAt: snapshot.createdAt,
      operationKey: intent.operationKey,
      what: { snapshotName, ...wayIn(way) }
    });
    if (way?.strategy !== 'files') {
      this.changes.count(snapshot, changes => this.observed.tellChanges(planned.uid, changes));
    }
    return planned;
  }

  /** Straight from the snapshot, where this server sees it and may write; null: a Job has to copy. */
  private async copyFrom(
    snapshot: Snapshot,
    paths: readonly string[],
    { operationKey }: Intent
  ): Promise<Restore | null> {
    const isMade = operationKey !== null && this.observed.madeFor(operationKey) !== undefined;
    const isWritable = this.services.claims.get(snapshot.volume)?.readOnly === false;
    return isMade || !isWritable ? null : this.visible.plan(snapshot, paths, operationKey);
  }

  /** Approving twice is approving once. */
  async approve(id: string, uid: string): Promise<Restore> {
    if (this.visible.has(id)) {
      return this.visible.approve(id, uid);
    }
    const { restore, object } = await this.current(id, `${id} was not approved.`);
    assertSamePlan(restore, uid);
    if (object.spec.approved && !object.spec.cancel) {
      return restore;
    }
    const isOver = object.spec.cancel || !['planning', 'planned'].includes(restore.phase);
    assertApprovable(restore, { isOver, blocked: `${restore.volumeName} can’t be restored` });
    return this.patch(object, { spec: { approved: true } }, `The restore of ${restore.volumeName} was not approved.`);
  }

  /** The controller counts, and writes the result into the plan. */
  async countChanges(id: string): Promise<Restore> {
    this.assertInCluster(id, 'They are not counted: nothing is replaced.');
    const { restore, object } = await this.current(id, `The changes of ${id} are not counted.`);
    if (restore.phase !== 'planned' || object.spec.approved) {
      throw new ProblemError('not-ready', {
        detail: 'Changes are counted only of a plan that waits for approval.',
        next: 'Make the plan again.',
        object: id
      });
    }
    if (restore.plan?.countable !== true) {
      const why = restore.plan?.changes.known === false ? restore.plan.changes.reason : 'They are known already.';
      throw new ProblemError('not-supported', {
        detail: `The changes can’t be counted. ${why}`,
        next: 'Read the plan: it tells what is known of them.',
        object: id
      });
    }
    const annotations = { [COUNT_CHANGES]: new Date().toISOString() };
    return this.patch(object, { metadata: { annotations } }, `The changes of ${id} are not counted.`);
  }

  /** Plans the way back: by what that restore kept. */
  async undo(id: string, intent: Intent): Promise<Restore> {
    this.assertInCluster(id, 'There is nothing to undo: delete the folder instead.');
    const { restore, object } = await this.current(id, `${id} is not undone.`);
    if (!restore.undo.possible) {
      throw new ProblemError('nothing-to-undo', {
        detail: `The restore to ${restore.snapshotLabel} can’t be undone. ${restore.undo.reason}`,
        next: 'Restore another snapshot of the timeline.',
        object: id
      });
    }
    const { releasedAt, startedAt } = object.status;
    return this.maker.make({
      volume: restore.volume,
      label: `before the restore to ${restore.snapshotLabel}`,
      createdAt: releasedAt ?? startedAt ?? restore.createdAt,
      operationKey: intent.operationKey,
      what: { undoOf: id }
    });
  }

  /** Asks the controller to stop; a plan that nobody has approved is cancelled too. */
  async cancel(name: string): Promise<void> {
    if (this.visible.has(name)) {
      this.visible.cancel(name);
      return;
    }
    const label = `The restore ${name}`;
    const { object } = await this.current(name, `${label} was not cancelled.`);
    const stand = standOf(object);
    if (stand === 'over' || stand === 'changing') {
      throw new ProblemError('not-cancellable', {
        detail:
          stand === 'over'
            ? `${label} can’t be cancelled: it is over.`
            : `${label} can’t be cancelled any more: it goes on until it is done or everything is as before.`,
        next: 'Look at its result.',
        object: name
      });
    }
    if (!object.spec.cancel) {
      await this.patch(object, { spec: { cancel: true } }, `${label} was not cancelled.`);
    }
  }

  /** The operation with this id, where it is one on a restore: a plan that waits has one too, which is not shown. */
  operation(id: string): Operation | undefined {
    const visible = this.visible.operation(id);
    if (visible !== undefined) {
      return visible;
    }
    const restore = this.services.index.all('restore').find(({ uid }) => restoreOperationId(uid) === id);
    const object = restore === undefined ? undefined : this.observed.get(restore.id);
    return restore === undefined || object === undefined ? undefined : restoreOperation(restore, object).operation;
  }

  private assertInCluster(id: string, why: string): void {
    if (this.visible.has(id)) {
      throw new ProblemError('not-supported', {
        detail: `The files of ${id} are written beside what is there. ${why}`,
        next: 'Look at the folder.',
        object: id
      });
    }
  }

  /** As it is in the cluster now: what is decided must not rest on what was seen a while ago. */
  private async current(id: string, what: string): Promise<{ restore: Restore; object: VolumeRestore }> {
    const known = this.services.index.get('restore', id);
    if (known === undefined) {
      throw notFound(id);
    }
    try {
      const object = await this.observed.look(id);
      const restore = this.services.index.get('restore', id);
      if (object === undefined || restore === undefined) {
        throw notFound(id);
      }
      return { restore, object };
    } catch (error) {
      throw clusterProblem(error, { what, object: id });
    }
  }

  private async patch(object: VolumeRestore, change: Patch, what: string): Promise<Restore> {
    const { api, namespace } = this.services;
    const { name, uid } = object.metadata;
    const body = { ...change, metadata: { ...change.metadata, uid } };
    try {
      const path = `${restorePath(namespace)}/${name}`;
      const query = STRICTLY;
      return this.observed.written(await api.request({ method: 'PATCH', path, query, body, schema: ShownRestore }));
    } catch (error) {
      throw olderDefinition(error, name) ?? clusterProblem(error, { what, object: name });
    }
  }
}

interface Patch {
  readonly spec?: object;
  readonly metadata?: object;
}

const wayIn = (way: RestoreWay | undefined): Pick<VolumeRestore['spec'], 'strategy' | 'paths'> =>
  way === undefined
    ? {}
    : way.strategy === 'files'
      ? { strategy: way.strategy, paths: [...way.paths] }
      : { strategy: way.strategy };

const notFound = (id: string): ProblemError =>
  new ProblemError('restore-not-found', {
    detail: `There is no restore ${id}.`,
    next: 'Look at the list again.',
    object: id
  });

function assertOwnVolume(snapshot: Snapshot, volume: string | null): void {
  if (volume !== null && volume !== snapshot.volume) {
    throw new ProblemError('not-supported', {
      detail: `${labelOf(snapshot)} is of ${snapshot.volumeName}, and a volume can be restored only from its own snapshots.`,
      next: 'Clone the snapshot and work on the copy.',
      object: snapshot.name
    });
  }
}

function assertComplete(snapshot: Snapshot): void {
  const { phase } = snapshot.state;
  if (phase !== 'ready') {
    throw new ProblemError('not-ready', {
      detail: `${labelOf(snapshot)} is not complete${phase === 'deleting' ? ', it is being deleted' : ''}.`,
      next: 'Choose a snapshot that is ready.',
      object: snapshot.name
    });
  }
}
