/** Labels and annotations on what Datamark makes in a cluster. Labels are for selectors; all text is in annotations. */
export const GROUP = 'datamark.github.io';

export const labels = {
  /** The claim's first uid, kept on the claim through restores. On claims, snapshots and clones (there: of the clone itself). */
  volumeId: `${GROUP}/volume-id`,
  /** On clones: volume-id of the volume that the data is from. */
  sourceVolumeId: `${GROUP}/source-volume-id`,
  /** datamark, auto, safety. */
  origin: `${GROUP}/origin`,
  /** 16 hex digits of sha256 of the client's Idempotency-Key. */
  operation: `${GROUP}/operation`,
  /** Value of the own pod's `hub.jupyter.org/username` label, or what stands for it elsewhere. */
  owner: `${GROUP}/owner`,
  managedBy: 'app.kubernetes.io/managed-by'
} as const;

export const MANAGED_BY = 'datamark';

export const annotations = {
  title: `${GROUP}/title`,
  note: `${GROUP}/note`,
  createdBy: `${GROUP}/created-by`,
  notebook: `${GROUP}/notebook`,
  heldUntil: `${GROUP}/held-until`,
  heldBy: `${GROUP}/held-by`,
  /** On snapshots, JSON of the claim at that moment: uid, name, class, size, modes. What a restore needs without it. */
  claim: `${GROUP}/claim`,
  /** JSON of where a clone comes from: what the contract's CloneSource needs, also after the source is gone. */
  source: `${GROUP}/source`
} as const;
