/** The seam between the provider and its check beside rights; `check/preflight.ts` is what stands behind it. */
import type { CheckFinding } from '../../../../contract';
import type { AccountRights } from './accountRights';
import type { KubernetesError } from './client/kubernetesApi';

/** What the check is asked for. */
export interface ClusterCheck extends AccountRights {
  /** Looks unless that was done lately. Never rejects. */
  look(): Promise<void>;
  /** Why the last look did not reach the API server; null: it did, or there was none. */
  unreached(): KubernetesError | null;
  check(): Promise<CheckFinding[]>;
  /** From now on the claims that are listed are all there are. */
  claimsKnown(): void;
  /** What the last look found; null: there was none. */
  lastFindings(): CheckFinding[] | null;
  stop(): Promise<void>;
}
