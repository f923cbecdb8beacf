/** Each fault of an ONTAP that does not tell its mirrors, from its answer over HTTPS to the words that a person reads in the panel. */
import type { OntapEmulator } from '../../../testbed/ontap/ontapEmulator';
import { until } from '../testing/until';
import { FaultyWay, ROW, TRY_AGAIN } from './testing/faultyWay';

jest.setTimeout(60_000);

const faulty = new FaultyWay();

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
      `one failed (500). It says: “The state of the relationship is unknown. Retry.” (code 13303816). ${TRY_AGAIN}`
    ],
    ['no answer in time', fails({ hang: true }), `one does not answer within 2 s. ${TRY_AGAIN}`],
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
    const ontap = await faulty.open({ timeoutMs: 2_000 });
    faulty.way.mirror();
    const server = await faulty.way.server();
    expect(await faulty.read(server)).toEqual({
      heading: '1 healthy',
      ontap: null,
      trident: null,
      rows: [`${ROW}, Healthy`]
    });

    breaks(ontap);

    expect(await faulty.read(server)).toEqual({
      heading: '1 healthy, as of 23 Nov, 12:00',
      ontap: `What ONTAP tells is missing: ${words} Shown as of 23 Nov, 12:00.`,
      trident: null,
      rows: [`${ROW}, Healthy`]
    });
  });
});

it('an ONTAP that never answered leaves everything unknown: neither none nor healthy', async () => {
  const ontap = await faulty.open();
  faulty.way.mirror();
  ontap.fail({ status: 500 });

  const { heading, ontap: above, rows } = await faulty.read(await faulty.way.server());

  expect({ heading, rows }).toEqual({ heading: 'not known', rows: [] });
  expect(above).toMatch(/^What ONTAP tells is missing: one failed \(500\)\..* It was never told\.$/);
});

it('a connection that is cut is told as no answer', async () => {
  const ontap = await faulty.open();
  faulty.way.mirror();
  ontap.fail({ cut: 'before' });

  expect((await faulty.read(await faulty.way.server())).ontap).toMatch(
    /one can’t be reached \((UND_ERR_SOCKET|ECONNRESET)\)\. /
  );
});

describe('an answer without a list', () => {
  it.each([[''], ['{}'], ['{"num_records": 1}'], ['{"error": {"message": "busy", "code": "1"}}']])(
    '%j does not make mirrors vanish',
    async text => {
      const ontap = await faulty.open();
      faulty.way.mirror();
      const server = await faulty.way.server();
      await faulty.read(server);
      ontap.fail({ status: 200, text });

      const { heading, ontap: above, rows } = await faulty.read(server);

      expect({ heading, rows }).toEqual({ heading: '1 healthy, as of 23 Nov, 12:00', rows: [`${ROW}, Healthy`] });
      expect(above).toContain('What answers as one does not answer as ONTAP does: ');
    }
  );
});

describe('an ONTAP that asks to be called less often', () => {
  const asked = (): number => faulty.ontap.requests.length;

  it.each([['7'], [undefined]])('with Retry-After %s is left alone by polls and by people', async retryAfter => {
    const ontap = await faulty.open();
    faulty.way.mirror();
    const server = await faulty.way.server();
    const id = (await server.service.list({})).items[0]?.id ?? '';
    ontap.fail({ status: 429, ...(retryAfter === undefined ? {} : { retryAfter }) }, { times: 1 });
    await faulty.read(server);
    const before = asked();

    expect((await faulty.read(server)).ontap).toContain('one asks to be called less often (429)');
    await expect(server.service.update(id, null)).rejects.toMatchObject({
      problem: {
        detail: 'one asked to be called less often, so nothing was sent.',
        next: expect.stringMatching(retryAfter === undefined ? /^Try again in (30|29) s\.$/ : /^Try again in [67] s\.$/)
      }
    });

    expect(asked()).toBe(before);
  });

  it('is asked again when that time is over', async () => {
    const ontap = await faulty.open();
    faulty.way.mirror();
    const server = await faulty.way.server();
    ontap.fail({ status: 429, retryAfter: '1' }, { times: 1 });
    await faulty.read(server);

    await until(async () => (await faulty.read(server)).ontap === null);

    expect((await faulty.read(server)).rows).toEqual([`${ROW}, Healthy`]);
  });
});

describe('5,000 relationships in pages', () => {
  const manyRelationships = (ontap: OntapEmulator): void => {
    for (let index = 0; index < 5_000; index++) {
      ontap.addRelationship({ source: `src:v${index}`, destination: `dst:v${index}` });
    }
  };

  it('are all there: the last one is told', async () => {
    const ontap = await faulty.open();
    manyRelationships(ontap);
    faulty.way.mirror();

    expect((await faulty.read(await faulty.way.server())).rows).toEqual([`${ROW}, Healthy`]);
  });

  it('of which one page fails are not told as fewer', async () => {
    const ontap = await faulty.open();
    faulty.way.mirror();
    manyRelationships(ontap);
    const server = await faulty.way.server();
    await faulty.read(server);
    ontap.fail({ status: 500 }, { query: 'start.index=', times: 1 });

    const { heading, ontap: above, rows } = await faulty.read(server);

    expect({ heading, rows }).toEqual({ heading: '1 healthy, as of 23 Nov, 12:00', rows: [`${ROW}, Healthy`] });
    expect(above).toContain('one failed (500)');
    expect((await faulty.read(server)).ontap).toBeNull();
  });
});

describe('an error whose code is a number', () => {
  it('is told with it as one that is a string', async () => {
    const ontap = await faulty.open();
    ontap.codes = 'number';
    faulty.way.mirror();
    ontap.fail({ status: 500 });

    expect((await faulty.read(await faulty.way.server())).ontap).toContain('(code 13303816)');
  });
});

it('what was told long ago is not told as of now while ONTAP hangs', async () => {
  const ontap = await faulty.open({ patienceMs: 500, settings: { pollSeconds: 30 } });
  faulty.way.mirror();
  const server = await faulty.way.server();
  await faulty.read(server);
  faulty.time += 600_000;
  ontap.fail({ hang: true });

  const { heading, ontap: above } = await faulty.read(server);

  expect(heading).toBe('1 healthy, as of 23 Nov, 12:00');
  expect(above).toBe(`What ONTAP tells is missing: one has not answered yet. ${TRY_AGAIN} Shown as of 23 Nov, 12:00.`);
});
