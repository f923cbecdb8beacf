/** What the controller is told by its Deployment, in the environment variable DATAMARK_CONTROLLER (JSON). */
import { z } from 'zod';
import { HubSettings } from './hub/hubSettings';
import { IngestSettings } from './ingest/ingestSettings';

const PodSettings = z.object({
  /** Names of Secrets in the namespaces of the volumes, for the image’s registry. */
  imagePullSecrets: z.array(z.string().min(1)).default([]),
  /** As in a pod: where nodes of users are tainted, or the cluster keeps priorities. */
  tolerations: z.array(z.record(z.string(), z.unknown())).default([]),
  nodeSelector: z.record(z.string(), z.string()).default({}),
  priorityClassName: z.string().min(1).nullable().default(null)
});
export type PodSettings = z.infer<typeof PodSettings>;

export const ControllerSettings = z.object({
  /** Namespaces it works in; null: all. */
  namespaces: z.array(z.string().min(1)).nullable().default(null),
  /** Image of check pods and Jobs: that of the controller itself. */
  image: z.string().min(1),
  /** Days for which what a restore replaced is kept. */
  undoDays: z.number().positive().default(14),
  /** Days after which a restore that is over, and leaves nothing to undo or to do, is deleted. */
  historyDays: z.number().positive().default(30),
  /** Finalizers of claims that somebody takes off when the claim is deleted; any other one keeps it from being swapped. */
  passingFinalizers: z.array(z.string().min(1)).default([]),
  /** Of check pods and Jobs, beside what they have of the user’s own pod. */
  pods: PodSettings.default(() => PodSettings.parse({})),
  /** Hubs that it asks to start a server again that was stopped for a restore; of others their users do. */
  hubs: z.array(HubSettings).default([]),
  /** Mirrors in ONTAP, told to servers; null: they are not, and nothing of it is loaded. */
  ingest: IngestSettings.nullable().default(null),
  /** Port of /healthz, /readyz and /metrics; 0: any. */
  port: z.int().nonnegative().default(8080),
  logLevel: z.enum(['trace', 'debug', 'info', 'warn', 'error']).default('info'),
  /** KUBECONFIG: files to use instead of the pod's own account. */
  kubeconfig: z.string().nullable().default(null)
});
export type ControllerSettings = z.infer<typeof ControllerSettings>;
