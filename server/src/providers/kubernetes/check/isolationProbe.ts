/**
 * Finds out whether the namespace holds claims of several owners, and whether an admission policy keeps this account
 * away from the others': by asking for a snapshot and a clone of somebody else's claim as a dry run, which makes nothing.
 */
import { z } from 'zod';
import type { PlatformAdapter } from '../../../platforms/platformAdapter';
import { KubernetesError, type KubernetesApi } from '../client/kubernetesApi';
import { labels, MANAGED_BY } from '../names';
import { ObjectMetadata, paths, SNAPSHOT_GROUP } from '../resources';
import type { PersistentVolumeClaim } from '../volumes/claimResource';
import type { ClaimRecord } from '../volumes/claims';
import type { AccountReview } from './accountReview';
import type { Isolation, Probe } from './clusterFacts';
import { dryRun, type Draft } from './dryRun';

/** Labels that say whose a claim is: the hub's own, and ours on clones. */
const OWNER_LABELS = ['hub.jupyter.org/username', labels.owner] as const;
const TIMEOUT_MS = 5_000;
/** Enough to find one of somebody else among those that a selector can't tell apart. */
const LOOKED_AT = 20;

export interface ProbeOptions {
  readonly api: KubernetesApi;
  readonly namespace: string;
  readonly claims: readonly ClaimRecord[];
  readonly platform: PlatformAdapter;
  /** Value of the label `owner` on what is made here; null: nobody's. */
  readonly ownerLabel: string | null;
  readonly account: AccountReview;
  readonly signal: AbortSignal;
}

/** Never rejects for what the API answers. */
export async function probeIsolation(options: ProbeOptions): Promise<Isolation> {
  const { claims, platform, ownerLabel, account } = options;
  if (account.may({ verb: 'list', group: '', resource: 'persistentvolumeclaims' }) === false) {
    return { state: 'unknown', why: 'forbidden' };
  }
  const objects = claims.flatMap(({ object }) => (object === null ? [] : [object]));
  const own = objects.find(({ metadata }) => platform.ownership(metadata, ownerLabel).whose === 'own') ?? objects[0];
  try {
    const other = await claimOfSomebodyElse(options, own);
    if (other === null) {
      return { state: 'alone' };
    }
    if (own === undefined) {
      return { state: 'unknown', why: 'own-claim-unknown' };
    }
    const [snapshot, clone] = await Promise.all([
      probe(options, 'volumesnapshots', claim => snapshotOf(options, own, claim), own, other.claim),
      probe(options, 'persistentvolumeclaims', claim => cloneOf(options, own, claim), own, other.claim)
    ]);
    return { state: 'shared', ...other, snapshot, clone };
  } catch (error) {
    if (error instanceof KubernetesError) {
      return { state: 'unknown', why: error.status === 403 ? 'forbidden' : error };
    }
    throw error;
  }
}

async function claimOfSomebodyElse(
  { api, namespace, platform, ownerLabel, signal }: ProbeOptions,
  own: PersistentVolumeClaim | undefined
): Promise<{ claim: string; owner: string } | null> {
  const schema = z.object({ items: z.array(z.object({ metadata: ObjectMetadata })) });
  for (const label of OWNER_LABELS) {
    const value = own?.metadata.labels[label];
    const labelSelector = value === undefined ? label : `${label},${label}!=${value}`;
    const query = { labelSelector, limit: LOOKED_AT };
    const { items } = await api.request({
      path: paths.claims(namespace),
      query,
      schema,
      signal,
      timeoutMs: TIMEOUT_MS
    });
    for (const { metadata } of items) {
      const ownership = platform.ownership(metadata, ownerLabel);
      if (ownership.whose === 'other') {
        return { claim: metadata.name, owner: ownership.owner };
      }
    }
  }
  return null;
}

/** null: the account may not create it anyway. */
async function probe(
  options: ProbeOptions,
  resource: 'volumesnapshots' | 'persistentvolumeclaims',
  draft: (claim: string) => Draft,
  own: PersistentVolumeClaim,
  foreign: string
): Promise<Probe | null> {
  const group = resource === 'volumesnapshots' ? SNAPSHOT_GROUP : '';
  if (options.account.may({ verb: 'create', group, resource }) === false) {
    return null;
  }
  const [mine, others] = await Promise.all([
    dryRun(options, draft(own.metadata.name)),
    dryRun(options, draft(foreign))
  ]);
  return { own: mine, foreign: others };
}

/** As a real one would be named, so that nothing but the source differs between the two trials. */
const trialName = (own: PersistentVolumeClaim): string => `${own.metadata.name.slice(0, 200)}.datamark-check`;

const marks = (ownerLabel: string | null): Record<string, string> => ({
  [labels.managedBy]: MANAGED_BY,
  ...(ownerLabel === null ? {} : { [labels.owner]: ownerLabel })
});

function snapshotOf({ namespace, ownerLabel }: ProbeOptions, own: PersistentVolumeClaim, claim: string): Draft {
  return {
    path: paths.snapshots(namespace),
    body: {
      apiVersion: `${SNAPSHOT_GROUP}/v1`,
      kind: 'VolumeSnapshot',
      metadata: { name: trialName(own), namespace, labels: marks(ownerLabel) },
      spec: { source: { persistentVolumeClaimName: claim } }
    }
  };
}

function cloneOf({ namespace, ownerLabel }: ProbeOptions, own: PersistentVolumeClaim, claim: string): Draft {
  const { accessModes, storageClassName, volumeMode, resources } = own.spec;
  return {
    path: paths.claims(namespace),
    body: {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name: trialName(own), namespace, labels: marks(ownerLabel) },
      spec: {
        accessModes,
        volumeMode,
        resources,
        ...(storageClassName ? { storageClassName } : {}),
        dataSourceRef: { kind: 'PersistentVolumeClaim', name: claim }
      }
    }
  };
}
