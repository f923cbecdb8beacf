// All mirrors of the cluster, and what requests do to them.
import { randomUUID } from 'node:crypto';
import type { DataMover } from './dataMover';
import type { EmulatorClock } from './emulatorClock';
import { Mirror, type Endpoint } from './mirror';
import { usualPolicies, type MirrorPolicy } from './mirrorPolicy';
import { transferSnapshotName, type EndedTransfer, type OntapReason, type TransferType } from './mirrorTransfer';
import { badValue, noEntry, OntapError } from './ontapError';
import { usualSchedules, type TransferSchedule } from './transferSchedule';
import type { VolumeTable } from './volumeTable';

const GIB = 2 ** 30;
const INVALID_TRANSITION = '13303818';
const ALREADY_INITIALIZED = '13303832';

/** A mirror that a test wants; what it leaves out is healthy and ordinary. */
export interface MirrorWish {
  readonly uuid?: string | undefined;
  /** `svm:volume` */
  readonly source: string;
  readonly destination: string;
  /** Name of the cluster of the source; without it, this one. */
  readonly sourceCluster?: string | undefined;
  readonly state?: string | undefined;
  readonly healthy?: boolean | undefined;
  readonly reasons?: readonly OntapReason[] | undefined;
  readonly policy?: string | undefined;
  /** Name of one of the cluster's; null: none. */
  readonly schedule?: string | null | undefined;
  /** What readers see; null: nothing has arrived. */
  readonly exported?: { readonly name?: string | undefined; readonly ageSeconds: number } | null | undefined;
  readonly lastTransfer?: (Omit<EndedTransfer, 'endedAt'> & { readonly endedSecondsAgo: number }) | undefined;
  readonly bytesPerTransfer?: number | undefined;
  readonly bytesPerSecond?: number | undefined;
  readonly queueSeconds?: number | undefined;
  readonly throttle?: number | undefined;
  /** Fields told instead of the true ones; null leaves one out, as `{lag_time: null}`. */
  readonly overrides?: Readonly<Record<string, unknown>> | undefined;
}

export class MirrorWorld {
  readonly mirrors = new Map<string, Mirror>();
  readonly schedules = new Map<string, TransferSchedule>();
  readonly policies = new Map<string, MirrorPolicy>();
  readonly svms = new Map<string, { readonly name: string; readonly uuid: string }>();
  readonly clusters = new Map<string, { readonly name: string; readonly uuid: string }>();
  private readonly _failures: { readonly mirror: string | null; readonly reason: OntapReason; left: number }[] = [];
  private _sequence = 0;

  constructor(
    private readonly _clock: EmulatorClock,
    private readonly _mover: DataMover,
    private readonly _volumes: VolumeTable
  ) {
    usualSchedules().forEach(schedule => this.schedules.set(schedule.name, schedule));
    usualPolicies().forEach(policy => this.policies.set(policy.name, policy));
  }

  /** The next transfers of that mirror, or of any, fail. */
  failTransfers(reason: OntapReason, times: number, mirror: string | null): void {
    this._failures.push({ mirror, reason, left: times });
  }

  /** Lets everything happen that is due by now. */
  async settle(): Promise<void> {
    const now = this._clock.now();
    for (const mirror of this.mirrors.values()) {
      if (mirror.due <= now) {
        await mirror.passTo(now);
      }
    }
  }

  add(wish: MirrorWish): Mirror {
    const now = this._clock.now();
    const { state = 'snapmirrored', schedule = null, bytesPerTransfer = GIB, bytesPerSecond = GIB / 10 } = wish;
    const source = this._endpoint(wish.source, wish.sourceCluster);
    const destination = this._endpoint(wish.destination);
    const start = {
      uuid: wish.uuid ?? randomUUID(),
      sequence: ++this._sequence,
      source,
      destination,
      state,
      policy: this.policy(wish.policy ?? 'Asynchronous'),
      schedule: schedule === null ? null : this.schedule(schedule),
      bytesPerTransfer,
      bytesPerSecond,
      queueSeconds: wish.queueSeconds ?? 0
    };
    const failure = (uuid: string): OntapReason | null => this._takeFailure(uuid);
    const arrived = (name: string, at: number) => this._volumes.arrived(destination.path, name, at);
    const mirror = new Mirror(start, { mover: this._mover, failure, arrived }, now);
    this._makeVolumes(source, destination);
    const { exported = state === 'uninitialized' ? null : { ageSeconds: 0 }, lastTransfer } = wish;
    if (exported !== null) {
      const at = now - exported.ageSeconds * 1000;
      const name = exported.name ?? transferSnapshotName(destination.svm.uuid, start.sequence, at);
      mirror.exported = { name, at };
      arrived(name, at);
    }
    mirror.healthy = wish.healthy ?? true;
    mirror.reasons = wish.reasons ?? [];
    mirror.throttle = wish.throttle ?? 0;
    mirror.overrides = wish.overrides ?? {};
    if (lastTransfer !== undefined) {
      const { endedSecondsAgo, ...last } = lastTransfer;
      mirror.last = { ...last, endedAt: now - endedSecondsAgo * 1000 };
      mirror.lastType = last.type;
      mirror.totals = last.state === 'success' ? { bytes: last.bytes, seconds: last.seconds } : null;
    }
    this.mirrors.set(mirror.uuid, mirror);
    return mirror;
  }

