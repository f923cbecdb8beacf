// What the stand-in of Trident needs of a storage: the seam behind which an emulator of ONTAP, or a test, tells what happens.

/** A relationship at its destination, as a storage tells it. */
export interface StoredRelationship {
  /** In ONTAP’s words: snapmirrored, broken_off, uninitialized, … */
  readonly state: string;
  /** In ONTAP’s words: queued, transferring, success, failed, aborted; null: no transfer was told. */
  readonly transferState: string | null;
  readonly transferEndedAt: string | null;
  readonly healthy: boolean;
  readonly reasons: readonly string[];
}

export interface WantedRelationship {
  /** `svm:volume`. */
  readonly source: string;
  readonly destination: string;
  readonly policy: string;
  readonly schedule: string;
}

/** Rejects where the storage does not answer or refuses. Destinations are `svm:volume`. */
export interface MirrorStorage {
  /** Handle of the volume behind a claim; null: it is not bound yet; 'unsupported': its backend can’t mirror. */
  localHandle(namespace: string, claim: string): Promise<string | 'unsupported' | null>;
  /** null: there is none. */
  relationship(destination: string): Promise<StoredRelationship | null>;
  /** Makes the relationship and begins its first transfer. */
  establish(wanted: WantedRelationship): Promise<void>;
  /** Makes it again where it is gone, and resynchronizes: overwrites the destination. */
  reestablish(wanted: WantedRelationship): Promise<void>;
  /** Breaks it, at that snapshot where one is named, and deletes it. `waiting`: the snapshot has not arrived. */
  promote(destination: string, snapshot: string | null): Promise<'done' | 'waiting'>;
  /** Lets go what the source still knows of it. */
  release(destination: string): Promise<void>;
  /** Begins a transfer, of that snapshot where one is named. */
  update(destination: string, snapshot: string | null): Promise<void>;
}
