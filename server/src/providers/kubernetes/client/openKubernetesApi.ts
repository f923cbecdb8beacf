/** Opens the way to the API server that this process is configured for. */
import { configurationSource } from './configurationSource';
import { createKubernetesApi } from './createKubernetesApi';
import { KubeConfigAccess } from './kubeConfigAccess';
import type { KubernetesApi } from './kubernetesApi';

export interface OpenOptions {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly userAgent: string;
}

/** Never throws and asks nothing yet: what is wrong with the configuration is what every call then rejects with. */
export function openKubernetesApi({ environment, userAgent }: OpenOptions): KubernetesApi {
  return createKubernetesApi({ access: new KubeConfigAccess(configurationSource(environment)), userAgent });
}
