/** PersistentVolumes as a swap reads and changes them: only the life that is meant, and only as it was just read. */
import { z } from 'zod';
import { KubernetesError, type KubernetesApi } from '../../providers/kubernetes/client/kubernetesApi';
import { volumeAnnotations, type VolumeRef } from '../../providers/kubernetes/volumeRestore';
import { clusterPaths, ClusterVolume } from '../clusterObjects';
import { formerHandles } from '../plan/snapshotBlockers';
import { orNull } from '../readOptional';

/** core/v1 PersistentVolume. */
export const PersistentVolume = ClusterVolume.extend({
  spec: ClusterVolume.shape.spec.extend({
    nodeAffinity: z.object({ required: z.unknown() }).nullish()
  }),
  status: z
    .object({ phase: z.string().default('Pending'), message: z.string().default('') })
    .default({ phase: 'Pending', message: '' })
});
export type PersistentVolume = z.infer<typeof PersistentVolume>;

/** What is written; null takes an annotation away. */
export interface VolumeChange {
  readonly policy?: string;
  readonly claimRef?: ClaimReference;
  readonly annotations?: Readonly<Record<string, string | null>>;
  readonly labels?: Readonly<Record<string, string>>;
}

/** uid '': reserved for whatever claim of that name comes (a pre-bind). */
interface ClaimReference {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
}

/** Somebody else wrote in between so many times before it is given up. */
const TRIES = 8;

/** The volume; null: this life of it is gone. */
export async function findVolume(
  api: KubernetesApi,
  { name, uid }: { readonly name: string; readonly uid: string }
): Promise<PersistentVolume | null> {
  const found = await orNull(api.request({ path: clusterPaths.volume(name), schema: PersistentVolume }));
  return found?.metadata.uid === uid ? found : null;
}

/**
 * Changes what `change` says of the volume as it is now; it is asked again where somebody else wrote in between, and
 * says null where nothing is to be changed. Returns the volume as it is then; null: this life of it is gone. `known`: as it
 * was read just now.
 */
export async function changeVolume(
  api: KubernetesApi,
  reference: { readonly name: string; readonly uid: string },
  change: (volume: PersistentVolume) => VolumeChange | null,
  known?: PersistentVolume | null
): Promise<PersistentVolume | null> {
  for (let tries = 1; ; tries++) {
    const volume = tries === 1 && known !== undefined ? known : await findVolume(api, reference);
    const wanted = volume === null ? null : change(volume);
    if (volume === null || wanted === null) {
      return volume;
    }
    try {
      return await api.request({
        method: 'PATCH',
        path: clusterPaths.volume(reference.name),
        body: patchOf(volume, wanted),
        schema: PersistentVolume
      });
    } catch (error) {
      if (!(error instanceof KubernetesError) || error.status !== 409 || tries === TRIES) {
        throw error;
      }
    }
  }
}

function patchOf({ metadata }: PersistentVolume, { policy, claimRef, annotations, labels }: VolumeChange): object {
  return {
    metadata: {
      uid: metadata.uid,
      resourceVersion: metadata.resourceVersion,
      ...(annotations === undefined ? {} : { annotations }),
      ...(labels === undefined ? {} : { labels })
    },
    spec: {
      ...(policy === undefined ? {} : { persistentVolumeReclaimPolicy: policy }),
      ...(claimRef === undefined
        ? {}
        : {
            claimRef: {
              apiVersion: 'v1',
              kind: 'PersistentVolumeClaim',
              namespace: claimRef.namespace,
              name: claimRef.name,
              uid: claimRef.uid === '' ? null : claimRef.uid,
              resourceVersion: null
            }
          })
    }
  };
}

/**
 * Whether the volume binder has read that the volume is reserved for a name: it says so by this phase, some milliseconds
 * later, or seconds where it has much to do. Until then it may have another volume made for a claim of that name.
 */
export const isOffered = ({ status }: PersistentVolume): boolean => status.phase === 'Available';

/** Whose it is, or for whom it is reserved. */
export const claimOf = ({ spec }: PersistentVolume): ClaimReference =>
  spec.claimRef ?? { namespace: '', name: '', uid: '' };

/** The policy that the volume had before restores made it Retain. */
export const originalPolicy = ({ metadata, spec }: PersistentVolume): string =>
  metadata.annotations[volumeAnnotations.originalReclaimPolicy] ?? spec.persistentVolumeReclaimPolicy;

/** As it is recorded before the restore touches it. */
export const volumeRef = (volume: PersistentVolume): VolumeRef => ({
  name: volume.metadata.name,
  uid: volume.metadata.uid,
  driver: volume.spec.csi?.driver ?? '',
  handle: volume.spec.csi?.volumeHandle ?? '',
  formerHandles: formerHandles(volume),
  reclaimPolicy: originalPolicy(volume)
});
