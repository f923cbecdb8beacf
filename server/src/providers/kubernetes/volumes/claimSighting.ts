/** What was last learnt of a claim, and what that means in words. Pure. */
import type { PersistentVolumeClaim } from './claimResource';

/** How the last look at a claim ended. */
export type Sighting =
  | { readonly state: 'unseen' }
  | { readonly state: 'seen' }
  | { readonly state: 'absent' }
  | { readonly state: 'forbidden'; readonly message: string }
  | { readonly state: 'unreachable'; readonly message: string };

/** Why nothing can be made of a claim now, and what mends it. */
export interface ClaimTrouble {
  readonly reason: string;
  readonly fix: string;
}

export interface SightedClaim {
  readonly claim: string;
  readonly namespace: string;
  readonly sighting: Sighting;
  /** As last seen; null: never. */
  readonly object: PersistentVolumeClaim | null;
}

/** What is wrong with the claim itself; null: nothing is known to be. */
export function claimTrouble({ claim, namespace, sighting, object }: SightedClaim): ClaimTrouble | null {
  if (sighting.state === 'absent') {
    return object === null
      ? {
          reason: `There is no claim ${claim} in namespace ${namespace}.`,
          fix: 'Ask the administrator to correct DATAMARK_VOLUMES.'
        }
      : {
          reason: `Claim ${claim} was deleted. What is still mounted may go at any time.`,
          fix: 'Copy what you need to another volume, and ask the administrator.'
        };
  }
  if (object === null) {
    return null;
  }
  const { deletionTimestamp } = object.metadata;
  if (deletionTimestamp !== undefined) {
    return {
      reason: `Claim ${claim} is being deleted since ${deletionTimestamp}: it goes when no server mounts it any more.`,
      fix: 'Copy what you need to another volume before this server stops.'
    };
  }
  switch (object.status.phase) {
    case 'Bound':
      return null;
    case 'Lost':
      return {
        reason: `Claim ${claim} has lost its volume: the storage behind it is gone.`,
        fix: 'Ask the administrator; a snapshot of it may still be restorable.'
      };
    case 'Pending':
      return {
        reason: `Claim ${claim} waits for its storage.`,
        fix: `Look at its events: kubectl -n ${namespace} describe pvc ${claim}`
      };
    default:
      return {
        reason: `Claim ${claim} is in phase ${object.status.phase}.`,
        fix: `Look at its events: kubectl -n ${namespace} describe pvc ${claim}`
      };
  }
}

/** Why the claim is not known at all; null: it was seen, or its absence was. */
export function claimUnknown({ claim, sighting, object }: SightedClaim): ClaimTrouble | null {
  if (object !== null && sighting.state !== 'forbidden') {
    return null;
  }
  switch (sighting.state) {
    case 'unseen':
      return { reason: `Claim ${claim} was not looked at yet.`, fix: 'Wait a moment.' };
    case 'forbidden':
      return {
        reason: `The server’s account may not read claim ${claim}.`,
        fix: 'Ask the administrator for the role datamark-viewer or datamark-user.'
      };
    case 'unreachable':
      return {
        reason: `Claim ${claim} is not known: ${sighting.message}`,
        fix: 'Try again when the API server answers; the report says what stands in the way.'
      };
    default:
      return null;
  }
}
