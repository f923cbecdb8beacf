/** Objects around a claim as a cluster has them, for tests of the controller. */
import type { NewObject } from '../../testing/api/objectStore';

const NAMESPACE = 'hub';
const DRIVER = 'cow.example';
const LABELS = { 'hub.jupyter.org/username': 'ann' };

/** Bound to pv-old. */
export const claimObject = (name: string): NewObject => ({
  kind: 'PersistentVolumeClaim',
  metadata: { name, namespace: NAMESPACE, labels: LABELS, annotations: {} },
  spec: {
    accessModes: ['ReadWriteOnce'],
    storageClassName: 'cow',
    volumeMode: 'Filesystem',
    volumeName: 'pv-old',
    resources: { requests: { storage: '1Gi' } }
  },
  status: { phase: 'Bound', capacity: { storage: '1Gi' }, accessModes: ['ReadWriteOnce'] }
});

export const volumeObject = (
  name: string,
  { claim, uid, handle, annotations = {} }: { claim: string; uid: string; handle: string; annotations?: object }
): NewObject => ({
  kind: 'PersistentVolume',
  metadata: { name, annotations },
  spec: {
    csi: { driver: DRIVER, volumeHandle: handle },
    claimRef: { namespace: NAMESPACE, name: claim, uid },
    persistentVolumeReclaimPolicy: 'Delete',
    storageClassName: 'cow',
    capacity: { storage: '1Gi' }
  },
  status: { phase: 'Bound' }
});

/** A snapshot, and its content once the uid is known. */
export function snapshotObjects(
  name: string,
  claim: string,
  { handle = 'handle-old', content = {}, status = {} }: { handle?: string; content?: object; status?: object }
): { snapshot: NewObject; content: (uid: string) => NewObject } {
  const contentName = `content-${name}`;
  return {
    snapshot: {
      kind: 'VolumeSnapshot',
      metadata: { name, namespace: NAMESPACE },
      spec: { source: { persistentVolumeClaimName: claim } },
      status: { readyToUse: true, restoreSize: '1Gi', boundVolumeSnapshotContentName: contentName, ...status }
    },
    content: uid => ({
      kind: 'VolumeSnapshotContent',
      metadata: { name: contentName },
      spec: {
        driver: DRIVER,
        source: { volumeHandle: handle },
        volumeSnapshotRef: { namespace: NAMESPACE, name, uid },
        ...content
      }
    })
  };
}

/** A running server. */
export const podObject = (name: string, claim: string): NewObject => ({
  kind: 'Pod',
  metadata: { name, namespace: NAMESPACE, labels: LABELS },
  spec: {
    nodeName: 'node',
    restartPolicy: 'OnFailure',
    volumes: [{ name: 'home', persistentVolumeClaim: { claimName: claim } }],
    containers: [{ name: 'notebook', volumeMounts: [{ name: 'home', mountPath: '/home/jovyan' }] }]
  },
  status: { phase: 'Running', containerStatuses: [{ name: 'notebook', state: { running: {} } }] }
});
