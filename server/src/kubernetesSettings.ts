/**
 * What the Kubernetes provider is told by its parent, the Jupyter server or the `datamark` command: the sidecar itself
 * reads no environment, only this and the files of the pod's account. See `datamark/surroundings.py`.
 */
import { z } from 'zod';

/** What JupyterHub says of the server in the environment, unchanged; absent: null or ''. */
export const JupyterHubEnvironment = z.object({
  /** JUPYTERHUB_USER. */
  user: z.string().min(1),
  /** JUPYTERHUB_SERVER_NAME; '' is the user's default server. */
  serverName: z.string().default(''),
  /** JUPYTERHUB_PUBLIC_HUB_URL; set only where the admin gave the hub a public URL. */
  publicHubUrl: z.string().nullable().default(null),
  /** JUPYTERHUB_HOST; '' unless users have subdomains. */
  host: z.string().default(''),
  /** JUPYTERHUB_BASE_URL. */
  baseUrl: z.string().default('/'),
  /** DATAMARK_CLONE_OPTION: option of a start by which the hub mounts a clone; null: it mounts none. */
  cloneOption: z.string().nullable().default(null)
});
export type JupyterHubEnvironment = z.infer<typeof JupyterHubEnvironment>;

/** Everything the Kubernetes provider is told. */
export const KubernetesSettings = z.object({
  /** KUBECONFIG: files to use instead of the pod's own account. */
  kubeconfig: z.string().nullable().default(null),
  /** Of the pod, KUBERNETES_SERVICE_HOST and _PORT; null outside of a cluster. */
  apiServer: z
    .object({ host: z.string().min(1), port: z.string().min(1) })
    .nullable()
    .default(null),
  /** null: that of the account, or of the kubeconfig's context. */
  namespace: z.string().nullable().default(null),
  /** DATAMARK_POD_NAME (Downward API), else HOSTNAME; null outside of a pod. */
  podName: z.string().nullable().default(null),
  /** Text of DATAMARK_VOLUMES as it is set; null: not set. */
  volumes: z.string().nullable().default(null),
  /** HOME of the server. */
  home: z.string().nullable().default(null),
  jupyterHub: JupyterHubEnvironment.nullable().default(null),
  /** NB_PREFIX of Kubeflow Notebooks, `/notebook/<namespace>/<name>`; null elsewhere. */
  notebookPrefix: z.string().nullable().default(null),
  /** VolumeSnapshotClass to use instead of the driver's default one. */
  snapshotClass: z.string().nullable().default(null),
  /**
   * How owners who share the namespace are kept apart. `auto`: it is tried; `policy`: by an admission policy, an admin
   * says; `single-owner`: there is one; `off`: they are not, and an admin wants it so.
   */
  isolation: z.enum(['auto', 'policy', 'single-owner', 'off']).default('auto'),
  /** Whether volumes that others use too may be snapshotted from here. */
  allowSharedSnapshots: z.boolean().default(false)
});
export type KubernetesSettings = z.infer<typeof KubernetesSettings>;
