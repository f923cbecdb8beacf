/**
 * Restores whose objects are gone, as after the custom resource was installed anew: the volume that each has kept says of
 * what it is the undo. The object is made again, so that its user can undo it, and what is left to do is done.
 */
import { z } from 'zod';
import { KubernetesError, type KubernetesApi } from '../providers/kubernetes/client/kubernetesApi';
import { GROUP, labels, MANAGED_BY } from '../providers/kubernetes/names';
import { paths } from '../providers/kubernetes/resources';
import {
  RESTORE_API_VERSION,
  restorePath,
  volumeAnnotations,
  VolumeRestore,
  type RestoreStatus
} from '../providers/kubernetes/volumeRestore';
import type { Log } from '../log';
import { clusterPaths, ClusterVolume, WholeClaim } from './clusterObjects';
import type { CoreStep, CoreWork } from './coreWork';
import { recordedClaim, volumeRef } from './plan/planRestore';
import { ReadableRestore } from './followedRestore';
import { SETTLING } from './phases/settling';
import { orNull } from './readOptional';

/** Annotation on a VolumeRestore that was made again: name of the volume that it has kept. */
const FOUND_BY = `${GROUP}/found-by-volume`;
/** The name of a snapshot that nothing tells any more. */
const UNKNOWN = 'unknown';

export interface KeptVolumesOptions {
  readonly api: KubernetesApi;
  readonly log: Log;
  /** Null: all. */
  readonly namespaces: readonly string[] | null;
  readonly signal: AbortSignal;
}

/** Makes the objects again that are missing; what they say is written when they are looked at. */
export async function findKeptVolumes({ api, log, namespaces, signal }: KeptVolumesOptions): Promise<void> {
  const { items } = await api.list({ path: clusterPaths.volumes, item: ClusterVolume, signal });
  for (const volume of items) {
    const [namespace = '', name = ''] = volume.metadata.annotations[volumeAnnotations.undoOf]?.split('/') ?? [];
    const isKept = volumeAnnotations.undoUntil in volume.metadata.annotations && volume.status.phase !== 'Bound';
    const isOurs = namespaces === null || namespaces.includes(namespace);
    if (name !== '' && isKept && isOurs && volume.spec.claimRef?.namespace === namespace) {
      const found = { restore: `${namespace}/${name}`, volume: volume.metadata.name };
      const path = `${restorePath(namespace)}/${name}`;
      try {
        // One that can’t be read is there.
        if ((await orNull(api.request({ path, schema: ReadableRestore, signal }))) === null) {
          await makeAgain(api, volume, volume.spec.claimRef.name, { namespace, name });
          log.info(found, 'a restore was found by its volume');
        }
      } catch (error) {
        if (!(error instanceof KubernetesError) || signal.aborted) {
          throw error;
        }
        // Of a namespace that is gone, perhaps: that hides no other one.
        log.warn({ err: error, ...found }, 'a kept volume is left to an admin: its restore can’t be made again');
      }
    }
  }
}

async function makeAgain(
  api: KubernetesApi,
  { metadata }: ClusterVolume,
  claimName: string,
  { namespace, name }: { namespace: string; name: string }
): Promise<void> {
  const claim = await orNull(api.request({ path: `${paths.claims(namespace)}/${claimName}`, schema: WholeClaim }));
  const own = claim?.claim.metadata;
  const owner = own?.labels[labels.owner] ?? own?.labels['hub.jupyter.org/username'];
  const body = {
    apiVersion: RESTORE_API_VERSION,
    kind: 'VolumeRestore',
    metadata: {
      name,
      labels: {
        [labels.managedBy]: MANAGED_BY,
        ...(own === undefined ? {} : { [labels.volumeId]: own.labels[labels.volumeId] ?? own.uid }),
        ...(owner === undefined ? {} : { [labels.owner]: owner })
      },
      annotations: { [FOUND_BY]: metadata.name }
    },
    spec: {
      claimName,
      snapshotName: metadata.annotations[volumeAnnotations.restoredSnapshot] ?? UNKNOWN,
      strategy: 'swap',
      approved: false,
      cancel: false
    }
  };
  try {
    await api.request({ method: 'POST', path: restorePath(namespace), body, schema: VolumeRestore });
  } catch (error) {
    if (!(error instanceof KubernetesError && error.reason === 'AlreadyExists')) {
      throw error;
    }
  }
}

/** What a restore that was made again has done; null: it is an ordinary one. Everything is read from the volumes. */
export async function foundAgain({ api, restore, now }: CoreWork): Promise<CoreStep | null> {
  const { metadata, spec } = restore;
  const volumeName = metadata.annotations[FOUND_BY];
  if (volumeName === undefined || spec.requester !== undefined) {
    return null;
  }
  const [kept, claim] = await Promise.all([
    orNull(api.request({ path: clusterPaths.volume(volumeName), schema: ClusterVolume })),
    orNull(api.request({ path: `${paths.claims(metadata.namespace)}/${spec.claimName}`, schema: WholeClaim }))
  ]);
  const { claimRef } = kept?.spec ?? {};
  if (
    kept === null ||
    claim === null ||
    kept.metadata.annotations[volumeAnnotations.undoOf] !== `${metadata.namespace}/${metadata.name}` ||
    claimRef?.namespace !== metadata.namespace ||
    claimRef.name !== spec.claimName
  ) {
    return null;
  }
  if (!spec.approved) {
    const { name, namespace, uid, resourceVersion } = metadata;
    const body = { metadata: { uid, resourceVersion }, spec: { approved: true } };
    await api.request({ method: 'PATCH', path: `${restorePath(namespace)}/${name}`, body, schema: VolumeRestore });
    return { kind: 'reread' };
  }
  const present = claim.claim.spec.volumeName;
  const newVolume =
    present === '' ? null : await orNull(api.request({ path: clusterPaths.volume(present), schema: ClusterVolume }));
  return { kind: 'write', status: describe(kept, claim, newVolume, claimRef.uid, now) };
}

function describe(
  kept: ClusterVolume,
  claim: WholeClaim,
  newVolume: ClusterVolume | null,
  oldUid: string,
  now: Date
): Partial<RestoreStatus> {
  const at = kept.status.lastPhaseTransitionTime ?? now.toISOString();
  const { metadata } = claim.claim;
  const manifest = Manifest.parse(JSON.parse(claim.manifest));
  return {
    phase: 'Succeeded',
    strategy: 'swap',
    message: `Found again by volume ${kept.metadata.name}, which is kept for an undo.`,
    plan: {
      madeAt: at,
      validUntil: at,
      strategy: 'swap',
      options: [],
      steps: [],
      blockers: [],
      warnings: [],
      stopsServer: true,
      startsServer: false,
      countable: false
    },
    // As far as it is known: the claim is the one of today with the uid that the kept volume was bound to.
    claim: {
      ...recordedClaim(claim),
      uid: oldUid,
      manifest: JSON.stringify({ ...manifest, metadata: { ...manifest.metadata, uid: oldUid } })
    },
    oldVolume: volumeRef(kept),
    newVolume: newVolume === null ? null : volumeRef(newVolume),
    newClaim: { name: metadata.name, uid: metadata.uid },
    finishedAt: at,
    boundAt: at,
    undo: {
      possible: true,
      reason: '',
      until: kept.metadata.annotations[volumeAnnotations.undoUntil] ?? null,
      volume: kept.metadata.name
    },
    pending: [SETTLING]
  };
}

const Manifest = z.looseObject({ metadata: z.looseObject({}) });
