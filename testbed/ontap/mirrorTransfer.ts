// One transfer of a mirror: what is to go over, and how far it is at a time. Times are milliseconds of the epoch.

export type TransferType = 'initialize' | 'update' | 'resync' | 'restore';

/** Why something is unhealthy or failed, as ONTAP says it. Not every reason has a code. */
export interface OntapReason {
  readonly code?: string;
  readonly message: string;
  readonly arguments?: readonly string[];
}

/** A transfer that waits or runs. */
export interface RunningTransfer {
  readonly uuid: string;
  readonly type: TransferType;
  readonly snapshot: string;
  /** When the snapshot of the source was made. */
  readonly snapshotAt: number;
  /** Until then it is queued. */
  readonly begins: number;
  readonly ends: number;
  readonly bytes: number;
  /** It ends by this; null: well. */
  readonly failure: OntapReason | null;
}

/** One that is over. */
export interface EndedTransfer {
  readonly type: TransferType;
  readonly state: 'success' | 'failed' | 'aborted' | 'hard_aborted';
  readonly bytes: number;
  readonly seconds: number;
  readonly endedAt: number;
}

/** Bytes that have gone over. */
export function bytesAt({ begins, ends, bytes }: RunningTransfer, now: number): number {
  return ends <= begins ? bytes : Math.floor(bytes * Math.min(1, Math.max(0, (now - begins) / (ends - begins))));
}

/** How long it runs, in seconds; 0 while it is queued. */
export function secondsAt({ begins }: RunningTransfer, now: number): number {
  return Math.max(0, (now - begins) / 1000);
}

/** Name that ONTAP gives the snapshot of a transfer. */
export function transferSnapshotName(svmUuid: string, volume: number, at: number): string {
  const [day = '', time = ''] = new Date(at).toISOString().split('T');
  return `snapmirror.${svmUuid}_${volume}.${day}_${time.slice(0, 8).replaceAll(':', '')}`;
}
