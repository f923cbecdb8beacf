/** Prepares the hub’s cluster once, with the manifests that an admin applies, as they are shipped. */
import { join } from 'node:path';
import { apply, kubectl } from './cluster';
import { environment } from './environment';
import { installShippedController } from './shippedController';
import { until } from './until';

const DEPLOY = join(__dirname, '..', '..', 'deploy');

/** Claims that several servers mount, accounts that may less than ours, and one whose claims stand in a table. */
const SCENE = `
apiVersion: v1
kind: PersistentVolumeClaim
metadata: { name: jupyterhub-shared-volume }
spec:
  accessModes: [ReadWriteMany]
  resources: { requests: { storage: 1Gi } }
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: { name: reference-data, labels: { datamark.github.io/owner: librarians } }
spec:
  accessModes: [ReadWriteMany]
  resources: { requests: { storage: 1Gi } }
---
apiVersion: v1
kind: ServiceAccount
metadata: { name: without-rights }
---
apiVersion: v1
kind: ServiceAccount
metadata: { name: published-role }
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: { name: published-role }
rules:
  - { apiGroups: [''], resources: [persistentvolumeclaims], verbs: [get, list] }
  - { apiGroups: [snapshot.storage.k8s.io], resources: [volumesnapshots], verbs: [get, list, create] }
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: { name: published-role }
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: Role, name: published-role }
subjects: [{ kind: ServiceAccount, name: published-role }]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: { name: datamark-singleuser-manager }
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: datamark-manager }
subjects: [{ kind: ServiceAccount, name: datamark-singleuser }]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: { name: datamark-singleuser-mirrors }
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: datamark-mirror-updater }
subjects: [{ kind: ServiceAccount, name: datamark-singleuser }]
---
apiVersion: v1
kind: ServiceAccount
metadata: { name: singleuser-by-table }
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: { name: singleuser-by-table }
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: datamark-user }
subjects: [{ kind: ServiceAccount, name: singleuser-by-table }]
---
apiVersion: v1
kind: ConfigMap
metadata: { name: datamark-claims }
`;

/** Gives what takes away what would disturb the tests of others. */
export default async function setUpNamespace(): Promise<() => Promise<void>> {
  if (environment.namespace !== 'jupyterhub') {
    throw new Error('The manifests of deploy/ name the namespace jupyterhub: the hub of the tests must be there.');
  }
  for (const file of [
    'rbac/roles.yaml',
    'rbac/bindings.yaml',
    'rbac/cluster-binding.yaml',
    'jupyterhub/restore-gate-rbac.yaml',
    'policies/isolation.yaml',
    'policies/isolation-by-table.yaml'
  ]) {
    await kubectl('apply', '--server-side', '--force-conflicts', '-f', join(DEPLOY, file));
  }
  await apply(SCENE);
  await kubectl(
    'label',
    '--overwrite',
    'namespace',
    environment.namespace,
    'datamark.github.io/shared-account=datamark-singleuser',
    'datamark.github.io/shared-account-by-table=singleuser-by-table'
  );
  await kubectl(
    'annotate',
    '--overwrite',
    'namespace',
    environment.namespace,
    'datamark.github.io/shared-claims=jupyterhub-shared-volume reference-data'
  );
  await untilClaimsAreTaken();
  return installShippedController();
}

/** The API server refuses claims until it has found the table that it was given a moment ago. */
async function untilClaimsAreTaken(): Promise<void> {
  const trial = JSON.stringify({
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name: 'trial-of-the-policies' },
    spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } }
  });
  await until('the policies to take a claim', () =>
    apply(trial, '--dry-run=server').then(
      () => true,
      () => false
    )
  );
}
