/** What a swap works with: the names of what it makes, and what was recorded before it began. Pure. */
import { annotations } from '../../providers/kubernetes/names';
import type { RecordedClaim, RestoreStatus, VolumeRef, VolumeRestore } from '../../providers/kubernetes/volumeRestore';
import { marksOf, temporaryName } from '../madeObjects';
import { restoreMark } from '../restoreMark';

/** Recorded by the core before `prepare`. */
export interface SwapParts {
  readonly namespace: string;
  readonly claimName: string;
  /** The claim before the restore. */
  readonly claim: RecordedClaim;
  /** What the claim was bound to. */
  readonly oldVolume: VolumeRef;
  /** The kept volume comes back; it is never given away. */
  readonly isUndo: boolean;
  readonly temporaryName: string;
  readonly checkPodName: string;
  /** `<namespace>/<name>` of the restore, as it stands on the volume that it keeps. */
  readonly key: string;
  readonly marks: ReturnType<typeof marksOf>;
}

/** Throws where the core has recorded nothing. */
export function swapParts(restore: VolumeRestore): SwapParts {
  const { metadata, spec, status } = restore;
  const { claim, oldVolume } = status;
  if (claim === null || claim === undefined || oldVolume === null || oldVolume === undefined) {
    throw new Error(`The claim and the volume of restore ${metadata.name} were not recorded.`);
  }
  return {
    namespace: metadata.namespace,
    claimName: spec.claimName,
    claim,
    oldVolume,
    isUndo: spec.undoOf !== undefined,
    temporaryName: temporaryClaimName(restore),
    checkPodName: checkPodName(restore),
    key: `${metadata.namespace}/${metadata.name}`,
    marks: marksOf(restore)
  };
}

const temporaryClaimName = (restore: VolumeRestore): string => temporaryName(restore, 'restore');
const checkPodName = (restore: VolumeRestore): string => `datamark-check-${restoreMark(restore)}`;

/** Their uids are written when they are there. */
export const swapNames = (restore: VolumeRestore): Partial<RestoreStatus> => ({
  temporaryClaim: { name: temporaryClaimName(restore), uid: '' },
  checkPod: { name: checkPodName(restore), uid: '' }
});

/** Whether an object was made for this restore. */
export const isMadeFor = (
  restore: VolumeRestore,
  { metadata }: { readonly metadata: { readonly annotations: Readonly<Record<string, string>> } }
): boolean => metadata.annotations[annotations.restore] === restore.metadata.uid;
