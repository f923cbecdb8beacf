/** The kinds of objects that the API server stand-in knows. */

export interface ResourceKind {
  readonly group: string;
  readonly version: string;
  readonly resource: string;
  readonly kind: string;
  readonly namespaced: boolean;
}

const kind = (group: string, version: string, resource: string, name: string, namespaced = true): ResourceKind => ({
  group,
  version,
  resource,
  kind: name,
  namespaced
});

const SNAPSHOTS = 'snapshot.storage.k8s.io';

export const RESOURCE_KINDS: readonly ResourceKind[] = [
  kind('', 'v1', 'namespaces', 'Namespace', false),
  kind('', 'v1', 'nodes', 'Node', false),
  kind('', 'v1', 'configmaps', 'ConfigMap'),
  kind('', 'v1', 'events', 'Event'),
  kind('', 'v1', 'persistentvolumeclaims', 'PersistentVolumeClaim'),
  kind('', 'v1', 'persistentvolumes', 'PersistentVolume', false),
  kind('', 'v1', 'pods', 'Pod'),
  kind('', 'v1', 'resourcequotas', 'ResourceQuota'),
  kind('apps', 'v1', 'statefulsets', 'StatefulSet'),
  kind('batch', 'v1', 'jobs', 'Job'),
  kind('storage.k8s.io', 'v1', 'storageclasses', 'StorageClass', false),
  kind('storage.k8s.io', 'v1', 'csidrivers', 'CSIDriver', false),
  kind(SNAPSHOTS, 'v1', 'volumesnapshots', 'VolumeSnapshot'),
  kind(SNAPSHOTS, 'v1', 'volumesnapshotclasses', 'VolumeSnapshotClass', false),
  kind(SNAPSHOTS, 'v1', 'volumesnapshotcontents', 'VolumeSnapshotContent', false),
  kind('admissionregistration.k8s.io', 'v1', 'validatingadmissionpolicies', 'ValidatingAdmissionPolicy', false),
  kind(
    'admissionregistration.k8s.io',
    'v1',
    'validatingadmissionpolicybindings',
    'ValidatingAdmissionPolicyBinding',
    false
  ),
  kind('trident.netapp.io', 'v1', 'tridentmirrorrelationships', 'TridentMirrorRelationship'),
  kind('trident.netapp.io', 'v1', 'tridentactionmirrorupdates', 'TridentActionMirrorUpdate'),
  kind('trident.netapp.io', 'v1', 'tridentsnapshotinfos', 'TridentSnapshotInfo'),
  kind('datamark.github.io', 'v1alpha1', 'volumerestores', 'VolumeRestore'),
  kind('kubeflow.org', 'v1', 'notebooks', 'Notebook')
];

export const apiVersionOf = ({ group, version }: ResourceKind): string =>
  group === '' ? version : `${group}/${version}`;
