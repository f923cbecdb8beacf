/**
 * Mirrors as Trident’s objects in the namespace tell them, and what can be asked of Trident: the seam to the service.
 * `Provider.openMirrors` opens it where the provider is a cluster.
 */
import type { Mirror, MirrorSource } from '../../../../contract';
import type { Intent } from '../../providers/provider';
import type { TridentMirror } from '../model/tridentMirror';

/** Mirrors of the claims that this server mounts, by name. */
export interface TridentMirrors {
  readonly mirrors: readonly TridentMirror[];
  readonly source: MirrorSource;
}

/** One mirror in the state in which the person saw it, as Trident told it. */
export interface SeenMirror {
  readonly id: string;
  readonly uid: string;
  /** `stateAsTold` of the mirror that `list` told. */
  readonly stateAsTold: string | null;
}

export interface MirrorSourceTrident {
  /** As it is followed; the first call begins to follow. Never rejects: what can’t be read is in `source`. */
  list(signal?: AbortSignal): Promise<TridentMirrors>;
  /** What was told last, without asking. */
  current(): TridentMirrors;
  /** Calls back when `current` may tell something else, until the returned function is called. */
  follow(listener: () => void): () => void;
  /** So many clients follow the event stream now: with none, what nobody asks for is soon followed no more. */
  followers(count: number): void;
  /** Begins a transfer; where one runs already, tells that one with `alreadyRunning`. Rejects with ProblemError. */
  update(id: string, intent: Intent): Promise<Mirror>;
  /** Takes an update back that Trident has not begun; Trident ends none that runs. Rejects with ProblemError. */
  cancel(id: string): Promise<Mirror>;
  /** Makes the destination writable. Rejects where the mirror is not as it was seen. */
  promote(seen: SeenMirror): Promise<Mirror>;
  /** Replicates again; what was written at the destination is overwritten. Rejects where it is not as it was seen. */
  resync(seen: SeenMirror): Promise<Mirror>;
  stop(): Promise<void>;
}
