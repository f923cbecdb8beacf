// One SnapMirror relationship and what happens to it as time passes: transfers by its schedule or on demand, their ends, its
// health. How REST tells it is mirrorRecord.ts's.
import { randomUUID } from 'node:crypto';
import type { DataMover } from './dataMover';
import { bytesAt, secondsAt, transferSnapshotName } from './mirrorTransfer';
import type { EndedTransfer, OntapReason, RunningTransfer, TransferType } from './mirrorTransfer';
import { OntapError } from './ontapError';
import type { MirrorPolicy } from './mirrorPolicy';
import type { TransferSchedule } from './transferSchedule';

/** ONTAP's words, from a public article of its knowledge base; it was not found with a code. */
export const DELAYED_UPDATE: OntapReason = {
  message: 'Scheduled update was delayed because another SnapMirror operation for the relationship is in progress.'
};

/** `svm:volume`, taken apart. */
export interface Endpoint {
  readonly path: string;
  readonly svm: { readonly name: string; readonly uuid: string };
  readonly cluster?: { readonly name: string; readonly uuid: string };
}

/** What a mirror asks of its surroundings. */
export interface MirrorSurroundings {
  readonly mover: DataMover;
  /** Whether its next transfer fails, and by what; asking uses it up. */
  readonly failure: (uuid: string) => OntapReason | null;
  /** A snapshot is on the destination now. */
  readonly arrived: (snapshot: string, at: number) => void;
}

export interface MirrorStart {
  readonly uuid: string;
  /** Grows; the pages of a list follow it. */
  readonly sequence: number;
  readonly source: Endpoint;
  readonly destination: Endpoint;
  readonly state: string;
  readonly policy: MirrorPolicy;
  readonly schedule: TransferSchedule | null;
  readonly bytesPerTransfer: number;
  readonly bytesPerSecond: number;
  readonly queueSeconds: number;
}

export class Mirror {
  state: string;
  healthy = true;
  reasons: readonly OntapReason[] = [];
  /** What readers of the destination see. */
  exported: { name: string; at: number } | null = null;
  running: RunningTransfer | null = null;
  last: EndedTransfer | null = null;
  lastType: TransferType | null = null;
  /** Of the last successful transfer. */
  totals: { bytes: number; seconds: number } | null = null;
  schedule: TransferSchedule | null;
  policy: MirrorPolicy;
  throttle = 0;
  bytesPerTransfer: number;
  bytesPerSecond: number;
  queueSeconds: number;
  /** A scheduled update came due while another ran. */
  delayed = false;
  /** Told instead of what is above; null leaves a field out. */
  overrides: Readonly<Record<string, unknown>> = {};
  nextAt = Infinity;

  constructor(
    readonly start: MirrorStart,
    private readonly _around: MirrorSurroundings,
    now: number
  ) {
    this.state = start.state;
    this.policy = start.policy;
    this.schedule = start.schedule;
    this.bytesPerTransfer = start.bytesPerTransfer;
    this.bytesPerSecond = start.bytesPerSecond;
    this.queueSeconds = start.queueSeconds;
    this.plan(now);
  }

  get uuid(): string {
    return this.start.uuid;
  }

  /** Lets its schedule count from now. */
  plan(now: number): void {
    this.nextAt = this.schedule?.next(now) ?? Infinity;
  }

  /** When something happens to it next. */
  get due(): number {
    return Math.min(this.nextAt, this.running?.ends ?? Infinity);
  }

  /** Lets everything happen that is due until then. */
  async passTo(now: number): Promise<void> {
    while (this.due <= now) {
      const { running, nextAt } = this;
      if (running !== null && running.ends <= nextAt) {
        await this._end(running);
      } else {
        this.nextAt = this.schedule?.next(nextAt) ?? Infinity;
        await this._scheduled(nextAt);
      }
    }
  }

