/** What can be asked of snapshots in a cluster: each is at most one write, and its result shows by the watch. */
import type { Capability, CreateSnapshot, DeletePlan, Snapshot, UpdateSnapshot } from '../../../../../contract';
import { z } from 'zod';
import { ProblemError } from '../../../problemError';
import type { Intent, RunNoteChange } from '../../provider';
import { KubernetesError } from '../client/kubernetesApi';
import { clusterProblem } from '../clusterProblem';
import { DeleteAnswer, deleteOptions } from '../deleteOptions';
import type { Tried } from '../makeOnce';
import { annotations } from '../names';
import { paths, SNAPSHOT_GROUP, VolumeSnapshot } from '../resources';
import type { KubernetesServices } from '../services';
import { labelOf } from './describeSnapshot';
import { MakeSnapshot } from './makeSnapshot';
import type { ObservedSnapshots } from './observedSnapshots';
import { releaseHold } from './releaseHold';
import { planSnapshotDeletion, snapshotBlockers, type SnapshotDeletion } from './planSnapshotDeletion';
import { assertInFuture, assertStays, assertUid, snapshotNotFound } from './snapshotChecks';

/** How often a deletion, or a note, is decided anew because the object changed between the look and the write. */
const TRIES = 4;

/** Snapshots of all volumes. */
export class ClusterSnapshots {
  private readonly maker: MakeSnapshot;

  constructor(
    private readonly services: KubernetesServices,
    private readonly observed: ObservedSnapshots
  ) {
    this.maker = new MakeSnapshot(services, observed);
  }

  /** What is known of an earlier try with this key. */
  tried(operationKey: string | null): Tried {
    return this.maker.tried(operationKey);
  }

  create(volume: string, request: CreateSnapshot, { operationKey, origin }: Intent): Promise<Snapshot> {
    return this.maker.make({ volume, request, operationKey, origin: origin ?? 'datamark' });
  }

  async update(name: string, change: UpdateSnapshot): Promise<Snapshot> {
    assertInFuture(change.heldUntil, new Date());
    const { user } = this.services;
    return this.annotate(name, change.uid, {
      ...(change.title === undefined ? {} : { [annotations.title]: change.title }),
      ...(change.note === undefined ? {} : { [annotations.note]: change.note === '' ? null : change.note }),
      ...(change.heldUntil === undefined
        ? {}
        : {
            [annotations.heldUntil]: change.heldUntil,
            [annotations.heldBy]: change.heldUntil === null ? null : user
          })
    });
  }

  async markExported(name: string, uid: string, exported: string): Promise<Snapshot> {
    const { snapshot } = this.find(name);
    return snapshot.uid === uid && snapshot.exported === exported
      ? snapshot
      : this.annotate(name, uid, { [annotations.exportedSnapshot]: exported });
  }

  /** Makes a new one in its place, then deletes the failed one, which never held anything. */
  async retry(name: string): Promise<Snapshot> {
    const { snapshot, object } = this.find(name);
    if (snapshot.state.phase !== 'failed') {
      throw new ProblemError('not-supported', {
        detail: `${labelOf(snapshot)} has not failed, so there is nothing to retry.`,
        next: 'Make another snapshot.',
        object: name
      });
    }
    const { title, note, notebook, heldUntil, origin, volume } = snapshot;
    const request = { ...(title === null ? {} : { title }), note, notebook, heldUntil };
    const made = await this.maker.make({ volume, request, origin, operationKey: null });
    if (this.right() === null) {
      try {
        // Not where it became ready in between.
        await this.sendDelete(snapshot, object);
      } catch (error) {
        this.services.log.info({ snapshot: name, err: error }, 'the failed snapshot stays beside the new one');
      }
    }
    return made;
  }

  async planDelete(name: string): Promise<DeletePlan> {
    return planSnapshotDeletion(this.deletion(name));
  }

  /** As it stands there, unread. */
  runNote(name: string): string | undefined {
    return this.observed.get(name)?.metadata.annotations[annotations.mlflowRun];
  }

  /** The whole text is one annotation: written only where nobody else has written since it was read. */
  async changeRunNote(name: string, uid: string, change: RunNoteChange): Promise<void> {
    for (let tries = 1; ; tries += 1) {
      const { snapshot, object } = this.find(name);
      assertUid(snapshot, uid);
      assertStays(snapshot);
      const text = change(this.runNote(name));
      if (text === null) {
        return;
      }
      this.assertMayChange(snapshot);
      const { resourceVersion } = object.metadata;
      const body = { metadata: { uid, resourceVersion, annotations: { [annotations.mlflowRun]: text } } };
      try {
        this.observed.written(await this.patch(name, body));
        return;
      } catch (error) {
        await this.lookAgain(error, snapshot, tries, 'got no note of its runs');
      }
    }
  }

  async delete(name: string, uid: string): Promise<Snapshot> {
    for (let tries = 1; ; tries += 1) {
      const { snapshot, object } = this.find(name);
      assertUid(snapshot, uid);
      if (snapshot.state.phase === 'deleting') {
        return snapshot;
      }
      const blockers = snapshotBlockers(this.deletion(name));
      const [first] = blockers;
      if (first !== undefined) {
        const slug = first.kind === 'held' ? 'snapshot-held' : first.kind === 'right' ? 'forbidden' : 'in-use';
        const detail = `${labelOf(snapshot)} can’t be deleted. ${first.message}`;
        throw new ProblemError(slug, { detail, next: first.fix, object: name, blockers });
      }
      try {
        return await this.sendDelete(snapshot, object);
      } catch (error) {
        await this.lookAgain(error, snapshot, tries, 'was not deleted');
      }
    }
  }

