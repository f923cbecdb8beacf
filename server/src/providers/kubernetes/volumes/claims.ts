/**
 * The seam between claims and everything made of them: which claims this server mounts, and what is known of each.
 * Snapshots, clones and the index read here; they never ask the cluster for the server's own claims themselves.
 */
import type { Notice, Volume } from '../../../../../contract';
import type { PersistentVolumeClaim } from './claimResource';

/** One claim that this server mounts. */
export interface ClaimRecord {
  /** The claim's name, which is the volume's id. */
  readonly claim: string;
  /**
   * As the claim and its mount say it. `can` tells only what the claim itself rules out (shared, deleted, not bound…):
   * rights and the driver are the check's. Of its snapshots nothing is known here: no count, no time.
   */
  readonly volume: Volume;
  /** Value of the label `volume-id`, or the uid where the claim has none; null: the claim was never seen. */
  readonly volumeId: string | null;
  /** Name of the CSI driver; null where it can't be told. */
  readonly driver: string | null;
  /** In words why others' data or work is on it too; null: it is this owner's alone. */
  readonly shared: string | null;
  /** Mounted read-only everywhere in this pod. */
  readonly readOnly: boolean;
  /** Last seen object; null where the account may not read it or it does not exist. */
  readonly object: PersistentVolumeClaim | null;
}

/** The claims of this server, observed. */
export interface Claims {
  /** Finds the claims and looks at each once, then keeps observing. Never rejects: what fails is a notice. */
  start(): Promise<void>;
  stop(): Promise<void>;
  get(claim: string): ClaimRecord | undefined;
  /** In the order in which they are shown: home first. */
  list(): readonly ClaimRecord[];
  /** Calls back after every change of a record, until the returned function is called. */
  onChange(listener: (record: ClaimRecord) => void): () => void;
  /** Looks again at what no watch tells of. */
  refresh(): Promise<void>;
  /** Puts the label `volume-id` on the claim where it has none and the account may; the volume-id to use on snapshots. */
  markVolumeId(claim: string, signal?: AbortSignal): Promise<string>;
  /** Value of the label `owner` for what is made here; null: neither the pod nor a claim of this owner says it. */
  ownerLabel(): string | null;
  /** What could not be found out, and what mends that. */
  notices(): Notice[];
}
