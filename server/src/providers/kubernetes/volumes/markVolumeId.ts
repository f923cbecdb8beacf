/**
 * Puts the label `volume-id` on a claim at its first change, so that its snapshots stay its own when a restore gives it
 * another uid. Where the account may not, the uid itself is the volume-id.
 */
import { ProblemError } from '../../../problemError';
import { KubernetesError } from '../client/kubernetesApi';
import { labels } from '../names';
import { paths } from '../resources';
import { PersistentVolumeClaim } from './claimResource';
import { claimTrouble, claimUnknown } from './claimSighting';
import type { ClaimContext, ObservedClaim } from './observedClaim';

export interface MarkContext extends ClaimContext {
  readonly signal?: AbortSignal;
}

/** How often it is tried anew because the claim was changed at the same time. */
const ATTEMPTS = 4;

/** The volume-id to use. Rejects with ProblemError, or with KubernetesError where no answer came. */
export async function markVolumeId(
  claim: string,
  entry: ObservedClaim | undefined,
  context: MarkContext
): Promise<string> {
  if (entry === undefined) {
    throw notFound(claim, `This server mounts no claim ${claim}.`);
  }
  if (entry.object === null) {
    await entry.ask();
  }
  const first = known(entry, context.namespace).metadata.uid;
  for (let attempt = 1; ; attempt += 1) {
    const { uid, labels: held, resourceVersion } = known(entry, context.namespace).metadata;
    if (uid !== first) {
      throw changed(claim);
    }
    const marked = held[labels.volumeId];
    if (marked !== undefined || context.rights.may('patch', '', 'persistentvolumeclaims') === false) {
      return marked ?? uid;
    }
    try {
      // With both preconditions nobody's label is overwritten, and no claim of the same name gets this one's.
      entry.see(await patch(claim, { uid, resourceVersion }, context));
    } catch (error) {
      if (!(error instanceof KubernetesError)) {
        throw error;
      }
      switch (error.status) {
        // Forbidden, or refused by a policy: the uid does as well, until the claim is made anew.
        case 403:
        case 422:
          context.log.info({ claim, err: error }, 'the claim can’t be labelled, its uid stands for it');
          return uid;
        case 404:
          entry.see(null);
          break;
        case 409:
          if (attempt === ATTEMPTS) {
            throw changed(claim);
          }
          await entry.ask();
          break;
        default:
          throw error;
      }
    }
  }
}

/** The claim as last seen. Throws where it is not known or does not exist. */
function known(entry: ObservedClaim, namespace: string): PersistentVolumeClaim {
  const facts = { ...entry.facts(), namespace };
  const { claim, object, sighting } = facts;
  if (object !== null && sighting.state !== 'absent') {
    return object;
  }
  const trouble = claimTrouble(facts) ?? claimUnknown(facts);
  const detail = trouble?.reason ?? `Claim ${claim} is not known.`;
  throw sighting.state === 'forbidden'
    ? new ProblemError('forbidden', { detail, next: trouble?.fix ?? '', object: claim })
    : notFound(claim, detail);
}

function patch(
  claim: string,
  { uid, resourceVersion }: { readonly uid: string; readonly resourceVersion: string },
  { api, namespace, timeoutMs, signal }: MarkContext
): Promise<PersistentVolumeClaim> {
  return api.request({
    method: 'PATCH',
    path: `${paths.claims(namespace)}/${claim}`,
    body: { metadata: { uid, resourceVersion, labels: { [labels.volumeId]: uid } } },
    schema: PersistentVolumeClaim,
    timeoutMs,
    ...(signal === undefined ? {} : { signal })
  });
}

const changed = (claim: string): ProblemError =>
  new ProblemError('object-changed', {
    detail: `Claim ${claim} was changed by somebody else meanwhile.`,
    next: 'Look at the volume again, then repeat what you did.',
    object: claim
  });

const notFound = (claim: string, detail: string): ProblemError =>
  new ProblemError('volume-not-found', {
    detail,
    next: 'List the volumes and use one of them.',
    object: claim
  });
