// Manifests of what the tests make: claims, snapshots, accounts. Pods are in testPod.ts.
import type { KubernetesObject } from './kubernetesObject';

/** What a claim is made from. */
export type DataSource = { snapshot: string } | { claim: string };

interface ClaimOptions {
  /** Default: the cluster's default class. */
  storageClass?: string;
  /** Default 1Gi. */
  size?: string;
  accessModes?: string[];
  from?: DataSource;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
}

/** A claim, empty or made from a snapshot or another claim. */
export function claim(name: string, options: ClaimOptions = {}): KubernetesObject {
  const { storageClass, size = '1Gi', accessModes = ['ReadWriteOnce'], from, labels, annotations } = options;
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name, labels, annotations },
    spec: {
      accessModes,
      resources: { requests: { storage: size } },
      ...(storageClass === undefined ? {} : { storageClassName: storageClass }),
      ...(from === undefined ? {} : { dataSourceRef: dataSourceRef(from) })
    }
  };
}

function dataSourceRef(from: DataSource): Record<string, string> {
  return 'snapshot' in from
    ? { apiGroup: 'snapshot.storage.k8s.io', kind: 'VolumeSnapshot', name: from.snapshot }
    : { kind: 'PersistentVolumeClaim', name: from.claim };
}

interface SnapshotOptions {
  /** Default: the default class of the claim's driver. */
  snapshotClass?: string;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
}

/** A snapshot of a claim. */
export function volumeSnapshot(name: string, ofClaim: string, options: SnapshotOptions = {}): KubernetesObject {
  const { snapshotClass, labels, annotations } = options;
  return {
    apiVersion: 'snapshot.storage.k8s.io/v1',
    kind: 'VolumeSnapshot',
    metadata: { name, labels, annotations },
    spec: {
      source: { persistentVolumeClaimName: ofClaim },
      ...(snapshotClass === undefined ? {} : { volumeSnapshotClassName: snapshotClass })
    }
  };
}

/** A restore of a volume, as a user makes one. `spec`: what is not claimName. */
export function volumeRestore(name: string, ofClaim: string, spec: Record<string, unknown>): KubernetesObject {
  return {
    apiVersion: 'datamark.github.io/v1alpha1',
    kind: 'VolumeRestore',
    metadata: { name },
    spec: { claimName: ofClaim, ...spec }
  };
}

/** A service account. */
export function serviceAccount(name: string): KubernetesObject {
  return { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name } };
}

/** One line of a role: `{ groups: [''], resources: ['pods'], verbs: ['get'] }`. */
export interface Rule {
  groups: string[];
  resources: string[];
  verbs: string[];
  names?: string[];
}

/** A role of a namespace and its binding to a service account there, both called `name`. */
export function roleFor(name: string, namespace: string, account: string, rules: Rule[]): KubernetesObject[] {
  const apiVersion = 'rbac.authorization.k8s.io/v1';
  return [
    {
      apiVersion,
      kind: 'Role',
      metadata: { name },
      rules: rules.map(({ groups, resources, verbs, names }) => ({
        apiGroups: groups,
        resources,
        verbs,
        ...(names === undefined ? {} : { resourceNames: names })
      }))
    },
    {
      apiVersion,
      kind: 'RoleBinding',
      metadata: { name },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name },
      subjects: [{ kind: 'ServiceAccount', name: account, namespace }]
    }
  ];
}
