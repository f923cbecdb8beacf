/** What a sidecar makes of all that can come back from the controller, and how seldom it asks. */
import { problem } from '../../../contract';
import { until } from '../testing/until';
import { ControllerStandIn, type Answer } from './testing/controllerStandIn';
import { sampleAnswer, sampleTold, UUID } from './testing/sampleMirrors';
import { ThroughController } from './throughController';

// Each scene begins with TLS, which takes its time on a busy machine.
jest.setTimeout(60_000);

let standIn: ControllerStandIn;
let clock = 0;
const open: ThroughController[] = [];

beforeAll(async () => {
  standIn = await ControllerStandIn.start();
});

afterAll(() => standIn.stop());

beforeEach(async () => {
  clock = 1e6;
  standIn.requests.splice(0);
  standIn.answer = () => told();
  await standIn.setToken('token-1\n');
});

afterEach(() => Promise.all(open.splice(0).map(one => one.dispose())));

const told = (body: unknown = sampleAnswer()): Answer => ({ status: 200, body });

function through(parts: { authority?: 'own' | 'foreign'; timeoutMs?: number } = {}): ThroughController {
  const { authority = 'own', timeoutMs = 5_000 } = parts;
  const address = standIn.address(authority);
  const made = new ThroughController({ address, userAgent: 'test', timeoutMs, goodForMs: 15_000, clock: () => clock });
  open.push(made);
  return made;
}

test('tells what the controller tells, and goes on with its clock', async () => {
  const controller = through();
  expect(await controller.look(false)).toMatchObject({
    items: [{ uuid: UUID }],
    source: { state: 'answers', asOf: '2026-11-23T12:00:00.000Z' }
  });
  clock += 90_000;
  expect(controller.current().now?.toISOString()).toBe('2026-11-23T12:01:30.000Z');
});

test('sends the token of the pod as it stands in its file now, and to nobody else', async () => {
  const controller = through();
  await controller.look(false);
  await standIn.setToken('token-2\n');
  await controller.look(true);
  expect(standIn.requests.map(({ authorization }) => authorization)).toEqual(['Bearer token-1', 'Bearer token-2']);
});

test('one call serves all who ask at once, and its answer those who come soon', async () => {
  const controller = through();
  await Promise.all(Array.from({ length: 20 }, () => controller.look(false)));
  clock += 14_000;
  await controller.look(false);
  expect(standIn.requests).toHaveLength(1);
  clock += 1_000;
  await controller.look(false);
  await controller.look(true);
  expect(standIn.requests.map(({ path }) => path)).toEqual(['/v1/mirrors', '/v1/mirrors', '/v1/mirrors?anew=true']);
});

test('asks nothing while nobody looks', async () => {
  const controller = through();
  clock += 3_600_000;
  controller.current();
  await controller.look(false);
  clock += 3_600_000;
  expect(standIn.requests).toHaveLength(1);
});

test('who asks anew while another asks is answered by a later call', async () => {
  const controller = through();
  await Promise.all([controller.look(false), controller.look(true), controller.look(true)]);
  expect(standIn.requests.map(({ path }) => path)).toEqual(['/v1/mirrors', '/v1/mirrors?anew=true']);
});

const refusal = (status: number, body: unknown = 'no', headers = {}): Answer => ({ status, body, headers });

test.each<[string, Answer, { status: number; type: string; detail: string }]>([
  ['401', refusal(401), { status: 503, type: 'token-refused', detail: 'does not accept the token' }],
  ['403', refusal(403), { status: 403, type: 'forbidden', detail: 'does not allow this' }],
  ['429', refusal(429), { status: 503, type: 'controller-unreachable', detail: 'asks to wait' }],
  ['500', refusal(500), { status: 503, type: 'controller-unreachable', detail: 'status 500' }],
  ['a redirect', refusal(302, '', { location: 'https://x/' }), { status: 503, type: 'controller-un', detail: '302' }],
  ['no JSON', refusal(200, '<html>'), { status: 503, type: 'controller-unreachable', detail: 'sent no JSON' }],
  ['other JSON', told({ items: 3 }), { status: 503, type: 'controller-unreachable', detail: 'items' }],
  ['too much', told('x'.repeat(5 << 20)), { status: 503, type: 'controller-unreachable', detail: 'too large' }],
  ['no answer', 'hang', { status: 503, type: 'controller-unreachable', detail: 'not answer within 3 s' }],
  ['a broken connection', 'cut', { status: 503, type: 'controller-unreachable', detail: 'be reached' }],
  [
    'its own problem',
    refusal(503, problem('storage-unreachable', { detail: 'ONTAP is away.', next: 'Wait.' })),
    { status: 503, type: 'storage-unreachable', detail: 'ONTAP is away.' }
  ]
])('%s is told as what it is, and what was known stays', async (_, answer, expected) => {
  const controller = through({ timeoutMs: answer === 'hang' ? 3_000 : 10_000 });
  await controller.look(false);
  standIn.answer = () => answer;
  const { items, source } = await controller.look(true);
  expect(items).toHaveLength(1);
  expect(source).toMatchObject({
    state: 'refuses',
    asOf: '2026-11-23T12:00:00.000Z',
    problem: {
      status: expected.status,
      type: expect.stringContaining(`/${expected.type}`) as unknown,
      detail: expect.stringContaining(expected.detail) as unknown
    }
  });
  expect(JSON.stringify(source)).not.toContain('token-1');
  standIn.answer = () => told();
  clock += 600_000;
  expect((await controller.look(true)).source.state).toBe('answers');
});

