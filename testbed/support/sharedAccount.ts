// A namespace as on a hub where all servers run as one account: two users with claims and servers, roles as shipped.
import { at, type KubernetesObject } from './kubernetesObject';
import { claim, roleFor, volumeSnapshot } from './manifests';
import { applyShipped } from './shippedManifest';
import { TestCluster } from './testCluster';
import type { TestNamespace } from './testNamespace';
import { pod, TestPod } from './testPod';
import { waitUntil } from './waitUntil';

/** The account of deploy/rbac/bindings.yaml. */
export const ACCOUNT = 'datamark-singleuser';

/** A user's server: its pod, and the namespace asked with the token that is mounted in it. */
export interface UserServer {
  readonly pod: TestPod;
  readonly api: TestNamespace;
}

/** A namespace of a shared account with policies applied, which its label switches on. */
export class SharedAccountScene {
  private constructor(
    readonly cluster: TestCluster,
    readonly namespace: TestNamespace
  ) {}

  /** Makes the namespace, with the account and all rights that a careless admin may have given it too. */
  static async open(name: string, policies = 'policies/isolation.yaml'): Promise<SharedAccountScene> {
    const cluster = await TestCluster.open();
    await applyShipped(policies);
    const namespace = await cluster.namespace(name);
    await applyShipped('rbac/roles.yaml');
    await applyShipped('rbac/bindings.yaml', {
      namespace: namespace.name,
      change: text => text.replace('name: datamark-user', 'name: datamark-manager')
    });
    // More than any role of ours: what the policies refuse must not rest on a missing verb.
    const verbs = ['get', 'list', 'create', 'update', 'patch', 'delete', 'deletecollection'];
    const careless = [
      { groups: [''], resources: ['persistentvolumeclaims', 'persistentvolumeclaims/status'], verbs },
      { groups: ['snapshot.storage.k8s.io'], resources: ['volumesnapshots', 'volumesnapshots/status'], verbs },
      { groups: ['datamark.github.io'], resources: ['volumerestores', 'volumerestores/status'], verbs }
    ];
    const [role, binding] = roleFor('careless', namespace.name, ACCOUNT, careless);
    if (role && binding) {
      await namespace.create(role, binding);
    }
    return new SharedAccountScene(cluster, namespace);
  }

  /** Writes the label, and which claims all may snapshot; they act some seconds later. */
  async isolate({
    label = 'shared-account',
    sharedClaims = ''
  }: { label?: string; sharedClaims?: string } = {}): Promise<void> {
    await this.cluster.admin.patch('Namespace', this.namespace.name, {
      metadata: {
        labels: { [`datamark.github.io/${label}`]: ACCOUNT },
        ...(sharedClaims === '' ? {} : { annotations: { 'datamark.github.io/shared-claims': sharedClaims } })
      }
    });
  }

  /** Starts a user's server with the own home, made if it is not there, and takes the token that is mounted in it. */
  async startServer(user: string): Promise<UserServer> {
    const home = `claim-${user}`;
    if (!(await this.namespace.find('PersistentVolumeClaim', home))) {
      await this.namespace.create(claim(home));
    }
    const options = { claims: { '/home/jovyan': home }, serviceAccount: ACCOUNT };
    const server = await TestPod.start(this.namespace, `jupyter-${user}`, options);
    const token = await server.sh('cat /var/run/secrets/kubernetes.io/serviceaccount/token');
    return { pod: server, api: this.namespace.as(token.trim()) };
  }

  async close(): Promise<void> {
    await this.namespace.remove();
    this.cluster.close();
  }
}

/** Waits until both policies refuse what they must: new ones, or a new label of their namespace, act some seconds later. */
export async function waitUntilIsolated(api: TestNamespace, otherClaim: string): Promise<void> {
  const probes = [
    volumeSnapshot(`${otherClaim}.probe`, otherClaim),
    claim(`${otherClaim}.probe`, { from: { claim: otherClaim } })
  ];
  for (const probe of probes) {
    const refused = async () => /^403 .*ValidatingAdmissionPolicy/.test(await tryCreate(api, probe));
    await waitUntil(`${probe.kind} of ${otherClaim} to be refused`, refused);
  }
}

/** A pod that is never started: enough for a token that is bound to it. */
export async function waitingPod(namespace: TestNamespace, name: string): Promise<TestNamespace> {
  const manifest = pod(namespace.cluster.image, name, { serviceAccount: ACCOUNT });
  manifest.spec = { ...(manifest.spec as object), schedulerName: 'nobody' };
  await namespace.create(manifest);
  return namespace.as(await namespace.token(ACCOUNT, { pod: name }));
}

/** What the API server answers to a creation that is only tried: its status and message. */
export async function tryCreate(api: TestNamespace, object: KubernetesObject): Promise<string> {
  const path = await api.account.path(`${object.apiVersion}:${object.kind}`, api.name);
  const { status, body } = await api.account.send('POST', `${path}?dryRun=All`, { body: object });
  return status < 400 ? String(status) : `${status} ${String(at(body, 'message'))}`;
}
