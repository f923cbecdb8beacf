/** What a person reads of a mirror of which ONTAP tells little, odd things or bad news, or by another clock. */
import { ENDS, FaultyWay, ROW, type Wish } from './testing/faultyWay';
import { panelWords } from './testing/panelWords';
import { CLAIM } from './testing/wholeWay';

jest.setTimeout(60_000);

const faulty = new FaultyWay();

describe('what ONTAP tells of a mirror', () => {
  it.each<[string, Wish, string, string]>([
    ['no lag', { overrides: { lag_time: null } }, `${ENDS}, data age –, Healthy · ONTAP tells no lag.`, '1 healthy'],
    [
      'a lag that is none',
      { overrides: { lag_time: '-PT5M' } },
      `${ENDS}, data age –, Healthy · ONTAP tells a lag that can’t be read: “-PT5M”.`,
      '1 healthy'
    ],
    ['a lag with days', { overrides: { lag_time: 'P2DT3H' } }, `${ENDS}, as of 2 days ago, Healthy`, '1 healthy'],
    ['a lag with one day', { overrides: { lag_time: 'P1DT3H' } }, `${ENDS}, as of 1 day 3 h ago, Healthy`, '1 healthy'],
    [
      'nothing yet',
      { state: 'uninitialized', exported: null },
      `${ENDS}, data age –, Nothing transferred yet · Nothing has arrived yet: ONTAP tells no lag.`,
      '0 of 1 healthy'
    ],
    [
      'a state that is new',
      { overrides: { state: 'frozen' } },
      `${ROW}, “frozen”, a state that Datamark does not know, Datamark does not know what ONTAP means by the state “frozen”.`,
      '0 of 1 healthy'
    ],
    ['no state', { overrides: { state: null } }, `${ROW}, State not told yet, ONTAP told no state.`, '0 of 1 healthy'],
    [
      'no health',
      { overrides: { healthy: null } },
      `${ROW}, Mirrored · ONTAP does not tell whether it is healthy.`,
      '0 of 1 healthy'
    ],
    [
      'a reason with a code that is a string',
      { healthy: false, reasons: [{ message: 'Destination volume is full.', code: '6619631' }] },
      `${ROW}, Unhealthy. ONTAP says: “Destination volume is full.” (6619631)`,
      '1 unhealthy'
    ],
    [
      'a reason with a code that is a number',
      { overrides: { healthy: false, unhealthy_reason: [{ message: 'Destination volume is full.', code: 6619631 }] } },
      `${ROW}, Unhealthy. ONTAP says: “Destination volume is full.” (6619631)`,
      '1 unhealthy'
    ],
    [
      'replication that was ended, by a schedule that promises nothing any more',
      { state: 'broken_off', schedule: 'hourly', exported: { ageSeconds: 9 * 86_400 } },
      `${ENDS}, as of 9 days ago, Broken off: replication has ended, often on purpose`,
      '0 of 1 healthy'
    ]
  ])('%s', async (_, wish, row, heading) => {
    await faulty.open();
    faulty.way.mirror(wish);

    expect(await faulty.read(await faulty.way.server())).toEqual({ heading, ontap: null, trident: null, rows: [row] });
  });

  it('ends with its schedule: no next time is told of what is broken off', async () => {
    await faulty.open();
    faulty.way.mirror({ schedule: 'hourly' });
    const { service } = await faulty.way.server();
    const next = async (): Promise<unknown> => (await service.list({ anew: true })).items[0]?.schedule;
    expect(await next()).toMatchObject({ name: 'hourly', nextAt: '2026-11-23T12:05:00.000Z' });

    for (const mirror of faulty.ontap.world.mirrors.values()) {
      mirror.state = 'broken_off';
    }

    expect(await next()).toEqual({ name: 'hourly', everySeconds: 3600, nextAt: null });
  });
});

const GIB = 2 ** 30;

