/** What keeps the claim's volume from being replaced or written, by name. Pure. */
import { heldUntilOf, isHeld } from '../../providers/kubernetes/objectMarks';
import { annotations } from '../../providers/kubernetes/names';
import { RESTORE_LOCK, type ControllerStrategy } from '../../providers/kubernetes/volumeRestore';
import { ownerOf, type WholeClaim } from '../clusterObjects';
import { isAtLeast, isFinal } from '../restoreProgress';
import type { PlanScene } from './planScene';
import { isLeftProtected, SNAPSHOT_PROTECTION } from './leftProtection';
import { blocker, type PlanBlocker } from './snapshotBlockers';

const MANY = ['ReadWriteMany', 'ReadOnlyMany'];
const PROTECTIONS: Readonly<Record<string, string>> = {
  [SNAPSHOT_PROTECTION]: 'a snapshot of it is being made',
  'provisioner.storage.kubernetes.io/cloning-protection': 'a clone is being made from it'
};

/** Of any way. */
export function claimBlockers(scene: PlanScene, { claim }: WholeClaim): PlanBlocker[] {
  const { metadata, status } = claim;
  const { name } = metadata;
  if (metadata.deletionTimestamp !== undefined) {
    const since = metadata.deletionTimestamp;
    return [
      blocker('claim-deleting', name, {
        message: `${name} is being deleted.`,
        fix: 'Nothing can be restored in it any more.',
        since
      })
    ];
  }
  if (status.phase !== 'Bound' || scene.volume === null) {
    const message = `${name} is not bound to a volume (${status.phase}).`;
    return [blocker('claim-not-bound', name, { message, fix: 'Start a server that uses it, or ask an admin.' })];
  }
  const { claimRef } = scene.volume.spec;
  if (claimRef?.uid !== metadata.uid) {
    const message = `Volume ${scene.volume.metadata.name} of ${name} is bound to another claim.`;
    return [blocker('claim-not-bound', name, { message, fix: 'Ask an admin to look at both.' })];
  }
  return restoreBlockers(scene);
}

/** Another restore of the same claim that was approved. */
function restoreBlockers({ otherRestores, unreadableRestores, claim, restore }: PlanScene): PlanBlocker[] {
  const lock = claim?.claim.metadata.annotations[RESTORE_LOCK];
  const unreadable = unreadableRestores.map(name =>
    blocker('restore-in-progress', name, {
      message: `Restore ${name} of ${restore.spec.claimName} has begun and can’t be read.`,
      fix: `An admin has to look at VolumeRestore ${name}.`
    })
  );
  const readable = otherRestores
    .filter(
      ({ metadata, spec, status }) =>
        !isFinal(status.phase) && (isAtLeast(status.phase, 'Preparing') || (spec.approved && metadata.uid === lock))
    )
    .map(({ metadata, spec, status }) =>
      blocker('restore-in-progress', metadata.name, {
        message: `${spec.claimName} is being restored already, to ${metadata.annotations[annotations.snapshotLabel] ?? spec.snapshotName ?? 'the kept volume'}.`,
        fix: 'Wait until that restore has ended, or cancel it.',
        since: status.startedAt ?? metadata.creationTimestamp
      })
    );
  return [...readable, ...unreadable];
}

/** Of ways that need the volume for themselves. */
export function useBlockers(scene: PlanScene, whole: WholeClaim, strategy: ControllerStrategy): PlanBlocker[] {
  if (strategy === 'files') {
    return singlePodBlockers(scene, whole);
  }
  const blockers = [...podBlockers(scene), ...sharedBlockers(scene, whole), ...holdBlockers(scene, whole)];
  if (!scene.gateInstalled) {
    blockers.push(
      blocker('gate-missing', 'datamark-restore-gate', {
        message: 'The policy that keeps new servers away from a volume that is being restored is not installed.',
        fix: 'An admin can install it: kubectl apply -f deploy/policies/restore-gate.yaml'
      })
    );
  }
  return strategy === 'swap' ? [...blockers, ...deletionBlockers(scene, whole)] : blockers;
}

