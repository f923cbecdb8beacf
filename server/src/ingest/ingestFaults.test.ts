/** Each fault of an ONTAP, from its answer over HTTPS to the words that a person reads in the panel. */
import { EmulatorClock } from '../../../testbed/ontap/emulatorClock';
import { makeCertificates, type EmulatorCertificates } from '../../../testbed/ontap/emulatorCertificates';
import type { OntapEmulator } from '../../../testbed/ontap/ontapEmulator';
import type { SceneOptions } from '../controller/ingest/testing/ingestScene';
import type { IngestScene } from './testing/ingestScene';
import { panelWords, type Read } from './testing/panelWords';
import { CLAIM, WholeWay } from './testing/wholeWay';
import { until } from '../testing/until';

jest.setTimeout(60_000);

const NOON = Date.parse('2026-11-23T12:00:00Z');

let certificates: EmulatorCertificates;
let way: WholeWay;
/** The controller’s clock; ONTAP’s goes with it, by `pass`. */
let time: number;

beforeAll(async () => {
  certificates = await makeCertificates('certificate-user');
});
afterAll(() => certificates.dispose());
afterEach(() => way.end());

async function opened(options: SceneOptions & { readonly ontapAhead?: number } = {}): Promise<OntapEmulator> {
  const { ontapAhead = 0, emulator, ...rest } = options;
  time = NOON;
  way = await WholeWay.open({
    clock: () => new Date(time),
    emulator: { clock: new EmulatorClock({ startsAt: NOON + ontapAhead }), certificates, ...emulator },
    ...rest
  });
  return way.ontap;
}

async function pass(seconds: number): Promise<void> {
  await way.ontap.advance(seconds);
  time += seconds * 1000;
}

async function read({ service }: IngestScene): Promise<Read> {
  return panelWords(await service.list({ anew: true }));
}

const ROW = 'home, from svm_src:sales to svm_dst:sales_copy, as of 12 min ago';
const ADMIN = 'Try again in a minute; if it stays, ask an admin.';
const ADDRESS = 'Ask an admin whether its address in the controller’s settings is right.';
const CERTIFICATE = 'Ask an admin to compare its certificate with the authority that the controller is given.';

type Break = (ontap: OntapEmulator) => void;
const fails =
  (...fault: Parameters<OntapEmulator['fail']>): Break =>
  ontap =>
    ontap.fail(...fault);

describe('an ONTAP that answered before is shown as of then, and says why it does not answer now', () => {
  it.each<[string, Break, string]>([
    [
      '401',
      fails({ status: 401 }),
      'one does not accept the controller’s credentials (401). It says: “User is not authorized.” (code 6691623). Ask an admin to look at the Secret that the controller mounts for it.'
    ],
    [
      '403',
      fails({ status: 403 }),
      'The controller’s account on one lacks the right to read /api/snapmirror/relationships (403). It says: “not authorized for that command” (code 6). Ask an admin to give the controller’s account on ONTAP this right.'
    ],
    [
      '404',
      fails({ status: 404 }),
      `What answers as one knows no /api/snapmirror/relationships (404). It says: “entry doesn't exist” (code 4). ${ADDRESS}`
    ],
    [
      '429 with the time to wait',
      fails({ status: 429, retryAfter: '7' }),
      'one asks to be called less often (429). It says: “Too many requests.” (code 8585320). Try again in 7 s.'
    ],
    [
      '429 without one',
      fails({ status: 429 }),
      'one asks to be called less often (429). It says: “Too many requests.” (code 8585320). Try again in 30 s.'
    ],
    [
      '500',
      fails({ status: 500 }),
      `one failed (500). It says: “The state of the relationship is unknown. Retry.” (code 13303816). ${ADMIN}`
    ],
    ['no answer in time', fails({ hang: true }), `one does not answer within 2 s. ${ADMIN}`],
    [
      'a certificate of another authority',
      ontap => ontap.showCertificate('foreign'),
      `The certificate of one is not trusted (UNABLE_TO_VERIFY_LEAF_SIGNATURE). ${CERTIFICATE}`
    ],
    [
      'a certificate for another host',
      ontap => ontap.showCertificate('otherHost'),
      `The certificate of one is not trusted (ERR_TLS_CERT_ALTNAME_INVALID). ${CERTIFICATE}`
    ],
    [
      'something else that answers',
      fails({ notJson: true }),
      `What answers as one does not answer as ONTAP does: it sent no JSON. ${ADDRESS}`
    ]
  ])('%s', async (_, breaks, words) => {
    const ontap = await opened({ timeoutMs: 2_000 });
    way.mirror();
    const server = await way.server();
    expect(await read(server)).toEqual({ heading: '1 healthy', ontap: null, trident: null, rows: [`${ROW}, Healthy`] });

    breaks(ontap);

    expect(await read(server)).toEqual({
      heading: '1 healthy, as of 23 Nov, 12:00',
      ontap: `What ONTAP tells is missing: ${words} Shown as of 23 Nov, 12:00.`,
      trident: null,
      rows: [`${ROW}, Healthy`]
    });
  });
});

