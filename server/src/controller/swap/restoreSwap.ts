/** Restoring: the old claim goes, and comes again with the new volume. Between the two there is one call to the API server. */
import { durationWords } from '../../durationWords';
import { KubernetesError } from '../../providers/kubernetes/client/kubernetesApi';
import { paths } from '../../providers/kubernetes/resources';
import type { VolumeRef } from '../../providers/kubernetes/volumeRestore';
import type { PersistentVolumeClaim } from '../../providers/kubernetes/volumes/claimResource';
import { assertNotHeld } from '../heldClaim';
import { assertSameOwner } from '../sameOwner';
import { RestoreRefused, type Next, type RestoreWork } from '../strategy';
import { lastChecks } from './lastChecks';
import { replaceClaim, type Replacement } from './replaceClaim';
import { preparedVolume, volumeGone } from './secureSwap';
import { claimSoon, deleteUnchanged, findClaim } from './swapObjects';
import { swapParts, type SwapParts } from './swapParts';

/** The old claim goes within some 50 ms, which no watch is waited for; after so long it is, ms. */
const GAP_MS = 2_000;
const AGAIN_MS = 2_000;
/** The server is stopped meanwhile: so long what fails is tried again before anything is deleted, ms. */
const FAILING_MS = 5 * 60_000;

export async function restoreSwap(work: RestoreWork): Promise<Next> {
  const parts = swapParts(work.restore);
  const newVolume = preparedVolume(work);
  const claim = await findClaim(work, parts.claimName);
  if (claim?.metadata.uid === parts.claim.uid) {
    if (claim.metadata.deletionTimestamp === undefined) {
      const waits = await makeRoom(work, parts, newVolume, claim).catch((error: unknown) => {
        throw outOfPatience(work, parts, error);
      });
      if (waits !== null) {
        return waits;
      }
    }
    const left = await claimSoon(work, parts.claimName, GAP_MS, found => found?.metadata.uid !== parts.claim.uid);
    if (left?.metadata.uid === parts.claim.uid) {
      const message = `Claim ${parts.claimName} is being deleted (${left.metadata.finalizers.join(', ')}).`;
      return { kind: 'wait', ms: AGAIN_MS, message };
    }
  }
  return nextOf(await replaceClaim(work, parts, newVolume), newVolume);
}

/** Deletes the claim; null: that is done. */
async function makeRoom(
  work: RestoreWork,
  parts: SwapParts,
  newVolume: VolumeRef,
  claim: PersistentVolumeClaim
): Promise<Next | null> {
  assertNotHeld(claim, work.now);
  assertSameOwner(work.restore, claim);
  const waitsFor = await lastChecks(work, parts, newVolume, claim);
  if (waitsFor !== null) {
    return { kind: 'wait', ms: AGAIN_MS, message: waitsFor };
  }
  return (await sendAway(work, parts, claim)) ? null : { kind: 'wait', ms: 0 };
}

/** What goes on failing, as a webhook that does not answer, gives the volume back: nothing is deleted yet. */
function outOfPatience({ restore, now }: RestoreWork, { claimName }: SwapParts, error: unknown): unknown {
  const since = Date.parse(restore.status.releasedAt ?? '');
  return error instanceof KubernetesError && error.status !== 409 && now.getTime() - since > FAILING_MS
    ? new RestoreRefused(
        'cluster-refused',
        `Claim ${claimName} could not be exchanged for ${durationWords(FAILING_MS)}: ${error.message}. Nothing was changed.`,
        'Ask an admin to look at the cluster, then restore again.'
      )
    : error;
}

/** What a replacement means for the phase. */
export function nextOf(replacement: Replacement, newVolume: VolumeRef): Next {
  switch (replacement.state) {
    case 'made': {
      const { name, uid } = replacement.claim.metadata;
      return { kind: 'done', status: { newClaim: { name, uid } } };
    }
    case 'waiting':
      return { kind: 'wait', ms: replacement.ms, message: replacement.message };
    case 'volume gone':
      throw volumeGone(newVolume);
    case 'namespace ends':
      throw new RestoreRefused(
        'object-changed',
        'The namespace is being deleted.',
        'Ask an admin for the volumes: they are kept.'
      );
  }
}

/** false: it was changed since the last look, for example for a new snapshot, so that has to be looked at again. */
async function sendAway(work: RestoreWork, parts: SwapParts, { metadata }: PersistentVolumeClaim): Promise<boolean> {
  try {
    await deleteUnchanged(work, paths.claims(parts.namespace), metadata);
    return true;
  } catch (error) {
    if (error instanceof KubernetesError && error.status === 409) {
      return false;
    }
    if (error instanceof KubernetesError && error.status === 403) {
      const detail = `Claim ${parts.claimName} can’t be deleted to make room: ${error.message}`;
      throw new RestoreRefused('forbidden', detail, 'Ask an admin.');
    }
    throw error;
  }
}
