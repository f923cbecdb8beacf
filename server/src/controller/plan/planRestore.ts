/**
 * The plan of a restore: a function of what was read. It says which way, what happens in which order, and everything
 * that stands in the way, by name; and it records what the restore is about. Refuses who may not ask.
 */
import {
  volumeAnnotations,
  type ControllerStrategy,
  type RestoreStatus,
  type VolumeRef
} from '../../providers/kubernetes/volumeRestore';
import { labels } from '../../providers/kubernetes/names';
import { bytesOf } from '../../providers/kubernetes/quantity';
import { sizeWords } from '../../sizeWords';
import type { ClusterVolume, WholeClaim } from '../clusterObjects';
import { RestoreRefused } from '../strategy';
import { missingBeside } from './neededRights';
import type { PlanScene } from './planScene';
import { provisioningBlockers } from './provisioningBlockers';
import { checkedRequester } from './requesterCheck';
import { chosenStrategy, restoreOptions, stepTexts, whyNot } from './restoreOptions';
import { blocker, formerHandles, snapshotBlockers, type PlanBlocker } from './snapshotBlockers';
import { undoBlockers } from './undoBlockers';
import { claimBlockers, useBlockers } from './volumeBlockers';

/** How long a plan can be approved, ms. */
const PLAN_VALID_MS = 10 * 60_000;

/** What is written when a plan is made. */
type Planned = Required<Pick<RestoreStatus, 'plan' | 'strategy' | 'requester' | 'claim' | 'oldVolume' | 'snapshot'>> &
  Pick<RestoreStatus, 'newVolume'>;

/** Throws RestoreRefused. */
export function planRestore(scene: PlanScene): Planned {
  const { restore, claim: whole, now } = scene;
  const { claimName, undoOf, strategy: asked, paths } = restore.spec;
  if (whole === null) {
    throw new RestoreRefused(
      'volume-not-found',
      `Claim ${claimName} does not exist in namespace ${restore.metadata.namespace}.`,
      'Look at the list of volumes again.'
    );
  }
  if ((asked === 'files') !== (paths !== undefined) || (undoOf !== undefined && asked === 'files')) {
    throw new RestoreRefused(
      'invalid-request',
      'Paths go with the strategy files, and files needs paths.',
      'Ask anew.'
    );
  }
  const requester = checkedRequester(scene);
  const strategy = chosenStrategy(scene);
  const not = whyNot(scene, strategy);
  const source = sourceBlockers(scene, whole, strategy);
  const blockers: PlanBlocker[] = [
    ...(not === null ? [] : [blocker(not.kind, strategy, { message: not.reason, fix: not.fix })]),
    ...claimBlockers(scene, whole),
    ...source,
    ...useBlockers(scene, whole, strategy)
  ];
  const { volume, keptVolume, snapshot } = scene;
  return {
    strategy,
    requester,
    claim: recordedClaim(whole),
    oldVolume: volume === null ? null : volumeRef(volume),
    snapshot: snapshot === null ? null : { name: snapshot.metadata.name, uid: snapshot.metadata.uid },
    ...(undoOf !== undefined && strategy === 'swap' && keptVolume !== null ? { newVolume: volumeRef(keptVolume) } : {}),
    plan: {
      madeAt: now.toISOString(),
      validUntil: new Date(now.getTime() + PLAN_VALID_MS).toISOString(),
      strategy,
      options: restoreOptions(scene, strategy),
      steps: stepTexts(strategy, scene),
      blockers,
      warnings: warnings(scene),
      stopsServer: strategy !== 'files' && requester !== null,
      // The hub is asked for that.
      startsServer: false,
      lastDurationMs: scene.lastDurationMs,
      // A pod counts what a volume made from the snapshot holds.
      countable: undoOf === undefined && strategy !== 'files' && source.length === 0 && whyNot(scene, 'files') === null,
      changesUnknown: changesUnknown(strategy)
    }
  };
}

function sourceBlockers(scene: PlanScene, whole: WholeClaim, strategy: RestoreStatus['strategy']): PlanBlocker[] {
  if (scene.volume === null || strategy === null || strategy === undefined) {
    return [];
  }
  if (scene.restore.spec.undoOf === undefined) {
    return [...snapshotBlockers(scene, whole), ...provisioningBlockers(scene, whole, strategy)];
  }
  const undo = undoBlockers(scene);
  return undo.length > 0 || strategy === 'swap'
    ? undo
    : [...snapshotBlockers(scene, whole), ...provisioningBlockers(scene, whole, strategy)];
}