it('an ONTAP that never answered leaves everything unknown: neither none nor healthy', async () => {
  const ontap = await opened();
  way.mirror();
  ontap.fail({ status: 500 });

  const { heading, ontap: above, rows } = await read(await way.server());

  expect({ heading, rows }).toEqual({ heading: 'not known', rows: [] });
  expect(above).toMatch(/^What ONTAP tells is missing: one failed \(500\)\..* It was never told\.$/);
});

it('a connection that is cut is told as no answer', async () => {
  const ontap = await opened();
  way.mirror();
  ontap.fail({ cut: 'before' });

  expect((await read(await way.server())).ontap).toMatch(/one can’t be reached \((UND_ERR_SOCKET|ECONNRESET)\)\. /);
});

describe('an answer without a list', () => {
  it.each([[''], ['{}'], ['{"num_records": 1}'], ['{"error": {"message": "busy", "code": "1"}}']])(
    '%j does not make mirrors vanish',
    async text => {
      const ontap = await opened();
      way.mirror();
      const server = await way.server();
      await read(server);
      ontap.fail({ status: 200, text });

      const { heading, ontap: above, rows } = await read(server);

      expect({ heading, rows }).toEqual({ heading: '1 healthy, as of 23 Nov, 12:00', rows: [`${ROW}, Healthy`] });
      expect(above).toContain('What answers as one does not answer as ONTAP does: ');
    }
  );
});

describe('an ONTAP that asks to be called less often', () => {
  const asked = (): number => way.ontap.requests.length;

  it.each([['7'], [undefined]])('with Retry-After %s is left alone by polls and by people', async retryAfter => {
    const ontap = await opened();
    way.mirror();
    const server = await way.server();
    const id = (await server.service.list({})).items[0]?.id ?? '';
    ontap.fail({ status: 429, ...(retryAfter === undefined ? {} : { retryAfter }) }, { times: 1 });
    await read(server);
    const before = asked();

    expect((await read(server)).ontap).toContain('one asks to be called less often (429)');
    await expect(server.service.update(id, null)).rejects.toMatchObject({
      problem: {
        detail: 'one asked to be called less often, so nothing was sent.',
        next: expect.stringMatching(retryAfter === undefined ? /^Try again in (30|29) s\.$/ : /^Try again in [67] s\.$/)
      }
    });

    expect(asked()).toBe(before);
  });

  it('is asked again when that time is over', async () => {
    const ontap = await opened();
    way.mirror();
    const server = await way.server();
    ontap.fail({ status: 429, retryAfter: '1' }, { times: 1 });
    await read(server);

    await until(async () => (await read(server)).ontap === null);

    expect((await read(server)).rows).toEqual([`${ROW}, Healthy`]);
  });
});

describe('5,000 relationships in pages', () => {
  const manyRelationships = (ontap: OntapEmulator): void => {
    for (let index = 0; index < 5_000; index++) {
      ontap.addRelationship({ source: `src:v${index}`, destination: `dst:v${index}` });
    }
  };

  it('are all there: the last one is told', async () => {
    const ontap = await opened();
    manyRelationships(ontap);
    way.mirror();

    expect((await read(await way.server())).rows).toEqual([`${ROW}, Healthy`]);
  });

  it('of which one page fails are not told as fewer', async () => {
    const ontap = await opened();
    way.mirror();
    manyRelationships(ontap);
    const server = await way.server();
    await read(server);
    ontap.fail({ status: 500 }, { query: 'start.index=', times: 1 });

    const { heading, ontap: above, rows } = await read(server);

    expect({ heading, rows }).toEqual({ heading: '1 healthy, as of 23 Nov, 12:00', rows: [`${ROW}, Healthy`] });
    expect(above).toContain('one failed (500)');
    expect((await read(server)).ontap).toBeNull();
  });
});

