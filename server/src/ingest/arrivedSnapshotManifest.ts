/**
 * What an admin does so that the exported snapshot of a mirror becomes a volume that no transfer changes: texts to apply or to run.
 * Pure. From Trident’s documents (import of an ONTAP snapshot, import of a volume); names are quoted as JSON, which YAML reads.
 */
import { createHash } from 'node:crypto';
import type { ClaimFacts } from '../providers/provider';

export interface ArrivedSnapshot {
  readonly claim: string;
  readonly facts: ClaimFacts;
  /** Name of the exported snapshot in ONTAP. */
  readonly exported: string;
}

const quote = (text: string): string => JSON.stringify(text);

/** A VolumeSnapshotContent and a VolumeSnapshot that make it known to Kubernetes; null: the claim’s volume is not known. */
export function arrivedSnapshotManifest({ claim, facts, exported }: ArrivedSnapshot): string | null {
  const { namespace, persistentVolume, volumeId } = facts;
  if (persistentVolume === null || volumeId === null) {
    return null;
  }
  // One name for one snapshot of one volume, however often it is asked for.
  const mark = createHash('sha256').update(`${persistentVolume}\n${exported}`).digest('hex').slice(0, 8);
  const content = `datamark-${mark}`;
  const name = `${claim}.arrived-${mark}`;
  return `apiVersion: snapshot.storage.k8s.io/v1
kind: VolumeSnapshotContent
metadata:
  name: ${quote(content)}
  annotations:
    trident.netapp.io/internalSnapshotName: ${quote(exported)}
spec:
  deletionPolicy: Retain
  driver: csi.trident.netapp.io
  source:
    snapshotHandle: ${quote(`${persistentVolume}/${content}`)}
  volumeSnapshotRef:
    name: ${quote(name)}
    namespace: ${quote(namespace)}
---
apiVersion: snapshot.storage.k8s.io/v1
kind: VolumeSnapshot
metadata:
  name: ${quote(name)}
  namespace: ${quote(namespace)}
  labels:
    datamark.github.io/volume-id: ${quote(volumeId)}
  annotations:
    datamark.github.io/exported-snapshot: ${quote(exported)}
spec:
  source:
    volumeSnapshotContentName: ${quote(content)}
`;
}

/** Steps on ONTAP and in Kubernetes; `to` is `svm:volume`. null: where the mirror arrives is not told. */
export function flexCloneSteps(
  to: string | null,
  { exported, facts, claim }: Omit<ArrivedSnapshot, 'facts'> & { readonly facts: ClaimFacts | null }
): string | null {
  const [, svm, volume] = /^([^:]+):(.+)$/.exec(to ?? '') ?? [];
  if (svm === undefined || volume === undefined) {
    return null;
  }
  const clone = `${volume}_arrived`;
  return `# 1. In ONTAP, as an admin of ${svm}: replication goes on.
volume clone create -vserver ${svm} -flexclone ${clone} -type RW -parent-vserver ${svm} -parent-volume ${volume} -parent-snapshot ${exported}
volume mount -vserver ${svm} -volume ${clone} -junction-path /${clone}

# 2. In Kubernetes: have Trident import the clone, and mount the claim in the server. Fill in what stands in <>.
apiVersion: v1
kind: PersistentVolumeClaim
metadata:
  name: ${quote(`${claim}.arrived`)}
  namespace: ${facts === null ? '<namespace>' : quote(facts.namespace)}
  annotations:
    trident.netapp.io/importOriginalName: ${quote(clone)}
    trident.netapp.io/importBackendUUID: <UUID of Trident’s backend for ${svm}>
spec:
  accessModes: [ReadWriteMany]
  storageClassName: <class of that backend>
  resources:
    requests:
      storage: <at most the size of the clone>
`;
}
