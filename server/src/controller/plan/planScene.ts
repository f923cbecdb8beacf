/** Everything in the cluster that a plan depends on, read once: planning itself asks nothing. */
import { z } from 'zod';
import type { KubernetesApi } from '../../providers/kubernetes/client/kubernetesApi';
import { ResourceQuota } from '../../providers/kubernetes/check/resourceQuota';
import { annotations } from '../../providers/kubernetes/names';
import { paths, StorageClass, VolumeSnapshot } from '../../providers/kubernetes/resources';
import { PersistentVolumeClaim } from '../../providers/kubernetes/volumes/claimResource';
import {
  RESTORE_LOCK,
  restorePath,
  type ControllerStrategy,
  type VolumeRestore
} from '../../providers/kubernetes/volumeRestore';
import { claimsOf, clusterPaths, ClusterPod, ClusterVolume, SnapshotContent, WholeClaim } from '../clusterObjects';
import { isReadable, mayWorkOn, ReadableRestore } from '../followedRestore';
import { GATE_POLICY } from '../gate';
import { orNull } from '../readOptional';
import { readManifest } from '../swap/claimManifests';
import { livingOwners } from '../swap/livingOwners';
import { restoresUnderWay } from '../restoreLists';
import type { MissingRights } from './neededRights';

export interface PlanScene {
  readonly now: Date;
  readonly restore: VolumeRestore;
  readonly claim: WholeClaim | null;
  /** Owners of the claim, as `Kind name`, that are gone or that the controller may not read. */
  readonly lostOwners: readonly string[];
  /** What the claim is bound to. */
  readonly volume: ClusterVolume | null;
  /** The pod of spec.requester, of whatever life. */
  readonly requester: ClusterPod | null;
  /** Pods that mount the claim, Pending ones too; but for those made for this restore. */
  readonly users: readonly ClusterPod[];
  readonly snapshot: VolumeSnapshot | null;
  readonly content: SnapshotContent | null;
  /** Snapshots of the claim that are ready and stay. */
  readonly readySnapshots: readonly VolumeSnapshot[];
  /** Those that are not ready. */
  readonly unreadySnapshots: readonly VolumeSnapshot[];
  /** Clones of the claim that are not made yet. */
  readonly unmadeClones: readonly PersistentVolumeClaim[];
  readonly storageClass: StorageClass | null;
  readonly quotas: readonly ResourceQuota[];
  /** Others of the same claim that are being carried out. */
  readonly otherRestores: readonly VolumeRestore[];
  /** Names of those that have begun with it and can’t be read. */
  readonly unreadableRestores: readonly string[];
  /** Of an undo: what it undoes, and what that has kept. */
  readonly undone: VolumeRestore | null;
  /** What it undoes is there, and can’t be read. */
  readonly isUndoneUnreadable: boolean;
  readonly keptVolume: ClusterVolume | null;
  readonly keptSnapshot: VolumeSnapshot | null;
  readonly gateInstalled: boolean;
  readonly missingRights: MissingRights;
  /** The ways that this controller has. */
  readonly strategies: readonly ControllerStrategy[];
  readonly undoDays: number;
  /** Time of the last restore of this claim that succeeded, ms; null: none is known. */
  readonly lastDurationMs: number | null;
}

const Existing = z.object({ metadata: z.object({ name: z.string() }) });

export interface SceneOptions {
  readonly api: KubernetesApi;
  readonly restore: VolumeRestore;
  readonly now: Date;
  readonly missingRights: MissingRights;
  readonly strategies: readonly ControllerStrategy[];
  readonly undoDays: number;
  readonly lastDurationMs: number | null;
}