type Wish = Parameters<WholeWay['mirror']>[0];
const ENDS = 'home, from svm_src:sales to svm_dst:sales_copy';

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
    await opened();
    way.mirror(wish);

    expect(await read(await way.server())).toEqual({ heading, ontap: null, trident: null, rows: [row] });
  });

  it('ends with its schedule: no next time is told of what is broken off', async () => {
    await opened();
    way.mirror({ schedule: 'hourly' });
    const { service } = await way.server();
    const next = async (): Promise<unknown> => (await service.list({ anew: true })).items[0]?.schedule;
    expect(await next()).toMatchObject({ name: 'hourly', nextAt: '2026-11-23T12:05:00.000Z' });

    for (const mirror of way.ontap.world.mirrors.values()) {
      mirror.state = 'broken_off';
    }

    expect(await next()).toEqual({ name: 'hourly', everySeconds: 3600, nextAt: null });
  });
});

describe('an error whose code is a number', () => {
  it('is told with it as one that is a string', async () => {
    const ontap = await opened();
    ontap.codes = 'number';
    way.mirror();
    ontap.fail({ status: 500 });

    expect((await read(await way.server())).ontap).toContain('(code 13303816)');
  });
});

const GIB = 2 ** 30;

describe('a transfer', () => {
  it('that fails is told with ONTAP’s words, and the data stays as old as it is', async () => {
    const ontap = await opened();
    way.mirror({ bytesPerTransfer: 100, bytesPerSecond: 10 });
    const server = await way.server();
    const id = (await server.service.list({})).items[0]?.id ?? '';
    ontap.failTransfers({ code: '6619631', message: 'Source is gone.' });
    await server.service.update(id, null);
    await pass(60);

    expect(await read(server)).toEqual({
      heading: '1 unhealthy',
      ontap: null,
      trident: null,
      rows: [`${ENDS}, as of 13 min ago, Update failed. ONTAP says: “Source is gone.” (6619631)`]
    });
  });

  it('that is aborted by somebody else is not hidden behind “Healthy”', async () => {
    const ontap = await opened();
    const mirror = way.mirror({ bytesPerTransfer: 1000, bytesPerSecond: 10 });
    const server = await way.server();
    const id = (await server.service.list({})).items[0]?.id ?? '';
    await server.service.update(id, null);
    await pass(30);
    await mirror.abort('aborted', ontap.clock.now());
    await pass(30);

    expect((await read(server)).rows).toEqual([`${ENDS}, as of 13 min ago, Healthy · last transfer was aborted`]);
    expect((await server.service.list({})).items[0]?.update?.state).toBe('cancelled');
  });

  it('that takes longer than the pause of its schedule is neither late for ever nor never', async () => {
    await opened();
    way.mirror({
      ...{ schedule: '5min', bytesPerTransfer: 420 * GIB, bytesPerSecond: GIB },
      exported: { ageSeconds: 0 }
    });
    const server = await way.server();
    const rows: string[] = [];
    for (const seconds of [300, 200, 160, 120, 420, 300]) {
      await pass(seconds);
      rows.push(...(await read(server)).rows);
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
    await opened({ ontapAhead });
    way.mirror({ lastTransfer: { type: 'update', state: 'success', bytes: 1, seconds: 60, endedSecondsAgo: 660 } });
    const { service } = await way.server();

    const list = await service.list({});

    expect(panelWords(list).rows).toEqual([`${ROW}, Healthy · last transfer 1 B in 1 min`]);
    expect(list.items[0]?.lastTransfer?.endedAt).toBe('2026-11-23T11:49:00.000Z');
  });

  it('between controller and server changes nothing: ages go by the controller’s clock', async () => {
    await opened();
    way.mirror();
    const server = await way.server('jupyter-ann', undefined, {
      maxAge: { [CLAIM]: 800 }
    });

    const list = await server.service.list({});

    // The clock of this machine is another one than NOON.
    expect(list.now).toMatch(/^2026-11-23T12:00:0/);
    expect(list.items[0]?.guard?.state).toBe('fresh');
  });

  it('of a controller whose clock was set back is said, and no data is fresh by it', async () => {
    await opened({ settings: { pollSeconds: 3_600 } });
    way.mirror();
    const { service } = await way.server('jupyter-ann', undefined, {
      maxAge: { [CLAIM]: 3_600 }
    });
    await service.list({});
    time -= 3_600_000;

    const list = await service.list({});

    expect(panelWords(list).rows[0]).toBe(
      `${ENDS}, data age –: a clock is wrong, it would be of 23 Nov, 11:48, Healthy`
    );
    expect(list.items[0]?.guard?.state).toBe('unknown');
  });
});

it('what was told long ago is not told as of now while ONTAP hangs', async () => {
  const ontap = await opened({ patienceMs: 500, settings: { pollSeconds: 30 } });
  way.mirror();
  const server = await way.server();
  await read(server);
  time += 600_000;
  ontap.fail({ hang: true });

  const { heading, ontap: above } = await read(server);

  expect(heading).toBe('1 healthy, as of 23 Nov, 12:00');
  expect(above).toBe(`What ONTAP tells is missing: one has not answered yet. ${ADMIN} Shown as of 23 Nov, 12:00.`);
});

describe('what is asked of a mirror', () => {
  interface Asked {
    readonly server: IngestScene;
    readonly id: string;
    readonly uuid: string;
  }

  async function seen(wish: Wish = {}, options: Parameters<typeof opened>[0] = {}): Promise<Asked> {
    await opened(options);
    const { uuid } = way.mirror({ bytesPerTransfer: 1000, bytesPerSecond: 10, ...wish });
    const server = await way.server();
    return { server, uuid, id: (await server.service.list({})).items[0]?.id ?? '' };
  }

  const promoted = ({ server, id, uuid }: Asked): Promise<unknown> =>
    server.service.promote(id, { uid: uuid, state: 'mirrored', confirm: 'home' });

  it('and was deleted after it was listed is refused, and it is shown no more', async () => {
    const { server, id, uuid } = await seen();
    way.ontap.forget(uuid);

    await expect(server.service.update(id, null)).rejects.toMatchObject({
      problem: {
        status: 404,
        detail: 'There is no such mirror into a volume of this server.',
        next: 'Look at the list again.'
      }
    });
    expect((await read(server)).rows).toEqual([]);
  });

  it('and is carried out by a job that fails is told in the words of the job', async () => {
    const asked = await seen();
    way.ontap.failJobs({ code: '13303808', message: 'Break failed.' });

    await expect(promoted(asked)).rejects.toMatchObject({
      problem: {
        detail: 'one began it, and failed. It says: “Break failed.” (code 13303808).',
        next: 'Look at the mirror again; if it stays, show an admin what ONTAP says.'
      }
    });
    expect((await read(asked.server)).rows).toEqual([`${ROW}, Healthy`]);
  });

  it('and was begun is no failure where the account may not look at the job', async () => {
    const asked = await seen();
    way.ontap.fail({ status: 403 }, { path: '/cluster/jobs' });

    await promoted(asked);

    expect((await read(asked.server)).rows[0]).toContain('Broken off');
  });

  it.each([
    ['500', { status: 500 }],
    ['a cut connection', { cut: 'before' }],
    ['something else', { notJson: true }]
  ] as const)('and answered by %s may have happened, which is said', async (_, fault) => {
    const { server, id } = await seen();
    way.ontap.fail(fault, { method: 'POST', path: '/transfers' });

    await expect(server.service.update(id, null)).rejects.toMatchObject({
      problem: {
        detail: expect.stringMatching(/ What was asked for may have happened all the same\.$/),
        next: 'Look at the mirror again before you ask again.'
      }
    });
  });

  it('and begun without an answer is told as what was asked for, not as another one', async () => {
    const { server, id } = await seen();
    way.ontap.fail({ cut: 'after' }, { method: 'POST', path: '/transfers' });

    expect((await server.service.update(id, null)).update).toMatchObject({ state: 'running', alreadyRunning: false });
  });

  it('and fails before anything was sent did not happen, which is said', async () => {
    const { server, id, uuid } = await seen({}, { settings: { pollSeconds: 3_600 } });
    way.ontap.fail({ status: 500 }, { path: uuid });

    await expect(server.service.update(id, null)).rejects.toMatchObject({
      problem: { detail: expect.stringMatching(/^one failed \(500\)\..* Nothing was changed\.$/), next: ADMIN }
    });
  });

  it('and is answered with 404 by what is no ONTAP is not told as deleted', async () => {
    const { server, id, uuid } = await seen({}, { settings: { pollSeconds: 3_600 } });
    way.ontap.fail({ status: 404, text: '<html>Not here.</html>' }, { path: uuid });

    await expect(server.service.update(id, null)).rejects.toMatchObject({
      problem: { detail: expect.stringContaining('What answers as one does not know /api/snapmirror/relationships/') }
    });
    way.ontap.mend();
    expect((await read(server)).rows).toEqual([`${ROW}, Healthy`]);
  });
});
