/**
 * A protection that nothing needs any more: where the snapshot controller learns too late that the claim is protected, it
 * leaves its finalizer there though all snapshots are ready, and looks again only when one of them changes, or after its
 * resync (15 min). A note on one of them lets it look at once.
 */
import { KubernetesError, type KubernetesApi } from '../../providers/kubernetes/client/kubernetesApi';
import { GROUP } from '../../providers/kubernetes/names';
import { paths, VolumeSnapshot } from '../../providers/kubernetes/resources';
import type { PlanScene } from './planScene';

/** Finalizer on a claim while a snapshot of it is being made. */
export const SNAPSHOT_PROTECTION = 'snapshot.storage.kubernetes.io/pvc-as-source-protection';

/** Annotation on a snapshot: when the snapshot controller was last asked to look at it. */
const LOOK_AT = `${GROUP}/look-at`;
/** It is asked once in this time, ms. */
const ASK_AGAIN_MS = 20_000;

type Scene = Pick<PlanScene, 'claim' | 'unreadySnapshots' | 'readySnapshots' | 'now' | 'restore'>;

/** Whether the snapshot controller has left its protection on the claim. */
export const isLeftProtected = ({ claim, unreadySnapshots }: Pick<Scene, 'claim' | 'unreadySnapshots'>): boolean =>
  claim !== null && claim.claim.metadata.finalizers.includes(SNAPSHOT_PROTECTION) && unreadySnapshots.length === 0;

/** Asks it to look again, where that was not done just now. Where that may not be asked for, the blocker stays. */
export async function askToLook(api: KubernetesApi, scene: Scene): Promise<void> {
  const { readySnapshots, now, restore } = scene;
  // Other ways replace no claim.
  if (!['swap', undefined].includes(restore.spec.strategy)) {
    return;
  }
  const asked = readySnapshots.map(({ metadata }) => Date.parse(metadata.annotations[LOOK_AT] ?? '') || 0);
  const [one] = readySnapshots;
  if (!isLeftProtected(scene) || one === undefined || now.getTime() - Math.max(...asked) < ASK_AGAIN_MS) {
    return;
  }
  const { name, uid } = one.metadata;
  try {
    await api.request({
      method: 'PATCH',
      path: `${paths.snapshots(restore.metadata.namespace)}/${name}`,
      body: { metadata: { uid, annotations: { [LOOK_AT]: now.toISOString() } } },
      schema: VolumeSnapshot
    });
  } catch (error) {
    if (!(error instanceof KubernetesError && [403, 404, 409].includes(error.status))) {
      throw error;
    }
  }
}
