/** The objects that the stand-in of a cluster with storage works with, as far as it does. */
import type { ApiObject } from '../../../testing/api/objectStore';

interface ClaimSpec {
  readonly volumeName?: string;
  readonly storageClassName?: string;
  readonly accessModes: readonly string[];
  readonly resources: { readonly requests: { readonly storage: string } };
  readonly dataSourceRef?: { readonly name: string };
}

interface VolumeSpec {
  readonly persistentVolumeReclaimPolicy: string;
  readonly capacity: { readonly storage: string };
  readonly accessModes: readonly string[];
  readonly csi: { readonly volumeHandle: string };
  readonly claimRef?: { readonly namespace: string; readonly name: string; readonly uid?: string };
}

export type Claim = ApiObject & { readonly spec: ClaimSpec; readonly status?: { readonly phase?: string } };
export type Volume = ApiObject & { readonly spec: VolumeSpec; readonly status?: { readonly phase?: string } };
export type Pod = ApiObject & {
  readonly spec: { readonly volumes?: readonly { readonly persistentVolumeClaim?: { readonly claimName: string } }[] };
  readonly status?: { readonly phase?: string };
};
