/** What a poll tells, by which clock, and what it leaves unknown. */
import { OntapRelationship } from '../../ingest/ontap/ontapResources';
import {
  NO_SCHEDULES,
  scheduleIn,
  storageReading,
  withMirror,
  type KnownSchedules,
  type StorageReading
} from './storageReading';
import { dataOf, healthOf, lastTransferOf, toldMirror } from './toldMirror';

const UUID = '11111111-1111-1111-1111-111111111111';
const NOW = new Date('2026-11-23T12:00:00Z');
const CAN = { update: { available: true }, promote: { available: true }, resync: { available: true } } as const;

const relationship = (fields: object = {}): OntapRelationship =>
  OntapRelationship.parse({
    uuid: UUID,
    source: { path: 'src:a' },
    destination: { path: 'dst:a' },
    state: 'snapmirrored',
    healthy: true,
    lag_time: 'PT12M',
    exported_snapshot: 'snapmirror.1',
    ...fields
  });

interface ReadParts {
  readonly fields?: object;
  /** Time on ONTAP’s clock; null: it tells none. */
  readonly toldAt?: Date | null;
  readonly askedAt?: Date;
  readonly before?: StorageReading | null;
  readonly known?: KnownSchedules;
}

function read({ fields, toldAt = NOW, askedAt = NOW, before = null, known = NO_SCHEDULES }: ReadParts): StorageReading {
  return storageReading({ items: [relationship(fields)], askedAt, toldAt }, before, known);
}

function mirrorIn(reading: StorageReading): NonNullable<ReturnType<StorageReading['mirrors']['get']>> {
  const mirror = reading.mirrors.get(UUID);
  if (mirror === undefined) {
    throw new Error('the reading has no mirror');
  }
  return mirror;
}

describe('the age of data', () => {
  it.each([0, 3_600_000, -86_400_000])('is the same where ONTAP’s clock is %i ms ahead', aheadMs => {
    const reading = read({ toldAt: new Date(NOW.getTime() + aheadMs) });

    expect(dataOf(mirrorIn(reading))).toEqual({
      known: true,
      asOf: '2026-11-23T11:48:00.000Z',
      snapshot: 'snapmirror.1'
    });
  });

  it('is read in days too', () => {
    expect(dataOf(mirrorIn(read({ fields: { lag_time: 'P2DT3H' } })))).toMatchObject({
      asOf: '2026-11-21T09:00:00.000Z'
    });
  });

  it.each([
    [{ lag_time: undefined }, 'ONTAP tells no lag.'],
    [{ lag_time: null, state: 'uninitialized' }, 'Nothing has arrived yet: ONTAP tells no lag.'],
    [{ lag_time: 'a while' }, 'ONTAP tells a lag that can’t be read: “a while”.']
  ])('is unknown with %j', (fields, reason) => {
    expect(dataOf(mirrorIn(read({ fields })))).toEqual({ known: false, reason, snapshot: 'snapmirror.1' });
  });

  it('does not jump by the rounding of lags', () => {
    const first = read({});
    const later = new Date(NOW.getTime() + 30_700);

    const second = read({ fields: { lag_time: 'PT12M30S' }, askedAt: later, before: first });

    expect(mirrorIn(second).asOf).toEqual(mirrorIn(first).asOf);
  });

  it('is that of the new snapshot at once', () => {
    const fields = { lag_time: 'PT1S', exported_snapshot: 'snapmirror.2' };

    expect(mirrorIn(read({ fields, before: read({}) })).asOf).toEqual(new Date('2026-11-23T11:59:59Z'));
  });
});

it('corrects what ONTAP tells as a time by its clock', () => {
  const fields = { transfer: { state: 'success', end_time: '2026-11-23T12:55:00+00:00' } };
  const toldAt = new Date(NOW.getTime() + 3_600_000);

  expect(lastTransferOf(read({ fields, toldAt }), relationship(fields))?.endedAt).toBe('2026-11-23T11:55:00.000Z');
  expect(lastTransferOf(read({ fields, toldAt: null }), relationship(fields))?.endedAt).toBeNull();
});

it('tells states and transfers that it does not know as they are', () => {
  const fields = { state: 'frozen', last_transfer_type: 'teleport', transfer: { state: 'lost' } };
  const reading = read({ fields });
  const mirror = mirrorIn(reading);

  const told = toldMirror({ reading, mirror, claim: 'c', can: CAN, update: null, seen: null, schedule: null });

  expect(told.state).toBe('frozen');
  expect(told.lastTransfer).toMatchObject({ type: 'unknown', state: 'unknown', bytes: null, seconds: null });
});

it.each([
  [{ healthy: undefined }, { state: 'unknown', reason: 'ONTAP does not tell whether it is healthy.' }],
  [
    { healthy: false, unhealthy_reason: [{ code: 6619631, message: 'Source is gone.' }] },
    { state: 'unhealthy', reasons: [{ code: '6619631', message: 'Source is gone.' }] }
  ],
  [{ healthy: false }, { state: 'unhealthy', reasons: [] }]
])('tells health of %j', (fields, health) => {
  expect(healthOf(relationship(fields))).toEqual(health);
});

it('tells bytes and rate of a transfer under way, and no last one that it did not see', () => {
  const fields = { transfer: { state: 'transferring', bytes_transferred: 500, total_duration: 'PT10S' } };
  const reading = read({ fields });
  const mirror = mirrorIn(reading);

  const told = toldMirror({ reading, mirror, claim: 'c', can: CAN, update: null, seen: null, schedule: null });

  expect(told.transfer).toEqual({
    type: 'unknown',
    state: 'transferring',
    bytes: 500,
    seconds: 10,
    bytesPerSecond: 50
  });
  expect(told.lastTransfer).toBeNull();
});

describe('the schedule', () => {
  const known: KnownSchedules = {
    schedules: new Map([['daily', { name: 'daily', cron: { minutes: [10], hours: [0] } }]]),
    ofPolicies: new Map([['Async', 'daily']]),
    timeZone: 'Europe/Berlin'
  };

  it('is that of the policy where the mirror has none, in ONTAP’s time zone', () => {
    const reading = read({ known });

    expect(
      scheduleIn(reading, relationship({ policy: { name: 'Async' } }), { now: NOW, pauses: new WeakMap() })
    ).toEqual({
      name: 'daily',
      everySeconds: 86_400,
      nextAt: '2026-11-23T23:10:00.000Z'
    });
  });

  it('is told by its name where nothing more is known', () => {
    expect(
      scheduleIn(read({}), relationship({ transfer_schedule: { name: 'odd' } }), { now: NOW, pauses: new WeakMap() })
    ).toEqual({
      name: 'odd',
      everySeconds: null,
      nextAt: null
    });
  });
});

it('forgets a mirror that is gone', () => {
  const reading = withMirror(read({}), UUID, null, NOW);

  expect(reading.mirrors.size).toBe(0);
  expect(reading.byDestination.get('dst:a')).toBeUndefined();
});
