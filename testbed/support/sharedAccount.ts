// A namespace as on a hub where all servers run as one account: two users with claims and servers, roles as shipped.
import { at, type KubernetesObject } from './kubernetesObject';
import { claim, roleFor, volumeSnapshot } from './manifests';
import { applyShipped } from './shippedManifest';
import type { TestCluster } from './testCluster';
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

/** Makes the namespace, with the account and all rights that a careless admin may have given it too. */
export async function sharedAccountNamespace(cluster: TestCluster, name: string): Promise<TestNamespace> {
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
    { groups: ['snapshot.storage.k8s.io'], resources: ['volumesnapshots', 'volumesnapshots/status'], verbs }
  ];
  const [role, binding] = roleFor('careless', namespace.name, ACCOUNT, careless);
  if (role && binding) {
    await namespace.create(role, binding);
  }
  return namespace;
}

/** Starts a server that mounts the claim, made if it is not there, and takes the token that is mounted in it. */
export async function startServer(namespace: TestNamespace, podName: string, home: string): Promise<UserServer> {
  if (!(await namespace.find('PersistentVolumeClaim', home))) {
    await namespace.create(claim(home));
  }
  const options = { claims: { '/home/jovyan': home }, serviceAccount: ACCOUNT };
  const pod = await TestPod.start(namespace, podName, options);
  const token = await pod.sh('cat /var/run/secrets/kubernetes.io/serviceaccount/token');
  return { pod, api: namespace.as(token.trim()) };
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
  const path = await api.account.path(object.kind, api.name);
  const { status, body } = await api.account.send('POST', `${path}?dryRun=All`, { body: object });
  return status < 400 ? String(status) : `${status} ${String(at(body, 'message'))}`;
}
