/** All findings of the Kubernetes provider, from what is known: the same facts give the same report. Pure. */
import type { KubernetesSettings } from '../../../kubernetesSettings';
import { GROUP } from '../names';
import type { StorageClass, VolumeSnapshotClass } from '../resources';
import type { Classes } from '../storageClasses';
import type { ClaimRecord } from '../volumes/claims';
import type { ClusterFacts } from './clusterFacts';
import { reachedFinding, unreachedFinding } from './connectionFindings';
import type { Found } from './found';
import { isolationFindings, quotaFindings } from './namespaceFindings';
import { RESTORE_RESOURCE } from '../volumeRestore';
import { restoreFindings } from './restoreFindings';
import { grantClasses, rightsFindings } from './rightsFindings';
import { storageFindings, volumeFindings } from './storageFindings';

export interface FindingsInput {
  /** Host and port of the API server. */
  readonly server: string;
  readonly namespace: string;
  readonly settings: Pick<KubernetesSettings, 'snapshotClass' | 'volumes' | 'podName'>;
  readonly facts: ClusterFacts;
  readonly claims: readonly ClaimRecord[];
  /** false: they are still being looked for. */
  readonly claimsKnown: boolean;
  readonly snapshotClasses: Classes<VolumeSnapshotClass>;
  readonly storageClasses: Classes<StorageClass>;
}

/** In the order in which a person would look; nothing before the first look. */
export function clusterFindings(input: FindingsInput): Found[] {
  const { facts, server, namespace, settings, claims } = input;
  switch (facts.state) {
    case 'never':
      return [];
    case 'unreached':
      return [unreachedFinding(server, facts.error)];
    case 'reached': {
      const { account, snapshotApi, quotas, isolation, missingDrivers, version, answerMs } = facts;
      const subject = { review: account, namespace };
      return [
        ...rightsFindings(subject, facts.restoreApi.state === 'served'),
        ...storageFindings({
          snapshotApi,
          snapshotClasses: input.snapshotClasses,
          storageClasses: input.storageClasses,
          claims,
          configuredClass: settings.snapshotClass,
          missingDrivers,
          grantClasses: grantClasses(subject)
        }),
        ...isolationFindings(isolation, namespace),
        ...quotaFindings(quotas, claims, namespace),
        ...volumeFindings({
          claims,
          known: input.claimsKnown,
          declared: settings.volumes !== null,
          mayReadPod: account.may({ verb: 'get', group: '', resource: 'pods' }) !== false,
          account: account.account === null ? 'this account' : `account ${account.account}`,
          namespace,
          podName: settings.podName
        }),
        reachedFinding(version, namespace, answerMs),
        ...restoreFindings({
          restoreApi: facts.restoreApi,
          forgedRestore: facts.forgedRestore,
          isolation,
          mayRestore: (['create', 'list', 'patch'] as const).every(
            verb => account.may({ verb, group: GROUP, resource: RESTORE_RESOURCE }) !== false
          )
        })
      ];
    }
  }
}
