// What the tests know of a Kubernetes object, and how they read its fields without a type for each kind.

/** Any object of the API. */
export interface KubernetesObject {
  apiVersion: string;
  kind: string;
  metadata: {
    name?: string;
    generateName?: string;
    namespace?: string;
    uid?: string;
    resourceVersion?: string;
    creationTimestamp?: string;
    deletionTimestamp?: string;
    labels?: Record<string, string>;
    annotations?: Record<string, string>;
    finalizers?: string[];
    ownerReferences?: unknown[];
  };
  [field: string]: unknown;
}

/** The value at a path of field names or indices, undefined where the path ends early: `at(pod, 'status', 'phase')`. */
export function at(value: unknown, ...path: (string | number)[]): unknown {
  let current = value;
  for (const step of path) {
    if (typeof current !== 'object' || current === null) {
      return undefined;
    }
    current = (current as Record<string | number, unknown>)[step];
  }
  return current;
}

/** The text at a path; throws when there is none. */
export function textAt(value: unknown, ...path: (string | number)[]): string {
  const found = at(value, ...path);
  if (typeof found !== 'string') {
    throw new Error(`No text at ${path.join('.')}: ${JSON.stringify(found)}`);
  }
  return found;
}

const API_VERSIONS: Record<string, string[]> = {
  v1: [
    'ConfigMap',
    'Event',
    'Namespace',
    'Node',
    'PersistentVolume',
    'PersistentVolumeClaim',
    'Pod',
    'ResourceQuota',
    'Secret',
    'Service',
    'ServiceAccount'
  ],
  'apps/v1': ['StatefulSet'],
  'storage.k8s.io/v1': ['CSIDriver', 'CSINode', 'StorageClass'],
  'snapshot.storage.k8s.io/v1': ['VolumeSnapshot', 'VolumeSnapshotClass', 'VolumeSnapshotContent'],
  'rbac.authorization.k8s.io/v1': ['ClusterRole', 'ClusterRoleBinding', 'Role', 'RoleBinding'],
  'admissionregistration.k8s.io/v1': ['ValidatingAdmissionPolicy', 'ValidatingAdmissionPolicyBinding'],
  'flowcontrol.apiserver.k8s.io/v1': ['FlowSchema', 'PriorityLevelConfiguration'],
  'apiextensions.k8s.io/v1': ['CustomResourceDefinition'],
  'datamark.github.io/v1alpha1': ['VolumeRestore']
};

/** The apiVersion of a kind that the tests use by its bare name. */
export function apiVersionOf(kind: string): string {
  const found = Object.entries(API_VERSIONS).find(([, kinds]) => kinds.includes(kind));
  if (!found) {
    throw new Error(`The apiVersion of ${kind} is not known: write it as "group/version:Kind"`);
  }
  return found[0];
}
