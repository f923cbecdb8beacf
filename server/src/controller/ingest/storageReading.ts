/** What one poll of a storage tells: its mirrors, when it was asked, and how its clock differs. */
import { zoneOffsetSeconds } from './zoneOffset';
import { secondsOfIsoDuration } from '../../ingest/model/isoDuration';
import { scheduleOf, type KnownPauses, type ToldSchedule } from '../../ingest/model/transferSchedule';
import type { OntapRelationship } from '../../ingest/ontap/ontapResources';
import type { MirrorSchedule } from '../../../../contract';

/** Whole seconds in ONTAP’s durations and dates: less of a difference is none. */
const STEADY_MS = 2_500;

export interface MirrorReading {
  readonly relationship: OntapRelationship;
  /** When the snapshot was made that readers see, by the controller’s clock; null: ONTAP tells no lag that can be read. */
  readonly asOf: Date | null;
  /** When ONTAP was asked, by the controller’s clock. */
  readonly askedAt: Date;
}

/** Schedules, as they are asked for seldom. */
export interface KnownSchedules {
  readonly schedules: ReadonlyMap<string, ToldSchedule>;
  /** Schedule of a policy, which counts where the mirror names none itself. */
  readonly ofPolicies: ReadonlyMap<string, string>;
  readonly timeZone: string | null;
}

export const NO_SCHEDULES: KnownSchedules = { schedules: new Map(), ofPolicies: new Map(), timeZone: null };

export interface StorageReading {
  readonly askedAt: Date;
  /** By how much ONTAP’s clock is ahead of the controller’s, ms; null: ONTAP tells no time. */
  readonly aheadMs: number | null;
  readonly mirrors: ReadonlyMap<string, MirrorReading>;
  /** Ids of relationships by destination `svm:volume`. */
  readonly byDestination: ReadonlyMap<string, readonly string[]>;
  /** The same by the name of the volume alone. */
  readonly byVolume: ReadonlyMap<string, readonly string[]>;
  readonly known: KnownSchedules;
}

export interface ListedMirrors {
  readonly items: readonly OntapRelationship[];
  readonly askedAt: Date;
  /** Date of the answer by ONTAP’s clock. */
  readonly toldAt: Date | null;
}

/** `before`: the reading before this one, so that the age of data that did not change does not jump by its rounding. */
export function storageReading(
  { items, askedAt, toldAt }: ListedMirrors,
  before: StorageReading | null,
  known: KnownSchedules
): StorageReading {
  const mirrors = new Map(
    items.map(relationship => [
      relationship.uuid,
      mirrorReading(relationship, askedAt, before?.mirrors.get(relationship.uuid) ?? null)
    ])
  );
  const aheadMs = toldAt === null ? null : toldAt.getTime() - askedAt.getTime();
  return { askedAt, aheadMs, mirrors, ...indexOf(mirrors), known };
}

/** The same reading, with one mirror asked again; `relationship` null: it is gone. */
export function withMirror(
  reading: StorageReading,
  uuid: string,
  relationship: OntapRelationship | null,
  askedAt: Date
): StorageReading {
  const mirrors = new Map(reading.mirrors);
  mirrors.delete(uuid);
  if (relationship !== null) {
    mirrors.set(uuid, mirrorReading(relationship, askedAt, reading.mirrors.get(uuid) ?? null));
  }
  return { ...reading, mirrors, ...indexOf(mirrors) };
}

/**
 * Lag is a difference of two times of ONTAP, and so the same by every clock: taken from the controller’s own time of the
 * answer, it gives the moment by that clock, however far ONTAP’s is off.
 */
function mirrorReading(relationship: OntapRelationship, askedAt: Date, before: MirrorReading | null): MirrorReading {
  const lag = secondsOfIsoDuration(relationship.lag_time);
  if (lag === null) {
    return { relationship, asOf: null, askedAt };
  }
  const asOf = new Date(askedAt.getTime() - lag * 1000);
  const isSame =
    before?.asOf &&
    before.relationship.exported_snapshot === relationship.exported_snapshot &&
    Math.abs(before.asOf.getTime() - asOf.getTime()) < STEADY_MS;
  return { relationship, asOf: isSame ? before.asOf : asOf, askedAt };
}

function indexOf(mirrors: ReadonlyMap<string, MirrorReading>): Pick<StorageReading, 'byDestination' | 'byVolume'> {
  const byDestination = new Map<string, string[]>();
  const byVolume = new Map<string, string[]>();
  for (const [uuid, { relationship }] of mirrors) {
    const path = relationship.destination?.path ?? '';
    add(byDestination, path, uuid);
    add(byVolume, path.slice(path.indexOf(':') + 1), uuid);
  }
  return { byDestination, byVolume };
}

function add(index: Map<string, string[]>, key: string, uuid: string): void {
  const present = index.get(key);
  if (present === undefined) {
    index.set(key, [uuid]);
  } else {
    present.push(uuid);
  }
}

/** A time that ONTAP told, by the controller’s clock; null: none was told, or ONTAP’s clock is not known. */
export function correctedTime({ aheadMs }: StorageReading, told: string | null | undefined): Date | null {
  const time = Date.parse(told ?? '');
  return Number.isNaN(time) || aheadMs === null ? null : new Date(time - (Math.abs(aheadMs) < STEADY_MS ? 0 : aheadMs));
}

/** What the schedule of a mirror promises; null: it has none. */
export function scheduleIn(
  reading: StorageReading,
  { policy, state, transfer_schedule: own, transfer }: OntapRelationship,
  { now, pauses }: { readonly now: Date; readonly pauses: KnownPauses }
): MirrorSchedule | null {
  const { schedules, ofPolicies, timeZone } = reading.known;
  const name = own?.name ?? ofPolicies.get(policy?.name ?? '') ?? null;
  if (name === null) {
    return null;
  }
  const ended = correctedTime(reading, transfer?.end_time);
  const took = secondsOfIsoDuration(transfer?.total_duration);
  const lastBeganAt = ended === null || took === null ? null : new Date(ended.getTime() - took * 1000);
  const offsetSeconds = timeZone === null ? null : zoneOffsetSeconds(timeZone, now);
  const schedule = scheduleOf(schedules.get(name) ?? { name }, { now, offsetSeconds, lastBeganAt }, pauses);
  return NOT_SCHEDULED.includes(state ?? '') ? { ...schedule, nextAt: null } : schedule;
}

/** States in which ONTAP begins no transfer by a schedule. */
const NOT_SCHEDULED: readonly string[] = ['broken_off', 'paused', 'uninitialized'];