describe('a transfer', () => {
  it('that fails is told with ONTAP’s words, and the data stays as old as it is', async () => {
    const ontap = await faulty.open();
    faulty.way.mirror({ bytesPerTransfer: 100, bytesPerSecond: 10 });
    const server = await faulty.way.server();
    const id = (await server.service.list({})).items[0]?.id ?? '';
    ontap.failTransfers({ code: '6619631', message: 'Source is gone.' });
    await server.service.update(id, null);
    await faulty.pass(60);

    expect(await faulty.read(server)).toEqual({
      heading: '1 unhealthy',
      ontap: null,
      trident: null,
      rows: [`${ENDS}, as of 13 min ago, Update failed. ONTAP says: “Source is gone.” (6619631)`]
    });
  });

  it('that is aborted by somebody else is not hidden behind “Healthy”', async () => {
    const ontap = await faulty.open();
    const mirror = faulty.way.mirror({ bytesPerTransfer: 1000, bytesPerSecond: 10 });
    const server = await faulty.way.server();
    const id = (await server.service.list({})).items[0]?.id ?? '';
    await server.service.update(id, null);
    await faulty.pass(30);
    await mirror.abort('aborted', ontap.clock.now());
    await faulty.pass(30);

    expect((await faulty.read(server)).rows).toEqual([
      `${ENDS}, as of 13 min ago, Healthy · last transfer was aborted`
    ]);
    expect((await server.service.list({})).items[0]?.update?.state).toBe('cancelled');
  });

  it('that takes longer than the pause of its schedule is neither late for ever nor never', async () => {
    await faulty.open();
    faulty.way.mirror({
      ...{ schedule: '5min', bytesPerTransfer: 420 * GIB, bytesPerSecond: GIB },
      exported: { ageSeconds: 0 }
    });
    const server = await faulty.way.server();
    const rows: string[] = [];
    for (const seconds of [300, 200, 160, 120, 420, 300]) {
      await faulty.pass(seconds);
      rows.push(...(await faulty.read(server)).rows);
    }

    const delayed =
      'Unhealthy. ONTAP says: “Scheduled update was delayed because another SnapMirror operation for the relationship is in progress.”';
    expect(rows).toEqual([
      `${ENDS}, as of 5 min ago, Healthy, Transferring: 0 B so far, 0 s`,
      `${ENDS}, as of 8 min ago, Healthy, Transferring: 200 GiB so far, 3 min 20 s, 1 GiB/s`,
      // No update was seen to end: the schedule can only be kept by one that takes no longer than its pause.
      `${ENDS}, as of 11 min ago, Older than the schedule 5min promises., ${delayed}, Transferring: 360 GiB so far, 6 min, 1 GiB/s`,
      `${ENDS}, as of 8 min ago, Healthy, Transferring: 60 GiB so far, 1 min, 1 GiB/s`,
      `${ENDS}, as of 8 min ago, ${delayed}, Transferring: 60 GiB so far, 1 min, 1 GiB/s`,
      `${ENDS}, as of 13 min ago, Older than the schedule 5min promises., ${delayed}, Transferring: 360 GiB so far, 6 min, 1 GiB/s`
    ]);
  });
});

describe('clock skew', () => {
  it.each([
    ['an hour ahead', 3_600_000],
    ['a day behind', -86_400_000]
  ])('of an ONTAP that is %s changes neither the age of data nor when a transfer ended', async (_, ontapAhead) => {
    await faulty.open({ ontapAhead });
    faulty.way.mirror({
      lastTransfer: { type: 'update', state: 'success', bytes: 1, seconds: 60, endedSecondsAgo: 660 }
    });
    const { service } = await faulty.way.server();

    const list = await service.list({});

    expect(panelWords(list).rows).toEqual([`${ROW}, Healthy · last transfer 1 B in 1 min`]);
    expect(list.items[0]?.lastTransfer?.endedAt).toBe('2026-11-23T11:49:00.000Z');
  });

  it('between controller and server changes nothing: ages go by the controller’s clock', async () => {
    await faulty.open();
    faulty.way.mirror();
    const server = await faulty.way.server('jupyter-ann', undefined, {
      maxAge: { [CLAIM]: 800 }
    });

    const list = await server.service.list({});

    // The clock of this machine is another one than NOON.
    expect(list.now).toMatch(/^2026-11-23T12:00:0/);
    expect(list.items[0]?.guard?.state).toBe('fresh');
  });

  it('of a controller whose clock was set back is said, and no data is fresh by it', async () => {
    await faulty.open({ settings: { pollSeconds: 3_600 } });
    faulty.way.mirror();
    const { service } = await faulty.way.server('jupyter-ann', undefined, {
      maxAge: { [CLAIM]: 3_600 }
    });
    await service.list({});
    faulty.time -= 3_600_000;

    const list = await service.list({});

    expect(panelWords(list).rows[0]).toBe(
      `${ENDS}, data age –: a clock is wrong, it would be of 23 Nov, 11:48, Healthy`
    );
    expect(list.items[0]?.guard?.state).toBe('unknown');
  });
});