/** The Job that copies would be a second pod. */
function singlePodBlockers({ users }: PlanScene, { claim: { metadata, spec } }: WholeClaim): PlanBlocker[] {
  const [pod] = users;
  return pod !== undefined && spec.accessModes.includes('ReadWriteOncePod')
    ? [
        blocker('single-pod', pod.metadata.name, {
          message: `Only one pod at a time can mount ${metadata.name} (ReadWriteOncePod), and ${pod.metadata.name} does.`,
          fix: 'Clone the snapshot and open the clone, or restore the whole volume.'
        })
      ]
    : [];
}

/** Pods that mount the claim, but for the one that asked. */
function podBlockers({ users, requester, restore }: PlanScene): PlanBlocker[] {
  const { claimName, requester: asked } = restore.spec;
  return users
    .filter(({ metadata }) => metadata.uid !== asked?.podUid)
    .map(pod => {
      const { name, creationTimestamp } = pod.metadata;
      const owner = ownerOf(pod);
      const isOthers = requester !== null && owner !== '' && owner !== ownerOf(requester);
      return blocker(isOthers ? 'shared' : 'pod', name, {
        message: isOthers ? `Pod ${name} of ${owner} uses ${claimName} too.` : `Pod ${name} uses ${claimName}.`,
        fix: isOthers ? `A volume that others use is not restored: clone the snapshot.` : `Stop pod ${name}.`,
        by: owner === '' ? null : owner,
        since: creationTimestamp
      });
    });
}

/** A claim that several servers of a hub can use at once has to say whose it is. */
function sharedBlockers({ requester }: PlanScene, { claim }: WholeClaim): PlanBlocker[] {
  const { name } = claim.metadata;
  const many = [...claim.status.accessModes, ...claim.spec.accessModes].find(mode => MANY.includes(mode));
  return requester !== null && ownerOf(requester) !== '' && ownerOf(claim) === '' && many !== undefined
    ? [
        blocker('shared', name, {
          message: `${name} can be used by several servers at once (${many}) and does not say whose it is.`,
          fix: 'Clone the snapshot, or ask an admin to restore it.'
        })
      ]
    : [];
}

function holdBlockers({ now }: PlanScene, { claim: { metadata } }: WholeClaim): PlanBlocker[] {
  const held = heldUntilOf(metadata);
  return isHeld(held, now)
    ? [
        blocker('held', metadata.name, {
          message: `${metadata.name} is held${held === 'forever' || held === null ? '' : ` until ${held}`}.`,
          fix: 'Release the hold first.',
          by: metadata.annotations[annotations.heldBy] ?? null
        })
      ]
    : [];
}

/** What would keep the deleted claim Terminating for ever: a deletion can’t be taken back. */
function deletionBlockers(
  { unreadySnapshots, readySnapshots, unmadeClones }: PlanScene,
  whole: WholeClaim
): PlanBlocker[] {
  const { metadata } = whole.claim;
  const named = [
    ...unreadySnapshots.map(({ metadata: { name, creationTimestamp } }) =>
      blocker('snapshot-in-progress', name, {
        message: `Snapshot ${name} of ${metadata.name} is not ready.`,
        fix: 'Wait until it is ready, or delete it.',
        since: creationTimestamp
      })
    ),
    ...unmadeClones.map(({ metadata: { name, creationTimestamp } }) =>
      blocker('clone-in-progress', name, {
        message: `Clone ${name} is being made from ${metadata.name}.`,
        fix: 'Wait until it is ready, or delete it.',
        since: creationTimestamp
      })
    )
  ];
  if (named.length > 0) {
    return named;
  }
  return metadata.finalizers
    .filter(finalizer => finalizer in PROTECTIONS)
    .map(finalizer =>
      finalizer === SNAPSHOT_PROTECTION && isLeftProtected({ claim: whole, unreadySnapshots })
        ? blocker('claim-protected', metadata.name, {
            message: `${metadata.name} can’t be replaced yet: its snapshots are ready, and the snapshot controller has left its mark on it (${finalizer}).`,
            fix:
              readySnapshots.length === 0
                ? 'Make a snapshot of it, so that the snapshot controller looks again.'
                : 'Wait a moment: it was asked to look again. Else it does so within 15 minutes, or when a snapshot of it gets another title.'
          })
        : blocker('claim-protected', metadata.name, {
            message: `${metadata.name} can’t be replaced now: ${PROTECTIONS[finalizer] ?? finalizer}.`,
            fix: 'Wait a moment; it goes away by itself.'
          })
    );
}
