/** Decides where the configuration of the API access is, without reading it. */
import { existsSync } from 'node:fs';
import { isIPv6 } from 'node:net';
import { delimiter, join } from 'node:path';

export type ConfigurationSource =
  | { readonly kind: 'files'; readonly files: readonly string[] }
  /** The pod's own account. `root`: what stands before the paths in a pod; empty but in tests. */
  | { readonly kind: 'pod'; readonly server: string; readonly root: string }
  | { readonly kind: 'none' };

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * KUBECONFIG where somebody has set it, then the pod's own account, then ~/.kube/config. A kubeconfig in the home volume
 * of a notebook is often about another cluster, so that it comes last.
 */
export function configurationSource(environment: Environment, root = ''): ConfigurationSource {
  const files = (environment['KUBECONFIG'] ?? '').split(delimiter).filter(file => file !== '');
  if (files.length > 0) {
    return { kind: 'files', files };
  }
  const host = environment['KUBERNETES_SERVICE_HOST'];
  if (host) {
    // Also without a token: that it is missing is then what every answer says.
    const port = environment['KUBERNETES_SERVICE_PORT'] || '443';
    return { kind: 'pod', server: `https://${isIPv6(host) ? `[${host}]` : host}:${port}`, root };
  }
  const file = join(environment['HOME'] ?? '/', '.kube', 'config');
  return existsSync(file) ? { kind: 'files', files: [file] } : { kind: 'none' };
}
