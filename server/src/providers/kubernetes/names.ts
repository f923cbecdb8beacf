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
  /** On what the controller makes for one VolumeRestore and removes after it: first 8 digits of its uid. */
  restore: `${GROUP}/restore`,
  managedBy: 'app.kubernetes.io/managed-by'
} as const;

export const MANAGED_BY = 'datamark';

export const annotations = {
  title: `${GROUP}/title`,
  note: `${GROUP}/note`,
  createdBy: `${GROUP}/created-by`,
  notebook: `${GROUP}/notebook`,
  /** On snapshots, JSON of the MLflow runs that used it, see notedRuns.ts. */
  mlflowRun: `${GROUP}/mlflow-run`,
  heldUntil: `${GROUP}/held-until`,
  heldBy: `${GROUP}/held-by`,
  /** On claims: how old the data that arrives may be, for example `1h`. */
  maxDataAge: `${GROUP}/max-data-age`,
  /** On snapshots, by an admin: name of the exported snapshot of a mirror that it is. */
  exportedSnapshot: `${GROUP}/exported-snapshot`,
  /** On snapshots, JSON of the claim at that moment: uid, name, class, size, modes. What a restore needs without it. */
  claim: `${GROUP}/claim`,
  /** JSON of where a clone comes from: what the contract's CloneSource needs, also after the source is gone. */
  source: `${GROUP}/source`,
  /** On what the controller makes for one VolumeRestore, and on the claim that it made again: its whole uid. */
  restore: `${GROUP}/restore`,
  /** On restores: what the snapshot was called, and when it was made, for when it is gone. */
  snapshotLabel: `${GROUP}/snapshot-label`,
  snapshotCreatedAt: `${GROUP}/snapshot-created-at`
} as const;
