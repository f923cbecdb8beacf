// A relationship and its transfers as REST tells them. Fields that ONTAP leaves out where it has no value are left out here.
import { isoDuration } from './isoDuration';
import { instant } from './jobStore';
import type { Mirror } from './mirror';
import { bytesAt, secondsAt } from './mirrorTransfer';

/** Every field of a relationship at that time. */
export function mirrorRecord(mirror: Mirror, now: number): Record<string, unknown> {
  const { start, exported, schedule, policy, totals, lastType, reasons, overrides } = mirror;
  const told: Record<string, unknown> = {
    uuid: mirror.uuid,
    source: start.source,
    destination: start.destination,
    state: mirror.state,
    healthy: mirror.healthy,
    unhealthy_reason: reasons.length > 0 ? reasons : undefined,
    lag_time: exported === null ? undefined : isoDuration((now - exported.at) / 1000),
    exported_snapshot: exported?.name,
    last_transfer_type: lastType ?? undefined,
    total_transfer_bytes: totals?.bytes,
    total_transfer_duration: totals === null ? undefined : isoDuration(totals.seconds),
    last_transfer_network_compression_ratio: totals === null ? undefined : '1:1',
    policy: { uuid: policy.uuid, name: policy.name, type: policy.type },
    transfer_schedule: schedule === null ? undefined : { uuid: schedule.uuid, name: schedule.name },
    transfer: transferOf(mirror, now),
    throttle: mirror.throttle,
    backoff_level: 'high',
    group_type: 'none',
    restore: false,
    ...overrides
  };
  return Object.fromEntries(Object.entries(told).filter(([, value]) => value !== undefined && value !== null));
}

/** Transfers that run. Queued ones are told with the relationship only. */
export function runningRecords(mirror: Mirror, now: number): Record<string, unknown>[] {
  const { running } = mirror;
  return running === null || now < running.begins ? [] : [transferRecord(mirror, now)];
}

/** The running transfer by itself. */
function transferRecord(mirror: Mirror, now: number): Record<string, unknown> {
  const { running } = mirror;
  return running === null
    ? {}
    : {
        uuid: running.uuid,
        state: now < running.begins ? 'queued' : 'transferring',
        snapshot: running.snapshot,
        bytes_transferred: bytesAt(running, now),
        checkpoint_size: 0,
        total_duration: isoDuration(secondsAt(running, now)),
        last_updated_time: instant(now),
        throttle: mirror.throttle,
        relationship: { uuid: mirror.uuid, destination: mirror.start.destination, restore: false }
      };
}

function transferOf(mirror: Mirror, now: number): Record<string, unknown> | undefined {
  const { running, last } = mirror;
  if (running !== null) {
    const { uuid, state, bytes_transferred, total_duration, last_updated_time } = transferRecord(mirror, now);
    return { uuid, type: running.type, state, bytes_transferred, total_duration, last_updated_time };
  }
  return last === null
    ? undefined
    : {
        type: last.type,
        state: last.state,
        bytes_transferred: last.bytes,
        total_duration: isoDuration(last.seconds),
        end_time: instant(last.endedAt)
      };
}
