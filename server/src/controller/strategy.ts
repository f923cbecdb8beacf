/**
 * What a way to restore does in each phase. A step looks at the cluster as it is, does the next small thing that is
 * missing and says what it wants written; it must give the same when it is done again after a kill at any line.
 */
import type { Log } from '../log';
import type { KubernetesApi } from '../providers/kubernetes/client/kubernetesApi';
import type { ControllerStrategy, RestoreStatus, VolumeRestore } from '../providers/kubernetes/volumeRestore';
import type { ControllerSettings } from './controllerSettings';

/** Everything one look at one restore has. */
export interface RestoreWork {
  readonly api: KubernetesApi;
  readonly settings: ControllerSettings;
  readonly log: Log;
  /** As read just now. */
  readonly restore: VolumeRestore;
  /** The time of the look. */
  readonly now: Date;
  /** The time after what was awaited. */
  readonly clock: () => Date;
  /** The controller is stopping: a call that only waits ends. */
  readonly signal: AbortSignal;
}

/** What a look led to. */
export type Next =
  /** Written to the status with the resourceVersion that was read; then the same phase is looked at again, at once. */
  | { readonly kind: 'write'; readonly status: Partial<RestoreStatus> }
  /** Nothing to do until something in the namespace changes, at the latest after so many ms. */
  | { readonly kind: 'wait'; readonly ms: number; readonly message?: string }
  /** The phase is over. `failed`, of a roll back: it can never be as it was, and the status says what became of it. */
  | { readonly kind: 'done'; readonly status?: Partial<RestoreStatus>; readonly failed?: true };

/** The restore can't go on: it is rolled back, and ends RolledBack (or Cancelled where that was asked) with this problem. */
export class RestoreRefused extends Error {
  override readonly name = 'RestoreRefused';
  constructor(
    /** Slug of the contract's catalogue. */
    readonly problem: string,
    readonly detail: string,
    readonly next: string
  ) {
    super(detail);
  }
}

/**
 * One way to restore. What the core has recorded before `prepare`, and checks at each look until Restoring: `claim`
 * (its manifest read again right before `secure`), `oldVolume` (bound to it), `requester`, `plan`, `strategy`; in an undo
 * by `swap` also `newVolume` (the kept one). In every phase it keeps the gate closed where that is due: it raises
 * `gateClosedUntil` and never lowers it before the end, so a strategy may write a later time. After Succeeded it writes
 * `undo.undoneBy` of the restore that was undone; `undo` of its own is the strategy's. A non-final phase with `problem`
 * set is being rolled back.
 *
 * The core moves from phase to phase, records conditions and steps, and calls these. */
export interface Strategy {
  readonly name: ControllerStrategy;
  /** What `prepare` is to make, by name: written with the phase, so that it is known before it is there. */
  readonly naming?: (restore: VolumeRestore) => Partial<RestoreStatus>;
  /** Preparing: all that can be refused is refused here, while the server still runs. */
  prepare(work: RestoreWork): Promise<Next>;
  /** Securing: nobody uses the volume any more; the present is made safe. */
  secure(work: RestoreWork): Promise<Next>;
  /** Restoring: not cancelled any more; goes on until it is done or rolled back. */
  restore(work: RestoreWork): Promise<Next>;
  verify(work: RestoreWork): Promise<Next>;
  /** Back to how it was; after RestoreRefused or a cancel in any phase. Done: nothing is as it was not before, or it failed. */
  rollBack(work: RestoreWork): Promise<Next>;
  /** After a final phase: removes what nobody needs, sets policies back once that is safe. Done: nothing is pending. */
  settle(work: RestoreWork): Promise<Next>;
}
