/** What deleting a clone would do: everything that stands in the way by name, and what is lost. Pure. */
import type { Blocker, Clone, DeletePlan } from '../../../../../contract';
import type { Obstacle } from '../accountRights';
import type { PersistentVolumeClaim } from '../volumes/claimResource';

export interface CloneDeletion {
  readonly clone: Clone;
  readonly object: PersistentVolumeClaim;
  /** Whether Datamark made it. */
  readonly ours: boolean;
  /** Why the account may not; null: it may. */
  readonly right: Obstacle | null;
  /** Where this server has it mounted; null: it does not. */
  readonly mountedAt: string | null;
  /** Reclaim policy of its class; null: not known. */
  readonly reclaimPolicy: string | null;
}

const BEING_SNAPSHOT = 'snapshot.storage.kubernetes.io/pvc-as-source-protection';
const BEING_CLONED = 'provisioner.storage.kubernetes.io/cloning-protection';

/** Everything that stands in the way. */
export function cloneBlockers({ clone, object, ours, right, mountedAt }: CloneDeletion): Blocker[] {
  const blocker = (kind: string, about: string, message: string, fix: string): Blocker => ({
    kind,
    object: about,
    message,
    fix,
    by: null,
    since: null
  });
  const { id } = clone;
  const { finalizers } = object.metadata;
  const blockers: Blocker[] = [];
  if (right !== null) {
    blockers.push(blocker('right', id, right.reason, right.fix));
  }
  if (!ours) {
    const fix = `Delete it where it was made, or with kubectl delete pvc ${id}.`;
    blockers.push(blocker('other', id, 'It was not made by Datamark, so it may be somebody’s volume.', fix));
  }
  if (mountedAt !== null) {
    blockers.push(
      blocker('mounted', id, `This server has it mounted at ${mountedAt}.`, 'Delete it from another server.')
    );
  }
  for (const pod of clone.usedBy.known && mountedAt === null ? clone.usedBy.names : []) {
    blockers.push(blocker('pod', pod, `The pod ${pod} uses it.`, 'Stop that server or job first.'));
  }
  if (finalizers.includes(BEING_SNAPSHOT)) {
    const fix = 'Wait until it is ready, or delete the snapshot.';
    blockers.push(blocker('snapshot', id, 'A snapshot of it is not complete.', fix));
  }
  if (finalizers.includes(BEING_CLONED)) {
    blockers.push(blocker('clone', id, 'A clone of it is being made.', 'Wait until that is complete.'));
  }
  return blockers;
}

/** The plan as the contract tells it. */
export function planCloneDeletion(deletion: CloneDeletion): DeletePlan {
  const { clone, reclaimPolicy } = deletion;
  const blockers = cloneBlockers(deletion);
  const ready = clone.state.phase === 'ready';
  const warnings: string[] = [];
  if (ready && !clone.usedBy.known) {
    warnings.push(
      'Whether a pod uses it can’t be told. If one does, its data goes when that pod ends, and that can’t be taken back.'
    );
  }
  if (reclaimPolicy === 'Retain') {
    warnings.push('Its class retains the volume in the storage: only an admin can remove that.');
  }
  return {
    object: clone.id,
    uid: clone.uid,
    allowed: blockers.length === 0,
    blockers,
    warnings,
    lost: ready ? { known: false, reason: 'Kubernetes does not tell how much is in it.' } : { known: true, bytes: 0 },
    lostFiles: null,
    typeToConfirm: ready ? clone.name : null
  };
}
