/** What can be asked of clones in a cluster: each is at most one write, and its result shows by the watch. */
import { z } from 'zod';
import type { Capability, Clone, CreateClone, DeletePlan } from '../../../../../contract';
import { ProblemError } from '../../../problemError';
import type { CloneFrom, Intent } from '../../provider';
import type { Obstacle } from '../accountRights';
import { KubernetesError } from '../client/kubernetesApi';
import { clusterProblem } from '../clusterProblem';
import { DeleteAnswer, deleteOptions } from '../deleteOptions';
import type { Tried } from '../makeOnce';
import { isOurs } from '../objectMarks';
import { paths } from '../resources';
import type { KubernetesServices } from '../services';
import type { ObservedSnapshots } from '../snapshots/observedSnapshots';
import { PersistentVolumeClaim } from '../volumes/claimResource';
import { MakeClone } from './makeClone';
import type { ObservedClones } from './observedClones';
import { cloneBlockers, planCloneDeletion, type CloneDeletion } from './planCloneDeletion';

/** How often a deletion is decided anew because the object changed between the look and the write. */
const DELETE_TRIES = 4;

/** Clones of all volumes. */
export class ClusterClones {
  private readonly maker: MakeClone;

  constructor(
    private readonly services: KubernetesServices,
    snapshots: ObservedSnapshots,
    private readonly observed: ObservedClones
  ) {
    this.maker = new MakeClone(services, snapshots, observed);
  }

  /** What is known of an earlier try with this key. */
  tried(operationKey: string | null): Tried {
    return this.maker.tried(operationKey);
  }

  create(from: CloneFrom, request: CreateClone, { operationKey }: Intent): Promise<Clone> {
    return this.maker.make(from, request, operationKey);
  }

  async planDelete(id: string): Promise<DeletePlan> {
    this.find(id);
    await this.observed.users.look();
    this.observed.showAll();
    return planCloneDeletion(this.deletion(id));
  }

  async delete(id: string, uid: string): Promise<Clone> {
    await this.observed.users.look();
    this.observed.showAll();
    for (let tries = 1; ; tries += 1) {
      const { clone, object } = this.find(id);
      if (clone.uid !== uid) {
        throw new ProblemError('object-changed', {
          detail: `${clone.name} is not the clone you looked at.`,
          next: 'Look at it again, then decide.',
          object: id
        });
      }
      if (clone.state.phase === 'deleting') {
        return clone;
      }
      const blockers = cloneBlockers(this.deletion(id));
      const [first] = blockers;
      if (first !== undefined) {
        const detail = `${clone.name} can’t be deleted. ${first.message}`;
        const slug = first.kind === 'right' ? 'forbidden' : 'in-use';
        throw new ProblemError(slug, { detail, next: first.fix, object: id, blockers });
      }
      try {
        return await this.sendDelete(clone, object);
      } catch (error) {
        await this.lookAgain(error, clone, tries, 'was not deleted');
      }
    }
  }

  /** Gives a pending one up: deletes it while it is pending. */
  async cancel(id: string): Promise<void> {
    for (let tries = 1; ; tries += 1) {
      const { clone, object } = this.find(id);
      if (clone.state.phase !== 'pending') {
        throw new ProblemError('not-cancellable', {
          detail: `${clone.name} can’t be cancelled: it is not being made any more.`,
          next: 'Look at its state.',
          object: id
        });
      }
      try {
        await this.sendDelete(clone, object);
        return;
      } catch (error) {
        await this.lookAgain(error, clone, tries, 'was not cancelled');
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

  private right(): Obstacle | null {
    const { rights } = this.services;
    return rights.may('delete', '', 'persistentvolumeclaims') === false
      ? { reason: 'This account may not delete claims.', fix: 'Ask an admin for the role datamark-manager.' }
      : null;
  }

  private find(id: string): { clone: Clone; object: PersistentVolumeClaim } {
    const clone = this.services.index.get('clone', id);
    const object = this.observed.get(id);
    if (clone === undefined || object === undefined) {
      throw notFound(id);
    }
    return { clone, object };
  }

  private deletion(id: string): CloneDeletion {
    const { clone, object } = this.find(id);
    const { claims, classes } = this.services;
    return {
      clone,
      object,
      ours: isOurs(object.metadata),
      right: this.right(),
      mountedAt: claims.get(id)?.volume.mountPath ?? null,
      reclaimPolicy: classes.volumeClass(object.spec.storageClassName)?.reclaimPolicy ?? null
    };
  }

  private async sendDelete(clone: Clone, object: PersistentVolumeClaim): Promise<Clone> {
    const { api, namespace } = this.services;
    const { name, uid, resourceVersion } = object.metadata;
    const answer = await api.request({
      method: 'DELETE',
      path: `${paths.claims(namespace)}/${name}`,
      body: deleteOptions({ uid, resourceVersion }),
      schema: z.union([PersistentVolumeClaim, DeleteAnswer])
    });
    const since = new Date().toISOString();
    const deleting: Clone = { ...clone, state: { phase: 'deleting', since, message: 'Being deleted' } };
    // Without finalizers it is gone at once, and the answer is a Status or its last state.
    const stays = 'metadata' in answer && answer.metadata.deletionTimestamp !== undefined;
    return stays ? (this.observed.written(answer) ?? deleting) : deleting;
  }

  /** After a refused deletion: reads the object as it is now, so that it can be decided anew; else throws. */
  private async lookAgain(error: unknown, { id, name }: Clone, tries: number, what: string): Promise<void> {
    const { api, namespace } = this.services;
    if (!(error instanceof KubernetesError) || error.status !== 409 || tries === DELETE_TRIES) {
      throw error instanceof KubernetesError && error.status === 404
        ? notFound(id)
        : clusterProblem(error, { what: `${name} ${what}.`, object: id });
    }
    try {
      const path = `${paths.claims(namespace)}/${id}`;
      this.observed.written(await api.request({ path, schema: PersistentVolumeClaim }));
    } catch (missing) {
      throw missing instanceof KubernetesError && missing.status === 404
        ? notFound(id)
        : clusterProblem(missing, { what: `${name} ${what}.`, object: id });
    }
  }
}

const notFound = (id: string): ProblemError =>
  new ProblemError('clone-not-found', {
    detail: `There is no clone ${id}.`,
    next: 'Look at the list again; it may have been deleted.',
    object: id
  });