test('a certificate of another authority gets no token', async () => {
  const { source, items } = await through({ authority: 'foreign' }).look(false);
  expect(source).toMatchObject({ state: 'refuses', asOf: null });
  expect(JSON.stringify(source)).toContain('does not prove that it is the right one');
  expect(items).toEqual([]);
  expect(standIn.requests).toEqual([]);
});

test.each([
  ['is missing', null, 'ENOENT'],
  ['is empty', '', 'it holds none'],
  ['holds two lines', 'a\nb', 'it holds none']
])('a token file that %s is told, and nothing is sent', async (_, text, why) => {
  const address = standIn.address();
  await standIn.setToken(text ?? '');
  const tokenFile = text === null ? `${address.tokenFile}-missing` : address.tokenFile;
  const controller = new ThroughController({ address: { ...address, tokenFile }, userAgent: 'test' });
  open.push(controller);
  expect(JSON.stringify((await controller.look(false)).source)).toContain(why);
  expect(standIn.requests).toEqual([]);
});

test('that ONTAP does not answer the controller is told with what it told before', async () => {
  const away = problem('storage-unreachable', { detail: 'ONTAP is away.', next: 'Wait.' });
  standIn.answer = () => told(sampleAnswer([sampleTold()], { problem: away, asOf: '2026-11-23T11:00:00.000Z' }));
  expect(await through().look(false)).toMatchObject({
    items: [{ uuid: UUID }],
    source: { state: 'refuses', problem: { detail: 'ONTAP is away.' }, asOf: '2026-11-23T11:00:00.000Z' }
  });
});

test('that ONTAP is not asked, since no mirror can be of this server, is no trouble and no answer', async () => {
  standIn.answer = () => told(sampleAnswer([], { asOf: null }));
  expect(await through().look(false)).toMatchObject({ source: { state: 'absent' } });
});

test('a controller that asks to wait is left alone until then, also by who asks anew or acts', async () => {
  const controller = through();
  standIn.answer = () => refusal(429, '', { 'retry-after': '7' });
  await controller.look(false);
  clock += 6_000;
  await controller.look(true);
  await expect(controller.update(UUID, null)).rejects.toThrow('asked to wait');
  expect(standIn.requests).toHaveLength(1);
  standIn.answer = () => told();
  clock += 1_000;
  expect((await controller.look(true)).source.state).toBe('answers');
});

test('what an action answers is told at once, and asked for again by the next look', async () => {
  const controller = through();
  await controller.look(false);
  const running = sampleTold({
    transfer: { type: 'update', state: 'transferring', bytes: 1, seconds: 1, bytesPerSecond: 1 }
  });
  standIn.answer = () => ({ status: 202, body: running });
  await controller.promote(UUID, { state: 'snapmirrored' });
  expect(controller.current().items[0]?.transfer).not.toBeNull();
  standIn.answer = () => told();
  await controller.look(false);
  expect(standIn.requests.slice(1)).toMatchObject([
    { method: 'POST', path: `/v1/mirrors/${UUID}/promote`, body: '{"state":"snapmirrored"}' },
    { method: 'GET', path: '/v1/mirrors' }
  ]);
});

test('where the answer to an action is lost, nobody says that nothing happened', async () => {
  standIn.answer = () => 'cut';
  await expect(through().update(UUID, null)).rejects.toThrow('Whether the transfer was begun isn’t known.');
  await expect(through({ authority: 'foreign' }).update(UUID, null)).rejects.not.toThrow('isn’t known');
});

test('ends what is under way with it', async () => {
  const controller = through({ timeoutMs: 20_000 });
  standIn.answer = () => 'hang';
  const look = controller.look(false);
  await until(() => standIn.requests.length === 1);
  await controller.dispose();
  expect((await look).source.state).toBe('refuses');
});
