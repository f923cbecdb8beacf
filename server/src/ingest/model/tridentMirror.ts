/** A mirror as Trident tells it. */
import type { Mirror } from '../../../../contract';

export interface TridentMirror {
  /** `guard` and `seen` are null: others know of them. */
  readonly mirror: Mirror;
  /** A sentence on what is asked of it and its state does not show yet; also in the mirror’s `hint`. null: nothing. */
  readonly pending: string | null;
}
