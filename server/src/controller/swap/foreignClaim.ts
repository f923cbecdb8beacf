/**
 * A claim of the user's name that somebody else made while there was none, as a hub does when a server starts. Reserved
 * for that name, the volume goes to it where it fits. One that has another volume may hold data by now: it is never deleted.
 */
import { KubernetesError } from '../../providers/kubernetes/client/kubernetesApi';
import { paths } from '../../providers/kubernetes/resources';
import type { VolumeRef } from '../../providers/kubernetes/volumeRestore';
import { PersistentVolumeClaim } from '../../providers/kubernetes/volumes/claimResource';
import type { RestoreWork } from '../strategy';
import { returningMarks } from './claimManifests';
import type { Replacement } from './replaceClaim';
import { deleteUnchanged } from './swapObjects';
import type { SwapParts } from './swapParts';

/** For the volume binder to give it the reserved volume, ms. */
const BIND_MS = 10_000;
const AGAIN_MS = 1_000;

/** Takes it as the restored claim where it has the volume; else makes way for that, or says who has to. */
export async function acceptForeignClaim(
  work: RestoreWork,
  parts: SwapParts,
  target: VolumeRef,
  claim: PersistentVolumeClaim
): Promise<Replacement> {
  const { metadata, spec, status } = claim;
  if (spec.volumeName === target.name) {
    return { state: 'made', claim: await complete(work, parts, claim) };
  }
  if (spec.volumeName !== '' || status.phase !== 'Pending') {
    const message =
      `Somebody made a claim ${parts.claimName}, which got another volume (${spec.volumeName}). ` +
      `It is left alone: delete it, and ${parts.claimName} is made again with the right volume, ${target.name}.`;
    return { state: 'waiting', ms: AGAIN_MS, message };
  }
  const age = work.now.getTime() - Date.parse(metadata.creationTimestamp);
  if (age < BIND_MS) {
    return {
      state: 'waiting',
      ms: AGAIN_MS,
      message: `Somebody made a claim ${parts.claimName}: waiting for its volume.`
    };
  }
  // It was never bound, so no pod has ever written to it; the version proves that it is not being bound either.
  try {
    await deleteUnchanged(work, paths.claims(parts.namespace), metadata);
  } catch (error) {
    if (!(error instanceof KubernetesError) || error.status !== 409) {
      throw error;
    }
  }
  return {
    state: 'waiting',
    ms: 0,
    message: `A claim ${parts.claimName} of somebody else, without a volume, was removed.`
  };
}

/** What the old claim said of itself comes back; what its maker wrote stays where it does not contradict. */
async function complete(
  { api }: RestoreWork,
  parts: SwapParts,
  { metadata }: PersistentVolumeClaim
): Promise<PersistentVolumeClaim> {
  const path = `${paths.claims(parts.namespace)}/${metadata.name}`;
  const body = { metadata: { uid: metadata.uid, ...returningMarks(parts) } };
  return api.request({ method: 'PATCH', path, body, schema: PersistentVolumeClaim });
}
