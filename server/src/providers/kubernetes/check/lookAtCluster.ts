/** One look at the cluster: asks everything the findings need, side by side, and never rejects for what it can't get. */
import { z } from 'zod';
import { KubernetesError, type ApiRequest, type KubernetesApi } from '../client/kubernetesApi';
import { NO_NAMESPACE, unknownNamespace } from '../client/unknownNamespace';
import { SNAPSHOT_GROUP } from '../resources';
import { RESTORE_API_VERSION, RESTORE_RESOURCE } from '../volumeRestore';
import { reviewAccount, type AccountReview } from './accountReview';
import type { ClusterFacts, DryRun, Isolation, Read, ServedApi } from './clusterFacts';
import { NEEDED_RIGHTS } from './neededRights';
import { ResourceQuota } from './resourceQuota';

/** An API server that is well answers each of these in a few ms. */
const TIMEOUT_MS = 5_000;

export interface LookOptions {
  readonly api: KubernetesApi;
  readonly namespace: string;
  /** Drivers of the claims that no snapshot class is for. */
  readonly doubtfulDrivers: readonly string[];
  /** Finds out whether owners are kept apart. */
  readonly isolation: (account: AccountReview) => Promise<Isolation>;
  /** Finds out whether a restore can be asked for in the name of another pod. */
  readonly forgedRestore: (account: AccountReview) => Promise<DryRun | null>;
  readonly signal: AbortSignal;
}

const Version = z.object({ gitVersion: z.string() });
const Resources = z.object({ resources: z.array(z.object({ name: z.string() })) });

/** Everything that one look finds out. */
export async function lookAtCluster(options: LookOptions): Promise<ClusterFacts> {
  const { namespace, isolation, forgedRestore } = options;
  const begun = performance.now();
  const version = await attempt(options, { path: '/version', schema: Version });
  if (version instanceof KubernetesError && (version.status === 0 || version.status === 401 || version.status >= 500)) {
    return { state: 'unreached', error: version };
  }
  if (namespace === NO_NAMESPACE) {
    // The reviews would be answered for another question: that of all namespaces.
    return { state: 'unreached', error: unknownNamespace() };
  }
  const answerMs = Math.round(performance.now() - begun);
  const [account, snapshotApi, restoreApi] = await Promise.all([
    reviewAccount({ ...options, needed: NEEDED_RIGHTS, timeoutMs: TIMEOUT_MS }),
    lookAtApi(options, `${SNAPSHOT_GROUP}/v1`, 'volumesnapshots'),
    lookAtApi(options, RESTORE_API_VERSION, RESTORE_RESOURCE)
  ]);
  const [quotas, isolated, missingDrivers, forged] = await Promise.all([
    account.may({ verb: 'list', group: '', resource: 'resourcequotas' }) === false
      ? ({ state: 'forbidden' } as const)
      : readAll(options, `/api/v1/namespaces/${namespace}/resourcequotas`, ResourceQuota),
    isolation(account),
    missingOf(options, account),
    restoreApi.state === 'served' ? forgedRestore(account) : null
  ]);
  return {
    state: 'reached',
    version: version instanceof KubernetesError ? null : version.gitVersion,
    answerMs,
    account,
    snapshotApi,
    restoreApi,
    forgedRestore: forged,
    quotas,
    isolation: isolated,
    missingDrivers
  };
}

async function lookAtApi(options: LookOptions, version: string, resource: string): Promise<ServedApi> {
  const found = await attempt(options, { path: `/apis/${version}`, schema: Resources });
  if (found instanceof KubernetesError) {
    return found.status === 404 ? { state: 'absent' } : { state: 'unknown', error: found };
  }
  return { state: found.resources.some(({ name }) => name === resource) ? 'served' : 'absent' };
}

/** A driver without a CSIDriver object is not installed; where the account may not look, nothing is claimed. */
async function missingOf(options: LookOptions, account: AccountReview): Promise<string[]> {
  if (account.may({ verb: 'get', group: 'storage.k8s.io', resource: 'csidrivers' }) !== true) {
    return [];
  }
  const answers = await Promise.all(
    options.doubtfulDrivers.map(async driver => {
      const path = `/apis/storage.k8s.io/v1/csidrivers/${driver}`;
      const found = await attempt(options, { path, schema: z.object({}) });
      return found instanceof KubernetesError && found.status === 404 ? [driver] : [];
    })
  );
  return answers.flat();
}

async function readAll<T>(options: LookOptions, path: string, item: z.ZodType<T>): Promise<Read<T>> {
  const schema = z.object({ items: z.array(item) });
  const found = await attempt(options, { path, schema });
  if (found instanceof KubernetesError) {
    return found.status === 403 ? { state: 'forbidden' } : { state: 'failed', error: found };
  }
  return { state: 'read', items: found.items };
}

/** The answer, or why there is none. */
async function attempt<T>(
  { api, signal }: LookOptions,
  request: Pick<ApiRequest<T>, 'path' | 'schema'>
): Promise<T | KubernetesError> {
  try {
    return await api.request({ ...request, timeoutMs: TIMEOUT_MS, signal });
  } catch (error) {
    if (error instanceof KubernetesError) {
      return error;
    }
    throw error;
  }
}