  mirror(uuid: string): Mirror {
    const found = this.mirrors.get(uuid);
    if (found === undefined) {
      throw noEntry();
    }
    return found;
  }

  schedule(nameOrUuid: string): TransferSchedule {
    const schedule = [...this.schedules.values()].find(({ name, uuid }) => name === nameOrUuid || uuid === nameOrUuid);
    if (schedule === undefined) {
      throw badValue(nameOrUuid, 'transfer_schedule.name');
    }
    return schedule;
  }

  policy(nameOrUuid: string): MirrorPolicy {
    const policy = [...this.policies.values()].find(({ name, uuid }) => name === nameOrUuid || uuid === nameOrUuid);
    if (policy === undefined) {
      throw badValue(nameOrUuid, 'policy.name');
    }
    return policy;
  }

  /** An update, or the first transfer, as POST …/transfers begins it. */
  async transfer(mirror: Mirror, snapshot: string | undefined): Promise<string> {
    if (mirror.state === 'broken_off' || mirror.state === 'paused') {
      throw new OntapError(400, '13303844', `Update failed: the relationship is ${mirror.state}.`);
    }
    const type: TransferType = mirror.state === 'uninitialized' ? 'initialize' : 'update';
    return (await mirror.begin(type, this._clock.now(), snapshot)).uuid;
  }

  /** Throws where the relationship can't go into that state now. */
  checkTransition(mirror: Mirror, to: string): void {
    const from = mirror.state;
    const known = ['snapmirrored', 'in_sync', 'paused', 'broken_off'];
    if (!known.includes(to)) {
      throw badValue(to, 'state');
    }
    if (mirror.running !== null && to !== 'paused') {
      throw to === 'broken_off'
        ? new OntapError(409, '13303808', 'Break failed: a transfer is in progress.')
        : new OntapError(409, '13303812', 'Another transfer is in progress.');
    }
    if (from === to && to !== 'paused' && to !== 'broken_off') {
      throw new OntapError(400, ALREADY_INITIALIZED, 'The relationship is already initialized.');
    }
    const idle = to === 'paused' || to === 'broken_off';
    if (idle && (from === 'uninitialized' || (from === 'broken_off' && to === 'paused'))) {
      throw new OntapError(400, INVALID_TRANSITION, `Invalid transition from ${from} to ${to}.`);
    }
  }

  /** Goes into that state: initialize, resume, resync, pause or break. */
  async changeState(mirror: Mirror, to: string): Promise<void> {
    this.checkTransition(mirror, to);
    const from = mirror.state;
    if (to === 'paused' || to === 'broken_off' || from === 'paused') {
      mirror.state = to;
      return;
    }
    await mirror.begin(from === 'uninitialized' ? 'initialize' : 'resync', this._clock.now());
  }

  /** The SVM of that name; it is made where there is none. */
  svm(name: string): { readonly name: string; readonly uuid: string } {
    return named(this.svms, name);
  }

  private _endpoint(path: string, cluster?: string): Endpoint {
    const [svm = ''] = path.split(':');
    const elsewhere = cluster === undefined ? {} : { cluster: named(this.clusters, cluster) };
    return { path, svm: this.svm(svm), ...elsewhere };
  }

  private _makeVolumes(source: Endpoint, destination: Endpoint): void {
    const here = source.cluster === undefined ? [source] : [];
    for (const [endpoint, type] of [...here.map(one => [one, 'rw'] as const), [destination, 'dp'] as const]) {
      const [, name = ''] = endpoint.path.split(':');
      // Those of a whole SVM or in an object store have none.
      if (name !== '' && !name.includes('/') && this._volumes.at(endpoint.path) === undefined) {
        this._volumes.add(endpoint.svm, name, type);
      }
    }
  }

  private _takeFailure(uuid: string): OntapReason | null {
    const failure = this._failures.find(({ left, mirror }) => left > 0 && (mirror === null || mirror === uuid));
    if (failure === undefined) {
      return null;
    }
    failure.left -= 1;
    return failure.reason;
  }
}

function named<T extends Map<string, { readonly name: string; readonly uuid: string }>>(
  known: T,
  name: string
): { readonly name: string; readonly uuid: string } {
  const found = known.get(name) ?? { name, uuid: randomUUID() };
  known.set(name, found);
  return found;
}
