/**
 * What a storage provider promises. Asynchronous and level-triggered: a call that changes something writes down the
 * intent, puts a pending object into the index and returns it; the work is done by a worker that may be another
 * process, and shows as later upserts and removals. Nothing may assume a result when a call returns.
 */
import type {
  Capabilities,
  CheckFinding,
  Clone,
  CreateClone,
  CreateSnapshot,
  DeletePlan,
  Freshness,
  Notice,
  Operation,
  Platform,
  Problem,
  Restore,
  Snapshot,
  UpdateSnapshot,
  Volume
} from '../../../contract';
import type { MirrorSourceTrident } from '../ingest/trident/mirrorSourceTrident';
import type { ObservedIndex } from '../observed/observedIndex';

/** Carried by every call that makes something. */
export interface Intent {
  /**
   * 16 hex digits of sha256 of the client's `Idempotency-Key`, or null. Kept on what is made and looked up before
   * making: the same key gives the object that exists.
   */
  readonly operationKey: string | null;
  /** `auto`: nobody asked for this snapshot. Left out: somebody did. */
  readonly origin?: 'auto';
}

/** Where a clone comes from. */
export type CloneFrom = { readonly snapshot: string } | { readonly volume: string };

/** How to restore; paths belong to `files` alone. */
export type RestoreWay =
  { readonly strategy: 'swap' | 'copy' } | { readonly strategy: 'files'; readonly paths: readonly string[] };

/** From what stands there to what is to stand there. */
export type RunNoteChange = (text: string | undefined) => string | null;

/** A claim, for those who write about it to an admin. */
export interface ClaimFacts {
  readonly namespace: string;
  readonly annotations: Readonly<Record<string, string>>;
  /** Name of its PersistentVolume; null: not known. */
  readonly persistentVolume: string | null;
  /** Name of the CSI driver; null: not known. */
  readonly driver: string | null;
  /** Value of the label `volume-id` of its snapshots; null: not known. */
  readonly volumeId: string | null;
}

/** All storage knowledge is behind this; errors are `ProblemError`s. */
export interface Provider {
  readonly kind: 'local' | 'kubernetes';
  /** A few words for people, for example `plain directories on this computer`. */
  readonly label: string;
  readonly user: string | null;
  readonly index: ObservedIndex;

  /** Fills the index, finishes or rolls back what an earlier process left, then keeps observing. */
  start(): Promise<void>;
  /** Stops observing and lets the work under way come to a point from which it can be resumed. */
  stop(): Promise<void>;

  /** Where the server runs; absent: nowhere that Datamark knows. */
  platform?(): Platform;
  capabilities(): Capabilities;
  notices(): Notice[];
  /**
   * Looks at everything the provider needs, in any order. Works before `start` and after it failed, never takes long,
   * and finds a thing that can't be looked at `unknown` or `failed` instead of throwing.
   */
  check(): Promise<CheckFinding[]>;
  /** What was found by the last look, without looking; null: there was none. */
  lastFindings(): readonly CheckFinding[] | null;
  /**
   * Whether the index is as storage is now. Storage that does not answer is no reason for `start` to fail: it resolves,
   * this says why (`asOf` null: nothing was read yet), and the provider goes on trying.
   */
  freshness(): Freshness;
  /** Calls back when capabilities, notices or freshness may have changed, until the returned function is called. */
  onStatusChange(listener: () => void): () => void;
  /** Looks at storage again; what changed shows in the index. */
  refresh(): Promise<void>;

  /** Why snapshots can't be told although storage answers; null, or absent: they can. */
  snapshotsRefused?(): Problem | null;
  /** Looks for snapshots made elsewhere that the index does not hold; absent: it holds all there are. */
  lookElsewhere?(volume: string): Promise<Volume>;
  /** Told how many clients follow the event stream, where that decides how often storage is looked at. */
  followers?(count: number): void;
  /** Mirrors as the cluster’s objects tell them, not followed yet; whoever opens it stops it. Absent: there can be none. */
  openMirrors?(): Promise<MirrorSourceTrident>;
  /** What is known of the claim behind a volume; null: nothing. Absent: volumes are no claims. */
  claimOf?(volume: string): ClaimFacts | null;
  /** Time of the storage’s side, which its objects are dated by; absent: that of this computer. */
  now?(): Date;

  createSnapshot(volume: string, request: CreateSnapshot, intent: Intent): Promise<Snapshot>;
  updateSnapshot(name: string, change: UpdateSnapshot): Promise<Snapshot>;
  /** Writes down which snapshot of a mirror’s source it holds; the same again changes nothing. Absent with `openMirrors`. */
  markExported?(name: string, uid: string, exported: string): Promise<Snapshot>;
  retrySnapshot(name: string): Promise<Snapshot>;
  planSnapshotDelete(name: string): Promise<DeletePlan>;
  /** Text of the runs that are written down on a snapshot, see notedRuns.ts; absent: it writes none down. */
  runNote?(name: string): string | undefined;
  /**
   * Changes that text, in one step with the look at it: `change` is given what stands there, perhaps again, and gives what
   * is to stand there, or null for nothing to change. `uid` as for a deletion. Absent with `runNote`.
   */
  changeRunNote?(name: string, uid: string, change: RunNoteChange): Promise<void>;
  /** `uid`: the life that was looked at; another one is refused with `object-changed`. */
  deleteSnapshot(name: string, uid: string): Promise<Snapshot>;

  createClone(from: CloneFrom, request: CreateClone, intent: Intent): Promise<Clone>;
  planCloneDelete(id: string): Promise<DeletePlan>;
  deleteClone(id: string, uid: string): Promise<Clone>;

  /**
   * Makes the plan in the background: the returned restore is `planning`, later `planned`. Without a way the provider
   * chooses; one that it does not have is refused with `not-supported`.
   */
  planRestore(snapshot: string, volume: string | null, intent: Intent, way?: RestoreWay): Promise<Restore>;
  approveRestore(id: string, uid: string): Promise<Restore>;
  /** Counts the changes of a planned restore; absent: they are known with the plan or can't be known. */
  countChanges?(id: string): Promise<Restore>;
  /** Plans a restore to the safety snapshot of an earlier one. */
  undoRestore(id: string, intent: Intent): Promise<Restore>;

  cancelOperation(id: string): Promise<Operation>;
}