/** Reads it all. */
export async function readScene({ api, restore, ...given }: SceneOptions): Promise<PlanScene> {
  const { namespace, uid } = restore.metadata;
  const { claimName, requester, undoOf } = restore.spec;
  const one = <T>(path: string, schema: z.ZodType<T>): Promise<T | null> => orNull(api.request({ path, schema }));
  const all = <T>(path: string, item: z.ZodType<T>): Promise<T[]> =>
    api.list({ path, item }).then(({ items }) => items);
  const [claim, pods, requesterPod, snapshots, claims, quotas, underWay, undoneRead, gate] = await Promise.all([
    one(`${paths.claims(namespace)}/${claimName}`, WholeClaim),
    all(paths.pods(namespace), ClusterPod),
    requester === undefined ? null : one(`${paths.pods(namespace)}/${requester.podName}`, ClusterPod),
    all(paths.snapshots(namespace), VolumeSnapshot),
    all(paths.claims(namespace), PersistentVolumeClaim),
    all(clusterPaths.quotas(namespace), ResourceQuota),
    restoresUnderWay(api, namespace),
    undoOf === undefined ? null : one(`${restorePath(namespace)}/${undoOf}`, ReadableRestore),
    one(`/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicybindings/${GATE_POLICY}`, Existing)
  ]);
  const undone = undoneRead !== null && isReadable(undoneRead) ? undoneRead : null;
  const own = snapshots.filter(({ spec }) => spec.source.persistentVolumeClaimName === claimName);
  const keptSnapshot = snapshots.find(({ metadata }) => metadata.name === undone?.status.undo?.snapshot) ?? null;
  const snapshot = undoOf === undefined ? snapshots.find(named(restore.spec.snapshotName)) : keptSnapshot;
  const contentName = snapshot?.status.boundVolumeSnapshotContentName;
  const volumeName = claim?.claim.spec.volumeName ?? '';
  const keptVolumeName = undone?.status.undo?.volume ?? '';
  const className = claim?.claim.spec.storageClassName ?? '';
  const owners = claim === null ? [] : readManifest(claim).metadata.ownerReferences;
  const [lostOwners, volume, keptVolume, content, storageClass] = await Promise.all([
    livingOwners({ api, restore }, owners).then(living =>
      owners
        .filter(({ uid: owner }) => living.every(one => one.uid !== owner))
        .map(({ kind, name }) => `${kind} ${name}`)
    ),
    volumeName === '' ? null : one(clusterPaths.volume(volumeName), ClusterVolume),
    keptVolumeName === '' ? null : one(clusterPaths.volume(keptVolumeName), ClusterVolume),
    contentName === undefined ? null : one(clusterPaths.snapshotContent(contentName), SnapshotContent),
    className === '' ? null : one(`${paths.storageClasses}/${className}`, StorageClass)
  ]);
  return {
    ...given,
    restore,
    claim,
    lostOwners,
    volume,
    requester: requesterPod,
    users: pods.filter(
      pod => claimsOf(pod).includes(claimName) && pod.metadata.annotations[annotations.restore] !== uid
    ),
    snapshot: snapshot ?? null,
    content,
    readySnapshots: own.filter(
      ({ metadata, status }) => status.readyToUse === true && metadata.deletionTimestamp === undefined
    ),
    unreadySnapshots: own.filter(({ status }) => status.readyToUse !== true),
    unmadeClones: claims.filter(one => isCloneOf(one, claimName) && one.status.phase === 'Pending'),
    storageClass,
    quotas,
    otherRestores: underWay.read.filter(({ metadata, spec }) => metadata.uid !== uid && spec.claimName === claimName),
    unreadableRestores: underWay.unreadable
      .filter(of => mayWorkOn(of, claimName, claim?.claim.metadata.annotations[RESTORE_LOCK]))
      .map(({ metadata }) => metadata.name),
    undone,
    isUndoneUnreadable: undoneRead !== null && undone === null,
    keptVolume,
    keptSnapshot,
    gateInstalled: gate !== null
  };
}

const named =
  (name: string | undefined) =>
  ({ metadata }: { metadata: { name: string } }): boolean =>
    metadata.name === name;

/** Whether a claim is made from another claim. */
export const isCloneOf = ({ spec }: PersistentVolumeClaim, claimName: string): boolean => {
  const source = spec.dataSourceRef ?? spec.dataSource ?? null;
  return source !== null && source.kind === 'PersistentVolumeClaim' && !source.apiGroup && source.name === claimName;
};
