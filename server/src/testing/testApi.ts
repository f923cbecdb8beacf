/** The client on an address without certificates, with short waits: for unit tests with the API server stand-in. */
import { createKubernetesApi, type ClientTimes } from '../providers/kubernetes/client/createKubernetesApi';
import type { KubernetesApi } from '../providers/kubernetes/client/kubernetesApi';

export interface TestApiOptions {
  readonly url: string;
  readonly namespace?: string | null;
  readonly times?: Partial<ClientTimes>;
}

const SHORT: Partial<ClientTimes> = {
  requestPace: { baseMs: 5, capMs: 20 },
  watchPace: { baseMs: 5, capMs: 20 }
};

export function testApi({ url, namespace = 'test', times }: TestApiOptions): KubernetesApi {
  const server = new URL(url);
  const credentials = { server, proxy: null, tls: {}, connectionKey: '', headers: {} };
  return createKubernetesApi({
    access: { server: server.host, namespace, credentials: () => Promise.resolve(credentials) },
    times: { ...SHORT, ...times }
  });
}
