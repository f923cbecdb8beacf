// The product's Kubernetes provider in this process, asking the cluster as one identity, with claims that it mounts.
import type { Account } from './account';
import { KubernetesConfiguration } from '../../server/src/configuration';
import { createKubernetesApi } from '../../server/src/providers/kubernetes/client/createKubernetesApi';
import type { KubernetesApi } from '../../server/src/providers/kubernetes/client/kubernetesApi';
import type { KubernetesProvider } from '../../server/src/providers/kubernetes/kubernetesProvider';
import { openKubernetesProvider } from '../../server/src/providers/kubernetes/openKubernetesProvider';
import { memoryLog } from '../../server/src/testing/testSidecar';
import type { TestNamespace } from './testNamespace';

/** The client of the product, as this account. */
export function apiOf({ connection }: Account, namespace: string): KubernetesApi {
  const { ca, certificate, key, verify, serverName, token } = connection;
  const server = new URL(connection.server);
  const credentials = {
    server,
    proxy: null,
    tls: {
      rejectUnauthorized: verify,
      ...(ca === undefined ? {} : { ca }),
      ...(certificate === undefined ? {} : { cert: certificate }),
      ...(key === undefined ? {} : { key }),
      ...(serverName === undefined ? {} : { servername: serverName })
    },
    connectionKey: '',
    headers: Object.fromEntries(token === undefined ? [] : [['authorization', `Bearer ${token}`]])
  };
  return createKubernetesApi({
    access: { server: server.host, namespace, credentials: () => Promise.resolve(credentials) }
  });
}

export interface ProviderOptions {
  /** Claims by the directory under which the provider believes them mounted. */
  readonly volumes: Readonly<Record<string, string>>;
  readonly user?: string;
  /** More of the `kubernetes` part of the configuration. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Stands before the client, for example to count calls. */
  readonly around?: (api: KubernetesApi) => KubernetesApi;
}

/** A provider that asks as the namespace's account; not started yet. */
export function clusterProvider(namespace: TestNamespace, options: ProviderOptions): KubernetesProvider {
  const { volumes, user = 'ann', settings, around = api => api } = options;
  const configuration = KubernetesConfiguration.parse({
    provider: 'kubernetes',
    user,
    kubernetes: {
      namespace: namespace.name,
      volumes: Object.entries(volumes)
        .map(([path, claim]) => `${path}=${claim}`)
        .join(','),
      isolation: 'single-owner',
      ...settings
    }
  });
  const api = around(apiOf(namespace.account, namespace.name));
  return openKubernetesProvider({ configuration, log: memoryLog(), version: 'test', api });
}
