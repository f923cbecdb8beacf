/** What deleting a snapshot would do: everything that stands in the way by name, and what is lost. Pure. */
import type { Blocker, Clone, DeletePlan, Snapshot } from '../../../../../contract';
import type { Obstacle } from '../accountRights';
import { isHeld } from '../objectMarks';
import { labelOf } from './describeSnapshot';

export interface SnapshotDeletion {
  readonly snapshot: Snapshot;
  readonly clones: readonly Clone[];
  /** Why the account may not; null: it may. */
  readonly right: Obstacle | null;
  /** Policy of its class, `Delete` or `Retain`; null: not known. */
  readonly deletionPolicy: string | null;
  /** Name of the VolumeSnapshotContent, if it has one. */
  readonly content: string | null;
  /** Name of the group snapshot it is a part of, if any. */
  readonly group: string | null;
  readonly now: Date;
}

/** Everything that stands in the way. */
export function snapshotBlockers({ snapshot, clones, right, group, now }: SnapshotDeletion): Blocker[] {
  const { name, heldBy, heldUntil } = snapshot;
  const blockers: Blocker[] = [];
  if (right !== null) {
    blockers.push({ kind: 'right', object: name, message: right.reason, fix: right.fix, by: null, since: null });
  }
  if (isHeld(heldUntil, now)) {
    const until = heldUntil === 'forever' ? 'until it is released' : `until ${heldUntil ?? ''}`;
    blockers.push({
      kind: 'held',
      object: name,
      message: `${heldBy ?? 'Somebody'} holds it ${until}.`,
      fix: 'Release the hold first.',
      by: heldBy,
      since: null
    });
  }
  if (group !== null) {
    blockers.push({
      kind: 'group',
      object: group,
      message: `It is part of the group snapshot ${group}.`,
      fix: 'Delete the group snapshot instead.',
      by: null,
      since: null
    });
  }
  for (const clone of clones.filter(one => isFrom(one, snapshot) && one.state.phase === 'pending')) {
    const waits = clone.state.phase === 'pending' && clone.state.awaitsUse === true;
    blockers.push({
      kind: 'clone',
      object: clone.id,
      message: waits
        ? `The clone ${clone.name} gets its data from it when a pod first uses it, and would never get it.`
        : `The clone ${clone.name} is being made from it.`,
      fix: waits ? 'Start a server with the clone, or delete the clone.' : 'Wait until it is complete, or cancel it.',
      by: clone.createdBy,
      since: clone.createdAt
    });
  }
  return blockers;
}

/** The plan as the contract tells it. */
export function planSnapshotDeletion(deletion: SnapshotDeletion): DeletePlan {
  const { snapshot, clones, deletionPolicy, content } = deletion;
  const blockers = snapshotBlockers(deletion);
  const complete = clones.filter(one => isFrom(one, snapshot) && one.state.phase === 'ready');
  const warnings: string[] = [];
  if (snapshot.origin === 'other') {
    warnings.push('It was made by another tool, which may need it.');
  }
  if (complete.length > 0) {
    const names = complete.map(one => one.name).join(', ');
    warnings.push(`Made from it: ${names}. Some storage keeps it in deletion until these are gone too.`);
  }
  if (deletionPolicy === 'Retain') {
    warnings.push(
      `Its class retains the storage’s copy${content === null ? '' : ` (${content})`}: only an admin can remove that.`
    );
  }
  const ready = snapshot.state.phase === 'ready';
  return {
    object: snapshot.name,
    uid: snapshot.uid,
    allowed: blockers.length === 0,
    blockers,
    warnings,
    lost: ready ? snapshot.ownData : { known: true, bytes: 0 },
    lostFiles: null,
    typeToConfirm: ready ? labelOf(snapshot) : null
  };
}

const isFrom = ({ source }: Clone, { name }: Snapshot): boolean => source.kind === 'snapshot' && source.name === name;
