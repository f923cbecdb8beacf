// A kubeconfig for one account of the tests' cluster, for programs that run on this host.
import type { TestNamespace } from './testNamespace';

/** Its text: who has this token, in this namespace. */
export function accountKubeconfig({ cluster, name }: Pick<TestNamespace, 'cluster' | 'name'>, token: string): string {
  const { server, ca, verify, serverName } = cluster.admin.connection;
  const named = { name: 'test' };
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'test',
    clusters: [
      {
        ...named,
        cluster: {
          server,
          ...(ca === undefined ? {} : { 'certificate-authority-data': ca.toString('base64') }),
          ...(verify ? {} : { 'insecure-skip-tls-verify': true }),
          ...(serverName === undefined ? {} : { 'tls-server-name': serverName })
        }
      }
    ],
    users: [{ ...named, user: { token } }],
    contexts: [{ ...named, context: { cluster: 'test', user: 'test', namespace: name } }]
  });
}