  /** Gives a pending one up: deletes it while it is pending. */
  async cancel(name: string): Promise<void> {
    for (let tries = 1; ; tries += 1) {
      const { snapshot, object } = this.find(name);
      if (snapshot.state.phase !== 'pending') {
        throw new ProblemError('not-cancellable', {
          detail: `${labelOf(snapshot)} can’t be cancelled: it is not being made any more.`,
          next: 'Look at its state.',
          object: name
        });
      }
      try {
        await this.sendDelete(snapshot, object);
        return;
      } catch (error) {
        await this.lookAgain(error, snapshot, tries, 'was not cancelled');
      }
    }
  }

  /** Whether a pending one can be given up. */
  cancellable(): Capability {
    const right = this.right();
    return right === null
      ? { available: true }
      : { available: false, reason: `Cancelling deletes it. ${right.reason}`, fix: right.fix };
  }

  private assertMayChange({ name, volume }: Snapshot): void {
    const off = this.services.rights.obstacle('hold', volume);
    if (off !== null) {
      throw new ProblemError('forbidden', { detail: off.reason, next: off.fix, object: name });
    }
  }

  /** null takes an annotation away, as in every merge patch; the uid in it is a precondition. */
  private async annotate(name: string, uid: string, change: Record<string, string | null>): Promise<Snapshot> {
    const { snapshot } = this.find(name);
    assertUid(snapshot, uid);
    assertStays(snapshot);
    this.assertMayChange(snapshot);
    try {
      return this.observed.written(await this.patch(name, { metadata: { uid, annotations: change } }));
    } catch (error) {
      throw clusterProblem(error, { what: `${labelOf(snapshot)} was not changed.`, object: name });
    }
  }

  private patch(name: string, body: object): Promise<VolumeSnapshot> {
    const { api, namespace } = this.services;
    const path = `${paths.snapshots(namespace)}/${name}`;
    return api.request({ method: 'PATCH', path, body, schema: VolumeSnapshot });
  }

  private right(): { reason: string; fix: string } | null {
    const { rights } = this.services;
    return (
      rights.obstacle('delete', null) ??
      (rights.may('delete', SNAPSHOT_GROUP, 'volumesnapshots') === false
        ? { reason: 'This account may not delete snapshots.', fix: 'Ask an admin for the role datamark-manager.' }
        : null)
    );
  }

  private find(name: string): { snapshot: Snapshot; object: VolumeSnapshot } {
    const snapshot = this.services.index.get('snapshot', name);
    const object = this.observed.get(name);
    if (snapshot === undefined || object === undefined) {
      throw snapshotNotFound(name);
    }
    return { snapshot, object };
  }

  private deletion(name: string): SnapshotDeletion {
    const { snapshot, object } = this.find(name);
    const { classes, index } = this.services;
    const className = object.spec.volumeSnapshotClassName;
    const known = classes.snapshots.known ? classes.snapshots.items : [];
    return {
      snapshot,
      clones: index.all('clone'),
      right: this.right(),
      deletionPolicy: known.find(one => one.metadata.name === className)?.deletionPolicy ?? null,
      content: object.status.boundVolumeSnapshotContentName ?? null,
      group: object.status.volumeGroupSnapshotName ?? null,
      now: new Date()
    };
  }

  /** Deletes this life in this state, and shows it as being deleted. */
  private async sendDelete(snapshot: Snapshot, object: VolumeSnapshot): Promise<Snapshot> {
    const { api, namespace } = this.services;
    const { name, uid, resourceVersion } = (await releaseHold(object, this.services)).metadata;
    const answer = await api.request({
      method: 'DELETE',
      path: `${paths.snapshots(namespace)}/${name}`,
      body: deleteOptions({ uid, resourceVersion }),
      schema: z.union([VolumeSnapshot, DeleteAnswer])
    });
    // Without finalizers it is gone at once, and the answer is a Status or its last state.
    if ('metadata' in answer && answer.metadata.deletionTimestamp !== undefined) {
      return this.observed.written(answer);
    }
    this.observed.removed(object);
    const since = new Date().toISOString();
    return { ...snapshot, state: { phase: 'deleting', since, message: 'Being deleted' } };
  }

  /** After a refused deletion: reads the object as it is now, so that it can be decided anew; else throws. */
  private async lookAgain(error: unknown, snapshot: Snapshot, tries: number, what: string): Promise<void> {
    const { api, namespace } = this.services;
    const { name } = snapshot;
    if (!(error instanceof KubernetesError) || error.status !== 409 || tries === TRIES) {
      throw error instanceof KubernetesError && error.status === 404
        ? snapshotNotFound(name)
        : clusterProblem(error, { what: `${labelOf(snapshot)} ${what}.`, object: name });
    }
    try {
      const path = `${paths.snapshots(namespace)}/${name}`;
      this.observed.written(await api.request({ path, schema: VolumeSnapshot }));
    } catch (missing) {
      throw missing instanceof KubernetesError && missing.status === 404
        ? snapshotNotFound(name)
        : clusterProblem(missing, { what: `${labelOf(snapshot)} ${what}.`, object: name });
    }
  }
}
