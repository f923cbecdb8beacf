/**
 * The command `owners`: writes one JSON document to stdout, an OwnerList or a Problem, and progress as JSON lines to stderr.
 * The `datamark` command of the Python package is its parent.
 */
import { problem, type OwnerList, type Problem } from '../../contract';
import type { Configuration } from './configuration';
import { version } from './version';

/** Returns whether the list was read. */
export async function runOwners(configuration: Configuration, namespaces: readonly string[]): Promise<boolean> {
  const answer = await owners(configuration, namespaces);
  process.stdout.write(`${JSON.stringify('problem' in answer ? answer.problem : answer.list)}\n`);
  return 'list' in answer;
}

async function owners(
  configuration: Configuration,
  namespaces: readonly string[]
): Promise<{ readonly list: OwnerList } | { readonly problem: Problem }> {
  if (configuration.provider !== 'kubernetes') {
    const detail = 'Directories on this computer have no other owners.';
    return { problem: problem('not-supported', { detail, next: 'List your own with `datamark snapshots`.' }) };
  }
  const [{ openKubernetesApi }, { listOwners }, { clusterProblem }] = await Promise.all([
    import('./providers/kubernetes/client/openKubernetesApi'),
    import('./providers/kubernetes/owners/listOwners'),
    import('./providers/kubernetes/clusterProblem')
  ]);
  const { kubeconfig, home, apiServer, namespace } = configuration.kubernetes;
  const environment = {
    KUBECONFIG: kubeconfig ?? undefined,
    HOME: home ?? undefined,
    KUBERNETES_SERVICE_HOST: apiServer?.host,
    KUBERNETES_SERVICE_PORT: apiServer?.port
  };
  const api = openKubernetesApi({ environment, userAgent: `datamark/${version}` });
  const progress = (read: number, remaining: number | null): void =>
    void process.stderr.write(`${JSON.stringify({ read, remaining })}\n`);
  try {
    const ownNamespace = namespace ?? api.namespace;
    return { list: await listOwners({ api, namespaces, ownNamespace, now: new Date(), progress }) };
  } catch (error) {
    return { problem: clusterProblem(error, { what: 'The snapshots of all owners can’t be listed.' }).problem };
  } finally {
    await api.dispose();
  }
}
