// What an account may do, found out by trying every verb on every resource, not by asking the reviews of rights.
import type { Account } from './account';
import { at } from './kubernetesObject';

/** Resources of a namespace or (`cluster`) of none, by group and version; `of` is the object that a subresource belongs to. */
export interface Resource {
  readonly name: string;
  readonly root: string;
  readonly cluster?: boolean;
}

const CORE = '/api/v1';
const SNAPSHOT = '/apis/snapshot.storage.k8s.io/v1';
const RESTORE = '/apis/datamark.github.io/v1alpha1';
const RBAC = '/apis/rbac.authorization.k8s.io/v1';

/** What the roles grant, and what no role of ours may ever grant. */
export const RESOURCES: readonly Resource[] = [
  { name: 'volumesnapshots', root: SNAPSHOT },
  { name: 'persistentvolumeclaims', root: CORE },
  { name: 'volumerestores', root: RESTORE },
  { name: 'events', root: CORE },
  { name: 'resourcequotas', root: CORE },
  { name: 'storageclasses', root: '/apis/storage.k8s.io/v1', cluster: true },
  { name: 'volumesnapshotclasses', root: SNAPSHOT, cluster: true },
  { name: 'volumesnapshots/status', root: SNAPSHOT },
  { name: 'volumerestores/status', root: RESTORE },
  { name: 'persistentvolumeclaims/status', root: CORE },
  { name: 'pods', root: CORE },
  { name: 'pods/log', root: CORE },
  { name: 'pods/exec', root: CORE },
  { name: 'pods/ephemeralcontainers', root: CORE },
  { name: 'secrets', root: CORE },
  { name: 'configmaps', root: CORE },
  { name: 'services', root: CORE },
  { name: 'serviceaccounts', root: CORE },
  { name: 'serviceaccounts/token', root: CORE },
  { name: 'jobs', root: '/apis/batch/v1' },
  { name: 'deployments', root: '/apis/apps/v1' },
  { name: 'roles', root: RBAC },
  { name: 'rolebindings', root: RBAC },
  { name: 'volumesnapshotcontents', root: SNAPSHOT, cluster: true },
  { name: 'persistentvolumes', root: CORE, cluster: true },
  { name: 'nodes', root: CORE, cluster: true },
  { name: 'namespaces', root: CORE, cluster: true },
  { name: 'validatingadmissionpolicies', root: '/apis/admissionregistration.k8s.io/v1', cluster: true }
];

const VERBS = ['get', 'list', 'watch', 'create', 'update', 'patch', 'delete', 'deletecollection'] as const;
type Verb = (typeof VERBS)[number];

function requestFor(verb: Verb, collection: string, object: string): [string, string, string?] {
  const MERGE = 'application/merge-patch+json';
  const requests: Record<Verb, [string, string, string?]> = {
    get: ['GET', object],
    list: ['GET', `${collection}?limit=1`],
    watch: ['GET', `${collection}?watch=true&timeoutSeconds=1`],
    create: ['POST', `${collection}?dryRun=All`],
    update: ['PUT', `${object}?dryRun=All`],
    patch: ['PATCH', `${object}?dryRun=All`, MERGE],
    delete: ['DELETE', `${object}?dryRun=All`],
    deletecollection: ['DELETE', `${collection}?dryRun=All&labelSelector=datamark.github.io/no=object`]
  };
  return requests[verb];
}

/** Whether the account is let through to a verb: any answer but the authorizer's refusal. */
async function isLetThrough(account: Account, namespace: string, resource: Resource, verb: Verb): Promise<boolean> {
  const [name = '', part] = resource.name.split('/');
  const collection = `${resource.root}${resource.cluster ? '' : `/namespaces/${namespace}`}/${name}`;
  const object = `${collection}/no-such-object${part === undefined ? '' : `/${part}`}`;
  const [method, path, contentType] = requestFor(verb, part === undefined ? collection : object, object);
  const body = method === 'GET' ? undefined : {};
  const answer = await account.send(method, path, { body, contentType });
  if (answer.status === 401) {
    throw new Error(`${method} ${path}: the token is not valid`);
  }
  const refused = answer.status === 403 && /cannot \w+ resource/.test(String(at(answer.body, 'message')));
  return !refused;
}

/** The verbs that an account is let through to, by resource. A subresource has no collection. */
export async function verbTable(account: Account, namespace: string): Promise<Record<string, string>> {
  const table: Record<string, string> = {};
  for (const resource of RESOURCES) {
    const verbs = resource.name.includes('/') ? (['get', 'create', 'update', 'patch'] as const) : VERBS;
    const tried = await Promise.all(
      verbs.map(async verb => ((await isLetThrough(account, namespace, resource, verb)) ? [verb] : []))
    );
    table[resource.name] = tried.flat().join(', ');
  }
  return table;
}
