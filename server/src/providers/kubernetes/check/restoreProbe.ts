/**
 * Finds out whether somebody could ask for a restore in the name of another's server: by asking for one, as a dry run,
 * for a pod that there is not. Where an admission policy holds, it is refused whatever the account may do else. Where the
 * cluster's definition of VolumeRestore is older than this version, that shows too.
 */
import { GROUP } from '../names';
import type { KubernetesApi } from '../client/kubernetesApi';
import { RESTORE_API_VERSION, RESTORE_RESOURCE, restorePath, STRICTLY } from '../volumeRestore';
import type { ClaimRecord } from '../volumes/claims';
import type { AccountReview } from './accountReview';
import type { DryRun } from './clusterFacts';
import { dryRun } from './dryRun';

export interface RestoreProbeOptions {
  readonly api: KubernetesApi;
  readonly namespace: string;
  readonly claims: readonly ClaimRecord[];
  readonly account: AccountReview;
  readonly signal: AbortSignal;
}

/** null: the account may not ask for restores anyway, or has no claim to try it with. */
export async function probeForgedRestore(options: RestoreProbeOptions): Promise<DryRun | null> {
  const { namespace, claims, account } = options;
  const [own] = claims;
  if (own === undefined || account.may({ verb: 'create', group: GROUP, resource: RESTORE_RESOURCE }) === false) {
    return null;
  }
  return dryRun(options, {
    path: restorePath(namespace),
    // Every field that this version may send: a definition that lacks one says so, before any policy is asked.
    query: STRICTLY,
    body: {
      apiVersion: RESTORE_API_VERSION,
      kind: 'VolumeRestore',
      metadata: { name: `${own.claim.slice(0, 200)}.datamark-check`, namespace },
      spec: {
        claimName: own.claim,
        snapshotName: `${own.claim.slice(0, 200)}.datamark-check`,
        strategy: 'files',
        paths: ['datamark-check'],
        approved: false,
        cancel: false,
        requester: { podName: 'datamark-check', podUid: '00000000-0000-4000-8000-000000000000' }
      }
    }
  });
}