  /** Begins a transfer. `snapshot`: that one of the source, else a new one. */
  async begin(type: TransferType, now: number, snapshot?: string): Promise<RunningTransfer> {
    if (this.running !== null) {
      throw new OntapError(409, '13303812', 'Another transfer is in progress.');
    }
    const begins = now + this.queueSeconds * 1000;
    const volume = 2_147_484_673 + this.start.sequence;
    const name = snapshot ?? transferSnapshotName(this.start.destination.svm.uuid, volume, now);
    const bytes = (await this._moverBegins(name)) ?? this.bytesPerTransfer;
    const failure = this._around.failure(this.uuid);
    const limit = this.throttle > 0 ? this.throttle * 1024 : Infinity;
    // One that fails does so half way.
    const share = failure === null ? 1 : 0.5;
    const ends = begins + Math.ceil(((bytes * share) / Math.min(limit, this.bytesPerSecond)) * 1000);
    const uuid = randomUUID();
    this.running = { uuid, type, snapshot: name, snapshotAt: now, begins, ends, bytes: bytes * share, failure };
    return this.running;
  }

  /** Ends the running transfer before its time. */
  async abort(state: 'aborted' | 'hard_aborted', now: number): Promise<void> {
    if (this.running !== null) {
      await this._close(this.running, state, now);
    }
  }

  /** What a mover is told. */
  get moved(): { uuid: string; source: string; destination: string } {
    return { uuid: this.uuid, source: this.start.source.path, destination: this.start.destination.path };
  }

  private async _scheduled(at: number): Promise<void> {
    if (this.state !== 'snapmirrored') {
      return;
    }
    if (this.running !== null) {
      this.delayed = true;
      this._sicken(DELAYED_UPDATE);
      return;
    }
    try {
      await this.begin('update', at);
    } catch (error) {
      this._sicken(reasonOf(error));
    }
  }

  private async _end(transfer: RunningTransfer): Promise<void> {
    const { type, snapshot, snapshotAt, ends, bytes } = transfer;
    const failure = transfer.failure ?? (await this._moverFails(snapshot));
    if (failure !== null) {
      this._sicken(failure);
      await this._close(transfer, 'failed', ends);
    } else {
      this._around.arrived(snapshot, snapshotAt);
      this.exported = { name: snapshot, at: snapshotAt };
      this.totals = { bytes, seconds: secondsAt(transfer, ends) };
      this.lastType = type;
      this.healthy = true;
      this.reasons = [];
      this.state = this.state === 'paused' ? 'paused' : this.policy.type === 'sync' ? 'in_sync' : 'snapmirrored';
      this._over(transfer, 'success', ends);
    }
    if (this.delayed) {
      this.delayed = false;
      await this._scheduled(ends);
    }
  }

  private async _moverBegins(snapshot: string): Promise<number | null> {
    try {
      return await this._around.mover.begin(this.moved, snapshot);
    } catch (error) {
      throw new OntapError(500, '13303844', reasonOf(error).message);
    }
  }

  private async _moverFails(snapshot: string): Promise<OntapReason | null> {
    try {
      await this._around.mover.arrive(this.moved, snapshot);
      return null;
    } catch (error) {
      return reasonOf(error);
    }
  }

  private _sicken(reason: OntapReason): void {
    this.healthy = false;
    this.reasons = [reason];
  }

  private async _close(transfer: RunningTransfer, state: EndedTransfer['state'], at: number): Promise<void> {
    await this._around.mover.discard(this.moved, transfer.snapshot);
    this.lastType = transfer.type;
    this._over(transfer, state, at);
  }

  private _over(transfer: RunningTransfer, state: EndedTransfer['state'], at: number): void {
    const bytes = bytesAt(transfer, at);
    this.last = { type: transfer.type, state, bytes, seconds: secondsAt(transfer, at), endedAt: at };
    this.running = null;
  }
}

/** What went wrong where bytes are moved. */
function reasonOf(error: unknown): OntapReason {
  return { message: `Transfer failed: ${error instanceof Error ? error.message : String(error)}` };
}
