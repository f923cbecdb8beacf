/** One mirror as it is told to a server: ONTAP’s own words, and unknown where it tells nothing. Pure. */
import type {
  ArrivedData,
  Capability,
  LastTransfer,
  MirrorHealth,
  MirrorSchedule,
  MirrorUpdate,
  RunningTransfer,
  SeenTransfers
} from '../../../../contract';
import type { ToldMirror } from '../../ingest/controllerWire';
import { secondsOfIsoDuration } from '../../ingest/model/isoDuration';
import { isInFlight, type OntapRelationship } from '../../ingest/ontap/ontapResources';
import type { AskedUpdate } from './askedUpdates';
import { correctedTime, type MirrorReading, type StorageReading } from './storageReading';

export interface TellParts {
  readonly reading: StorageReading;
  readonly mirror: MirrorReading;
  readonly claim: string;
  readonly can: ToldMirror['can'];
  readonly update: AskedUpdate | null;
  readonly seen: SeenTransfers | null;
  readonly schedule: MirrorSchedule | null;
}

export function toldMirror({ reading, mirror, claim, can, update, seen, schedule }: TellParts): ToldMirror {
  const { relationship, askedAt } = mirror;
  const { name = null, type = null } = relationship.policy ?? {};
  return {
    uuid: relationship.uuid,
    claim,
    from: relationship.source?.path ?? null,
    to: relationship.destination?.path ?? '',
    state: relationship.state ?? null,
    health: healthOf(relationship),
    data: dataOf(mirror),
    policy: name === null ? null : { name, type: type ?? null },
    schedule,
    lastTransfer: isInFlight(relationship) ? (lastSeen(seen) ?? null) : lastTransferOf(reading, relationship),
    transfer: runningTransferOf(relationship),
    update: update === null ? null : toldUpdate(update, relationship, can.update),
    seen,
    can,
    asOf: askedAt.toISOString()
  };
}

export function healthOf({ healthy, unhealthy_reason: reasons }: OntapRelationship): MirrorHealth {
  if (healthy === true) {
    return { state: 'healthy' };
  }
  if (healthy === false) {
    const told = (reasons ?? []).map(({ message, code }) => ({ message, code: code ?? null }));
    return { state: 'unhealthy', reasons: told };
  }
  return { state: 'unknown', reason: 'ONTAP does not tell whether it is healthy.' };
}

export function dataOf({ relationship, asOf }: MirrorReading): ArrivedData {
  const snapshot = relationship.exported_snapshot || null;
  if (asOf !== null) {
    return { known: true, asOf: asOf.toISOString(), snapshot };
  }
  const lag = relationship.lag_time;
  return {
    known: false,
    reason: lag ? `ONTAP tells a lag that can’t be read: “${lag}”.` : noLag(relationship),
    snapshot
  };
}

const noLag = ({ state }: OntapRelationship): string =>
  state === 'uninitialized' ? 'Nothing has arrived yet: ONTAP tells no lag.' : 'ONTAP tells no lag.';

type TransferType = LastTransfer['type'];
const TYPES: readonly string[] = ['initialize', 'update', 'resync', 'restore'] satisfies TransferType[];
const typeOf = (told: string | null | undefined): TransferType =>
  TYPES.includes(told ?? '') ? (told as TransferType) : 'unknown';

const ENDS: Readonly<Record<string, LastTransfer['state']>> = {
  success: 'succeeded',
  failed: 'failed',
  aborted: 'aborted',
  hard_aborted: 'aborted'
};

/** The transfer that is over; null: none runs and none is told. */
export function lastTransferOf(reading: StorageReading, relationship: OntapRelationship): LastTransfer | null {
  const { transfer, last_transfer_type: type } = relationship;
  if (isInFlight(relationship) || !(transfer?.state || transfer?.end_time || type)) {
    return null;
  }
  const bytes = transfer?.bytes_transferred ?? null;
  const seconds = secondsOfIsoDuration(transfer?.total_duration);
  const info = transfer?.error_info;
  return {
    type: typeOf(type ?? transfer?.type),
    state: ENDS[transfer?.state ?? ''] ?? 'unknown',
    bytes,
    seconds,
    bytesPerSecond: rate(bytes, seconds),
    endedAt: correctedTime(reading, transfer?.end_time)?.toISOString() ?? null,
    reasons: info ? [{ message: info.message, code: info.code ?? null }] : []
  };
}

/** While another one runs ONTAP tells nothing of the one before; what was seen of it is all. */
function lastSeen(seen: SeenTransfers | null): LastTransfer | null {
  const last = seen?.items.at(-1);
  if (last === undefined) {
    return null;
  }
  const { type, state, bytes, seconds, endedAt } = last;
  return { type, state, bytes, seconds, bytesPerSecond: rate(bytes, seconds), endedAt, reasons: [] };
}

function runningTransferOf(relationship: OntapRelationship): RunningTransfer | null {
  const { transfer } = relationship;
  if (!transfer || !isInFlight(relationship)) {
    return null;
  }
  const bytes = transfer.bytes_transferred ?? null;
  const seconds = secondsOfIsoDuration(transfer.total_duration);
  return {
    type: typeOf(transfer.type),
    state: transfer.state === 'queued' ? 'queued' : 'transferring',
    bytes,
    seconds,
    bytesPerSecond: rate(bytes, seconds)
  };
}

const rate = (bytes: number | null, seconds: number | null): number | null =>
  bytes === null || seconds === null || seconds <= 0 ? null : bytes / seconds;

function toldUpdate(update: AskedUpdate, relationship: OntapRelationship, right: Capability): MirrorUpdate {
  const { id, askedAt, alreadyRunning, ended } = update;
  const state = relationship.transfer?.state === 'queued' ? 'queued' : 'running';
  const over: Capability = { available: false, reason: 'It is over.', fix: 'Ask for another update.' };
  return {
    id,
    askedAt: askedAt.toISOString(),
    alreadyRunning,
    ...(ended === null ? { state, endedAt: null, reasons: [], cancel: right } : { ...ended, cancel: over })
  };
}
