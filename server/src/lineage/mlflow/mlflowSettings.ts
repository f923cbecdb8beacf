/** Which MLflow tracking server is asked, and as whom. Read from what MLflow's own Python client is told in its environment. */
import { z } from 'zod';

/** An address of a server: http or https, with a path where it is behind one, without credentials. */
const TrackingUri = z.url({ protocol: /^https?$/ }).refine(uri => {
  const { username, password, search, hash } = new URL(uri);
  return username === '' && password === '' && search === '' && hash === '';
}, 'holds no credentials, query or fragment');

const noAuth = z.object({ kind: z.literal('none') });

/** How requests say who asks. Secrets that a file holds are read anew for each request: the cluster replaces them. */
export const MlflowAuth = z.discriminatedUnion('kind', [
  noAuth,
  z.object({ kind: z.literal('basic'), username: z.string(), password: z.string() }),
  z.object({ kind: z.literal('bearer'), token: z.string().min(1) }),
  /** The token of the pod's account, as `MLFLOW_TRACKING_AUTH=kubernetes` of MLflow 3.11. */
  z.object({ kind: z.literal('kubernetes'), tokenFile: z.string() }),
  /** The same, and the namespace of the account is the workspace. */
  z.object({ kind: z.literal('kubernetes-namespaced'), tokenFile: z.string(), namespaceFile: z.string() })
]);
export type MlflowAuth = z.infer<typeof MlflowAuth>;

export const MlflowSettings = z.object({
  trackingUri: TrackingUri,
  auth: MlflowAuth.default({ kind: 'none' }),
  /** Value of `X-MLFLOW-WORKSPACE`; null: none is sent. */
  workspace: z.string().min(1).nullable().default(null),
  /** PEM file of the authorities that are trusted besides none of the system's; null: the system's. */
  caFile: z.string().nullable().default(null),
  /** Time that one call may take, in ms. */
  timeoutMs: z.number().positive().default(10_000)
});
export type MlflowSettings = z.infer<typeof MlflowSettings>;
