/**
 * A trial of the claim that will be made again, under its own name: the API server runs every webhook, policy and quota
 * before it finds the name taken, so `AlreadyExists` is the good answer.
 */
import { z } from 'zod';
import { KubernetesError } from '../../providers/kubernetes/client/kubernetesApi';
import { bytesOf } from '../../providers/kubernetes/quantity';
import { paths } from '../../providers/kubernetes/resources';
import type { RestoreWork } from '../strategy';
import { finalClaim, readManifest } from './claimManifests';
import { livingOwners } from './livingOwners';
import { isQuota, refusal } from './refusals';
import type { SwapParts } from './swapParts';

const Tried = z.object({ kind: z.string().default('') });

interface TrialOptions {
  /** The old claim goes first: what it takes of a quota counts as free. */
  readonly replaces?: boolean;
}

/** Throws RestoreRefused where it would be refused. */
export async function tryFinalClaim(
  work: RestoreWork,
  parts: SwapParts,
  { replaces = false }: TrialOptions = {}
): Promise<void> {
  const owners = await livingOwners(work, readManifest(parts.claim).metadata.ownerReferences);
  const body = finalClaim({ parts, volumeName: parts.oldVolume.name, capacity: null, owners });
  const path = paths.claims(parts.namespace);
  try {
    await work.api.request({ method: 'POST', path, query: { dryRun: 'All' }, body, schema: Tried });
  } catch (error) {
    if (error instanceof KubernetesError && error.reason === 'AlreadyExists') {
      return;
    }
    if (replaces && isQuota(error) && hasRoomInPlace(error.message)) {
      return;
    }
    throw refusal(error, `Claim ${parts.claimName} could not be made again with the other volume.`);
  }
}

/**
 * Whether a claim of the same size fits once the old one is gone: what is used now, with it, is within every limit.
 * From the text of the quota admission: `requested: a=1,b=2, used: a=5,b=9, limited: a=5,b=10`.
 */
export function hasRoomInPlace(message: string): boolean {
  const [, used = '', limited = ''] = /, used: (\S+), limited: (\S+)/.exec(message) ?? [];
  const limits = amounts(limited);
  const within = Object.entries(amounts(used)).every(([name, amount]) => amount <= (limits[name] ?? -1));
  return used !== '' && within;
}

const amounts = (list: string): Record<string, number> =>
  Object.fromEntries(
    list.split(',').map(entry => {
      const [name = '', amount = ''] = entry.split('=');
      return [name, bytesOf(amount) ?? Number.NaN];
    })
  );
