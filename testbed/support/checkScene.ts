// A namespace with an account whose rights a test grants, and the product as that account: what tests of the check share.
import type { CheckFinding } from '../../contract';
import { NEEDED_RIGHTS } from '../../server/src/providers/kubernetes/check/neededRights';
import type { KubernetesProvider } from '../../server/src/providers/kubernetes/kubernetesProvider';
import { clusterProvider } from './clusterProvider';
import { claim, serviceAccount, type Rule } from './manifests';
import { applyShipped } from './shippedManifest';
import { TestCluster } from './testCluster';
import type { TestNamespace } from './testNamespace';
import { waitUntil } from './waitUntil';

/** The claim that the server of the tests mounts. */
export const HOME = 'claim-ann';

export class CheckScene {
  private constructor(
    readonly cluster: TestCluster,
    readonly namespace: TestNamespace,
    /** The namespace as the account `nb` sees it. */
    readonly nb: TestNamespace,
    /** The product as the account `nb`, with the home volume. */
    readonly provider: KubernetesProvider
  ) {}

  /** The account has all rights, and its claim is bound. */
  static async start(prefix: string): Promise<CheckScene> {
    const cluster = await TestCluster.open();
    const namespace = await cluster.namespace(prefix);
    await applyShipped('rbac/roles.yaml');
    await grantIn(namespace, rulesWithout(null));
    await namespace.create(
      serviceAccount('nb'),
      {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'RoleBinding',
        metadata: { name: 'nb' },
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'nb' },
        subjects: [{ kind: 'ServiceAccount', name: 'nb', namespace: namespace.name }]
      },
      claim(HOME)
    );
    const nb = namespace.as(await namespace.token('nb'));
    await namespace.waitUntilBound(HOME);
    const provider = clusterProvider(nb, { volumes: { '/home/jovyan': HOME } });
    await provider.start();
    return new CheckScene(cluster, namespace, nb, provider);
  }

  /** What the account `nb` may do: these rules and nothing else. */
  grant(rules: Rule[]): Promise<unknown> {
    return grantIn(this.namespace, rules);
  }

  async report(of = this.provider): Promise<Map<string, CheckFinding>> {
    return new Map((await of.check()).map(finding => [finding.id, finding]));
  }

  /** Rules, quotas and classes take a moment until the API server acts on them. */
  async finding(
    id: string,
    holds: (found: CheckFinding) => boolean = () => true,
    of = this.provider
  ): Promise<CheckFinding> {
    let last = new Map<string, CheckFinding>();
    const found = waitUntil(
      `the finding ${id}`,
      async () => {
        last = await this.report(of);
        const one = last.get(id);
        return one !== undefined && holds(one) ? one : undefined;
      },
      { seconds: 30 }
    );
    return found.catch((error: unknown) => {
      const lines = [...last.values()].map(one => `${one.id} ${one.state}: ${one.message}`);
      throw new Error(`${String(error)}; the report says:\n${lines.join('\n')}`, { cause: error });
    });
  }

  noFinding(id: string): Promise<boolean> {
    return waitUntil(`no finding ${id}`, async () => !(await this.report()).has(id));
  }

  async stop(): Promise<void> {
    await this.provider.stop();
    await this.namespace.remove();
    this.cluster.close();
  }
}

/** All rights the product asks for, less one. */
export const rulesWithout = (missing: { verb: string; resource: string } | null): Rule[] =>
  NEEDED_RIGHTS.filter(({ verb, resource }) => verb !== missing?.verb || resource !== missing.resource).map(
    ({ group, resource, verb }) => ({ groups: [group], resources: [resource], verbs: [verb] })
  );

const grantIn = (namespace: TestNamespace, rules: Rule[]): Promise<unknown> =>
  namespace.apply({
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'Role',
    metadata: { name: 'nb' },
    rules: rules.map(({ groups, resources, verbs }) => ({ apiGroups: groups, resources, verbs }))
  });