/** In place of numbers, which nothing tells before they are counted. */
const changesUnknown = (strategy: ControllerStrategy): string =>
  strategy === 'files'
    ? 'Nothing is replaced: the files are written to a new folder.'
    : 'This storage can’t list changes.';

function warnings(scene: PlanScene): string[] {
  const { restore, storageClass, undone, claim } = scene;
  const { claimName, undoOf, strategy } = restore.spec;
  const said = smallerAgain(scene);
  if (undoOf !== undefined && undone?.status.finishedAt) {
    said.push(
      `What was written to ${claimName} since that restore goes away. It is kept: this undo can be undone too.`
    );
  }
  if (storageClass?.volumeBindingMode === 'WaitForFirstConsumer' && undoOf === undefined && strategy !== 'files') {
    said.push(
      `Class ${claim?.claim.spec.storageClassName ?? ''} makes volumes where a pod runs first: a check pod takes the place of the present volume.`
    );
  }
  if (scene.lostOwners.length > 0 && chosenStrategy(scene) === 'swap') {
    said.push(
      `${claimName} belongs to ${scene.lostOwners.join(', ')}, which is gone or which the controller may not read: after a swap it does not.`
    );
  }
  const missing = missingBeside(scene.missingRights);
  if (missing !== null) {
    said.push(missing);
  }
  return said;
}

/** A claim that was enlarged since is as large as before after an undo: the kept volume is what it was. */
function smallerAgain({ claim, keptVolume, restore }: PlanScene): string[] {
  const kept = bytesOf(keptVolume?.spec.capacity['storage']);
  const { resources } = claim?.claim.spec ?? {};
  const has = Math.max(
    bytesOf(claim?.claim.status.capacity['storage']) ?? 0,
    bytesOf(resources?.requests['storage']) ?? 0
  );
  return kept !== null && kept < has
    ? [
        `${restore.spec.claimName} has ${sizeWords(has)} now and ${sizeWords(kept)} afterwards: the kept volume was not enlarged.`
      ]
    : [];
}

/** The plan where the account may not even look: it says what is missing. */
export function unreadablePlan(
  of: Pick<PlanScene, 'restore' | 'now' | 'strategies' | 'missingRights' | 'undoDays'>
): Pick<RestoreStatus, 'plan' | 'strategy'> {
  const { restore, now } = of;
  const strategy = restore.spec.strategy ?? 'swap';
  const { reason = '', fix = '' } = whyNot(of, strategy) ?? {};
  return {
    strategy,
    plan: {
      madeAt: now.toISOString(),
      validUntil: new Date(now.getTime() + PLAN_VALID_MS).toISOString(),
      strategy,
      options: restoreOptions(of, strategy),
      steps: stepTexts(strategy, of),
      blockers: [blocker('missing-right', strategy, { message: reason, fix })],
      warnings: [],
      stopsServer: strategy !== 'files' && restore.spec.requester !== undefined,
      startsServer: false,
      countable: false,
      changesUnknown: changesUnknown(strategy)
    }
  };
}

/** The claim as it is, whole. */
export function recordedClaim({ claim, manifest }: WholeClaim): NonNullable<RestoreStatus['claim']> {
  const { metadata, spec, status } = claim;
  const request = spec.resources.requests['storage'] ?? '';
  return {
    uid: metadata.uid,
    volumeId: metadata.labels[labels.volumeId] || metadata.uid,
    accessModes: spec.accessModes,
    storageClassName: spec.storageClassName ?? null,
    volumeMode: spec.volumeMode,
    request,
    capacity: status.capacity['storage'] ?? request,
    manifest
  };
}

/** A volume as it is, with the policy that it had before a restore changed it. */
export function volumeRef(volume: ClusterVolume): VolumeRef {
  const { metadata, spec } = volume;
  return {
    name: metadata.name,
    uid: metadata.uid,
    driver: spec.csi?.driver ?? '',
    handle: spec.csi?.volumeHandle ?? '',
    formerHandles: formerHandles(volume),
    reclaimPolicy: metadata.annotations[volumeAnnotations.originalReclaimPolicy] ?? spec.persistentVolumeReclaimPolicy
  };
}
