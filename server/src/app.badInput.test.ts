/** Bad input over a real Unix socket: refused with the field's name, without the provider being asked. */
import { ROUTES, type Route } from '../../contract';
import { readProblem } from './testing/readProblem';
import { fillIndex } from './testing/sampleObjects';
import { send, startTestSidecar, type TestSidecar } from './testing/testSidecar';

const VOLUME = 'home-0a1b2c3d';
const SNAPSHOT = 'home.20261119-140803z-a1b2';

let sidecar: TestSidecar;

beforeEach(async () => {
  sidecar = await startTestSidecar();
  fillIndex(sidecar.index);
});

afterEach(() => sidecar.stop());

const changes = (): [string, ...unknown[]][] =>
  sidecar.provider.calls.filter(([name]) => name !== 'start' && name !== 'refresh');

describe('bad input', () => {
  const withBody = (body: unknown) => ['POST', `/volumes/${VOLUME}/snapshots`, { body }] as const;
  it.each([
    ['a 300-character title', ...withBody({ title: 'x'.repeat(300) }), 'body.title'],
    ['a title of control characters', ...withBody({ title: 'a\u0007b' }), 'body.title'],
    ['a title with a line break', ...withBody({ title: 'a\nb' }), 'body.title'],
    ['an empty title', ...withBody({ title: '  ' }), 'body.title'],
    ['a note with an escape sequence', ...withBody({ note: '\u001b[31m' }), 'body.note'],
    ['a hold that is no time', ...withBody({ heldUntil: 'tomorrow' }), 'body.heldUntil'],
    ['a body that is an array', ...withBody([]), 'body'],
    ['no volume', 'POST', '/snapshots', { body: { volumes: [] } }, 'body.volumes'],
    ['a volume twice', 'POST', '/snapshots', { body: { volumes: [VOLUME, VOLUME] } }, 'body.volumes'],
    ['a path for a name', 'POST', `/volumes/${VOLUME}/clones`, { body: { name: '../x' } }, 'body.name'],
    ['a change without uid', 'PATCH', `/snapshots/${SNAPSHOT}`, { body: { title: 'x' } }, 'body.uid'],
    ['an approval without uid', 'POST', '/restores/restore-1/approve', {}, 'body.uid'],
    ['deleting a snapshot without uid', 'DELETE', `/snapshots/${SNAPSHOT}`, {}, 'query.uid'],
    ['deleting a clone without uid', 'DELETE', '/clones/home.sweep-12', {}, 'query.uid'],
    ['a limit that is no number', 'GET', `/volumes/${VOLUME}/snapshots?limit=many`, {}, 'query.limit'],
    ['a limit above 500', 'GET', `/volumes/${VOLUME}/snapshots?limit=501`, {}, 'query.limit'],
    ['a repeated parameter', 'GET', `/volumes/${VOLUME}/snapshots?q=a&q=b`, {}, 'query.q'],
    ['a made-up cursor', 'GET', `/volumes/${VOLUME}/snapshots?cursor=bm9uc2Vuc2U`, {}, 'query.cursor'],
    ['a time zone that does not exist', 'GET', `/volumes/${VOLUME}/snapshots?timeZone=Mars/Base`, {}, 'query.timeZone'],
    [
      'times in the wrong order',
      'GET',
      `/volumes/${VOLUME}/snapshots?from=2026-02-01T00:00:00Z&to=2026-01-01T00:00:00Z`,
      {},
      'query.from'
    ],
    ['a name that climbs', 'GET', '/volumes/..%2f..%2fetc', {}, 'path.volume'],
    ['a name with a zero byte', 'GET', '/snapshots/a%00b', {}, 'path.snapshot'],
    ['a name of 300 characters', 'GET', `/snapshots/${'a'.repeat(300)}`, {}, 'path.snapshot'],
    [
      'a short key',
      'POST',
      `/volumes/${VOLUME}/snapshots`,
      { body: {}, headers: { 'Idempotency-Key': 'short' } },
      'Idempotency-Key'
    ]
  ])('%s is refused by name, and the provider is not asked', async (_case, method, path, parts, field) => {
    const answer = await sidecar.send(method, path, parts);
    const problem = readProblem(answer);
    expect([problem.slug, problem.fields?.map(({ path: at }) => at)]).toEqual(['invalid-request', [field]]);
    expect(changes()).toEqual([]);
  });

  it.each([
    ['no JSON', '{"title":', {}],
    ['bytes that are not UTF-8', Buffer.from([0x22, 0xff, 0x22]), {}],
    ['a form', 'title=a', { 'Content-Type': 'application/x-www-form-urlencoded' }],
    ['a compressed body', Buffer.from('{}'), { 'Content-Encoding': 'gzip' }]
  ])('a body that is %s is refused', async (_case, body, headers) => {
    const answer = await sidecar.send('POST', `/volumes/${VOLUME}/snapshots`, { body, headers });
    expect([answer.status, readProblem(answer).slug]).toEqual([400, 'invalid-request']);
    expect(changes()).toEqual([]);
  });

  it.each([
    ['declared', false],
    ['in chunks of no declared size', true]
  ])('a body above 64 KiB is refused, %s', async (_case, chunked) => {
    const body = { note: 'x'.repeat(70_000) };
    const answer = await sidecar.send('POST', `/volumes/${VOLUME}/snapshots`, { body, chunked });
    expect([answer.status, readProblem(answer).slug]).toEqual([413, 'request-too-large']);
    expect(changes()).toEqual([]);
  });

  it.each([
    ['GET', '/volumes/nowhere', 'volume-not-found', 'nowhere'],
    ['GET', '/volumes/nowhere/snapshots', 'volume-not-found', 'nowhere'],
    ['POST', '/volumes/nowhere/snapshots', 'volume-not-found', 'nowhere'],
    ['POST', '/volumes/nowhere/clones', 'volume-not-found', 'nowhere'],
    ['GET', '/snapshots/gone', 'snapshot-not-found', 'gone'],
    ['POST', '/snapshots/gone/retry', 'snapshot-not-found', 'gone'],
    ['POST', '/snapshots/gone/clones', 'snapshot-not-found', 'gone'],
    ['DELETE', '/snapshots/gone?dryRun', 'snapshot-not-found', 'gone'],
    ['DELETE', '/snapshots/gone?uid=x', 'snapshot-not-found', 'gone'],
    ['DELETE', '/clones/gone?uid=x', 'clone-not-found', 'gone'],
    ['GET', '/restores/gone', 'restore-not-found', 'gone'],
    ['POST', '/restores/gone/undo', 'restore-not-found', 'gone'],
    ['DELETE', '/operations/gone', 'operation-not-found', 'gone']
  ])('%s %s answers %s', async (method, path, slug, object) => {
    const problem = readProblem(await sidecar.send(method, path));
    expect([problem.slug, problem.object]).toEqual([slug, object]);
    expect(changes()).toEqual([]);
  });

  it.each(['/nothing', '/volumes/', '/Volumes', `/volumes/${VOLUME}/`, '/../../etc/passwd', '/volumes/%zz'])(
    'GET %s is no address',
    async path => {
      const answer = await sidecar.send('GET', path);
      expect(['route-not-found', 'invalid-request']).toContain(readProblem(answer).slug);
    }
  );

  it('answers outside the prefix with a problem, too', async () => {
    expect(readProblem(await send(sidecar.socketPath, 'GET', '/')).slug).toBe('route-not-found');
  });

  it('names the methods of an address that was asked with another', async () => {
    const patterns = new Map<string, string[]>();
    for (const { path, method } of Object.values(ROUTES) as Route[]) {
      patterns.set(path, [...(patterns.get(path) ?? []), method.toUpperCase()]);
    }
    for (const [pattern, methods] of patterns) {
      const answer = await sidecar.send('PUT', pattern.replaceAll(/:[a-z]+/g, 'x'));
      expect([pattern, readProblem(answer).slug, answer.headers['allow']]).toEqual([
        pattern,
        'method-not-allowed',
        methods.join(', ')
      ]);
    }
  });
});
