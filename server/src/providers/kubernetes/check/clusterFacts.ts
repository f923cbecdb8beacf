/** Everything one look at the cluster found out, as data: findings are made from it and from nothing else. */
import type { KubernetesError } from '../client/kubernetesApi';
import type { AccountReview } from './accountReview';
import type { ResourceQuota } from './resourceQuota';

/** A collection as it could be read. */
export type Read<T> =
  | { readonly state: 'read'; readonly items: readonly T[] }
  | { readonly state: 'forbidden' }
  | { readonly state: 'failed'; readonly error: KubernetesError };

/** Whether the server serves VolumeSnapshots, or VolumeRestores. */
export type ServedApi =
  | { readonly state: 'served' }
  | { readonly state: 'absent' }
  | { readonly state: 'unknown'; readonly error: KubernetesError };

/** What a dry run of creating something from a claim was answered. */
export type DryRun =
  | { readonly state: 'accepted' }
  /** By an admission policy or webhook, in its own words. */
  | { readonly state: 'refused'; readonly by: string; readonly message: string }
  | { readonly state: 'unclear'; readonly error: KubernetesError };

/** Tried with the own claim, and with one of somebody else. */
export interface Probe {
  readonly own: DryRun;
  readonly foreign: DryRun;
}

/** Who else keeps claims in the namespace, and whether a policy keeps this account away from them. */
export type Isolation =
  /** The setting says so. */
  | { readonly state: 'declared'; readonly as: 'policy' | 'single-owner' | 'off' }
  /** No claim of somebody else was found. */
  | { readonly state: 'alone' }
  /** It can't be told whether others keep claims here. */
  | { readonly state: 'unknown'; readonly why: 'forbidden' | 'own-claim-unknown' | KubernetesError }
  | {
      readonly state: 'shared';
      /** A claim of somebody else. */
      readonly claim: string;
      readonly owner: string;
      readonly snapshot: Probe | null;
      readonly clone: Probe | null;
    };

/** What was found where the API server answers. */
export interface ReachedFacts {
  readonly state: 'reached';
  /** `v1.36.3`; null: the server does not tell. */
  readonly version: string | null;
  readonly answerMs: number;
  readonly account: AccountReview;
  readonly snapshotApi: ServedApi;
  readonly restoreApi: ServedApi;
  /** A restore asked for in the name of another pod, as a dry run; null: it was not tried. */
  readonly forgedRestore: DryRun | null;
  readonly quotas: Read<ResourceQuota>;
  readonly isolation: Isolation;
  /** Drivers of this server's claims of which the cluster certainly has no CSIDriver. */
  readonly missingDrivers: readonly string[];
}

export type ClusterFacts =
  { readonly state: 'never' } | { readonly state: 'unreached'; readonly error: KubernetesError } | ReachedFacts;
