/** What the phases of the core are given, and what they answer with. */
import type { ControllerStrategy, RestoreStatus, VolumeRestore } from '../providers/kubernetes/volumeRestore';
import type { ServerStarts } from './hub/serverStarts';
import type { KnownRights } from './plan/neededRights';
import type { PlanLooks } from './plan/planLooks';
import type { RestoreWork, Strategy } from './strategy';

export interface CoreWork extends RestoreWork {
  readonly strategies: ReadonlyMap<ControllerStrategy, Strategy>;
  readonly rights: KnownRights;
  readonly planLooks: PlanLooks;
  readonly serverStarts: ServerStarts;
  /** Of the last restore of the same claim that succeeded; null: none is known. */
  readonly lastDurationMs: (restore: VolumeRestore) => number | null;
  /** A restore that is over was deleted. */
  readonly forgotten: () => void;
  /** Tells this look from others. */
  readonly look: number;
}

/** What a look led to, in the core's words. */
export type CoreStep =
  | { readonly kind: 'write'; readonly status: Partial<RestoreStatus> }
  /** The object itself was changed: it is read again, then looked at again. */
  | { readonly kind: 'reread' }
  /** At the latest after so many ms. */
  | { readonly kind: 'wait'; readonly ms: number; readonly message?: string }
  /** Nothing to do until the object changes. */
  | { readonly kind: 'rest' };
