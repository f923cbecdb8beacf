// What deploy/ ships for the controller but its Deployment: the custom resource, the policies, its account and rights.
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { loadAll } from 'js-yaml';
import { clearNamespaces, clearRestores } from './formerTests';
import { at, textAt, type KubernetesObject } from './kubernetesObject';
import { claim } from './manifests';
import { applyShipped, DEPLOY, removeShipped, shipped } from './shippedManifest';
import type { TestCluster } from './testCluster';
import { waitUntil } from './waitUntil';

const CRD = 'crd/volumerestores.yaml';
const CRD_NAME = 'volumerestores.datamark.github.io';
const RBAC = 'controller/rbac.yaml';

const policies = async (): Promise<string[]> =>
  (await readdir(path.join(DEPLOY, 'policies')))
    .filter(file => file.startsWith('restore'))
    .sort()
    .map(file => `policies/${file}`);

/** Installs them as they are shipped; it works in all namespaces. What an earlier test file has left does not matter. */
export async function installController(cluster: TestCluster): Promise<void> {
  await clearNamespaces(cluster.admin);
  if ((await clearRestores(cluster.admin)) > 0) {
    await uninstallController(cluster);
  }
  // One that an earlier test took away may be on its way out still.
  const leaving = async () => at(await crd(cluster), 'metadata', 'deletionTimestamp') === undefined;
  await waitUntil('the former custom resource to be gone', leaving);
  await applyShipped(CRD);
  const established = async () =>
    ((at(await crd(cluster), 'status', 'conditions') ?? []) as { type: string; status: string }[]).some(
      ({ type, status }) => type === 'Established' && status === 'True'
    );
  await waitUntil('the custom resource to be served', established, { seconds: 30 });
  for (const file of [RBAC, ...(await policies())]) {
    await applyShipped(file);
  }
  await untilPoliciesWork(cluster);
}

/**
 * The API server takes policies over some time after they were made, and for a moment may not know the kind of their
 * parameters: then it refuses every pod and claim of the cluster.
 */
export async function untilPoliciesWork({ admin }: TestCluster): Promise<void> {
  const name = 'trial-of-the-policies';
  const labels = { 'datamark.github.io/restore': 'nobodys' };
  const spec = { containers: [{ name, image: name }] };
  const trials = [
    ['Pod', { metadata: { name, labels }, spec }, 403],
    ['Pod', { metadata: { name }, spec }, 201],
    ['PersistentVolumeClaim', claim(name), 201]
  ] as const;
  for (const [kind, body, wanted] of trials) {
    const path = await admin.path(kind, 'default');
    const answered = async () => (await admin.send('POST', `${path}?dryRun=All`, { body })).status === wanted;
    await waitUntil(`the policies to answer a ${kind} by ${wanted}`, answered, { seconds: 120 });
  }
}

/**
 * Takes away what other tests would notice: first the policies, which refuse everything while the kind of their parameters
 * is gone. The account stays.
 */
export async function uninstallController(cluster: TestCluster): Promise<void> {
  for (const file of await policies()) {
    await removeShipped(file);
  }
  // Those that are there still would keep it for ever: their controller has ended.
  await clearRestores(cluster.admin);
  // The policies keep it from being removed before them, and act for some moments still.
  const crdPath = await cluster.admin.path('CustomResourceDefinition', undefined, CRD_NAME);
  const removable = async () => (await cluster.admin.send('DELETE', `${crdPath}?dryRun=All`)).status !== 403;
  await waitUntil('the policies to be off', removable);
  await removeShipped(CRD);
}

/** A bearer token of the controller's account. */
export async function controllerToken(cluster: TestCluster): Promise<string> {
  const documents = loadAll(await shipped(RBAC)) as KubernetesObject[];
  const account = documents.find(({ kind }) => kind === 'ServiceAccount');
  const path = await cluster.admin.path('ServiceAccount', account?.metadata.namespace, account?.metadata.name);
  const body = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: { expirationSeconds: 7200 } };
  return textAt(await cluster.admin.ask('POST', `${path}/token`, { body }), 'status', 'token');
}

const crd = (cluster: TestCluster): Promise<KubernetesObject | undefined> =>
  cluster.admin.find('CustomResourceDefinition', CRD_NAME);
