/** The claims that a swap makes: the temporary one, and the user's again, from what was recorded of it. Pure. */
import { z } from 'zod';
import { labels } from '../../providers/kubernetes/names';
import { bytesOf } from '../../providers/kubernetes/quantity';
import { SNAPSHOT_GROUP } from '../../providers/kubernetes/resources';
import type { RecordedClaim } from '../../providers/kubernetes/volumeRestore';
import type { SwapParts } from './swapParts';

const Texts = z.record(z.string(), z.string()).default({});

const OwnerReference = z.object({
  apiVersion: z.string(),
  kind: z.string(),
  name: z.string(),
  uid: z.string(),
  controller: z.boolean().optional()
});
export type OwnerReference = z.infer<typeof OwnerReference>;

const Manifest = z.object({
  metadata: z.object({ labels: Texts, annotations: Texts, ownerReferences: z.array(OwnerReference).default([]) }),
  spec: z.record(z.string(), z.unknown())
});

/** What was recorded of the claim. */
export type ClaimManifest = z.infer<typeof Manifest>;

/** Throws where it can't be read: nothing may be made of half of it. */
export const readManifest = ({ manifest }: Pick<RecordedClaim, 'manifest'>): ClaimManifest =>
  Manifest.parse(JSON.parse(manifest));

/** Written by the controllers that bind and provision: on a new claim `bind-completed` makes it Lost. */
const OF_BINDING = /^(pv|volume|volume\.beta)\.kubernetes\.io\//;

/** Labels and annotations that come back. */
export function returningMarks({ claim, marks }: SwapParts): Pick<ClaimManifest['metadata'], 'labels' | 'annotations'> {
  const { metadata } = readManifest(claim);
  return {
    labels: { ...metadata.labels, [labels.volumeId]: claim.volumeId },
    annotations: {
      ...Object.fromEntries(Object.entries(metadata.annotations).filter(([name]) => !OF_BINDING.test(name))),
      ...marks.annotations
    }
  };
}

export interface FinalClaim {
  readonly parts: SwapParts;
  readonly volumeName: string;
  /** Size of that volume; null: not known yet. */
  readonly capacity: string | null;
  /** Those that exist still. */
  readonly owners: readonly OwnerReference[];
}

/** The user's claim with another volume behind it. Finalizers are left to Kubernetes. */
export function finalClaim({ parts, volumeName, capacity, owners }: FinalClaim): object {
  const spec = without(readManifest(parts.claim).spec, ['dataSource', 'dataSourceRef']);
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: {
      name: parts.claimName,
      ...returningMarks(parts),
      ...(owners.length === 0 ? {} : { ownerReferences: owners })
    },
    spec: { ...spec, volumeName, resources: { requests: { storage: fittingRequest(parts.claim, capacity) } } }
  };
}

const without = (spec: ClaimManifest['spec'], names: readonly string[]): ClaimManifest['spec'] =>
  Object.fromEntries(Object.entries(spec).filter(([name]) => !names.includes(name)));

/** A claim can't ask for more than its volume has: the kept volume of an undo may be smaller than the present one. */
const fittingRequest = ({ request }: RecordedClaim, capacity: string | null): string =>
  capacity !== null && (bytesOf(request) ?? 0) > (bytesOf(capacity) ?? Number.POSITIVE_INFINITY) ? capacity : request;

/** What the temporary claim is filled from, or bound to. */
export type TemporarySource =
  | { readonly snapshot: string; readonly restoreSize: number | null }
  | { readonly volume: string; readonly capacity: string };

/** A claim like the user's for the volume that is to take the other's place. */
export function temporaryClaim(parts: SwapParts, source: TemporarySource): object {
  const { claim, marks, temporaryName } = parts;
  const spec = without(readManifest(claim).spec, ['dataSource', 'dataSourceRef', 'selector', 'volumeName']);
  const storage =
    'volume' in source
      ? source.capacity
      : String(Math.max(bytesOf(claim.request) ?? 0, bytesOf(claim.capacity) ?? 0, source.restoreSize ?? 0));
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name: temporaryName, ...marks },
    spec: {
      ...spec,
      resources: { requests: { storage } },
      ...('volume' in source
        ? { volumeName: source.volume }
        : { dataSourceRef: { apiGroup: SNAPSHOT_GROUP, kind: 'VolumeSnapshot', name: source.snapshot } })
    }
  };
}
