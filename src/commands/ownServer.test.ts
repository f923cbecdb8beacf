/** @jest-environment node */
import { ServerConnection } from '@jupyterlab/services';
import { OwnServer } from './ownServer';

const json = (status: number, body: unknown): Response =>
  new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json; charset=UTF-8' } });
const html = (status: number): Response => new Response('<html>', { status, headers: { 'content-type': 'text/html' } });
const alive = (started: string): Response => json(200, { started });

/** A server whose answers are set by path; whatever has none is not reached. */
function serverOf(answers: Record<string, () => Response>) {
  const asked: string[] = [];
  const settings = ServerConnection.makeSettings({
    baseUrl: 'http://hub.test/user/ann/',
    fetch: (request: RequestInfo | URL, init?: RequestInit) => {
      const { url, method } = new Request(request, init);
      const path = new URL(url).pathname.replace('/user/ann/', '');
      asked.push(`${method} ${path}`);
      const answer = answers[path];
      return answer === undefined ? Promise.reject(new TypeError('refused')) : Promise.resolve(answer());
    }
  });
  return { server: new OwnServer(settings), asked, answers };
}

async function stopped() {
  const made = serverOf({
    'api/status': () => alive('first'),
    'api/shutdown': () => new Response('', { status: 200 })
  });
  await made.server.stop();
  return made;
}

describe('the server of a page', () => {
  it('is asked to end by its own address', async () => {
    const { asked } = await stopped();
    expect(asked).toEqual(['GET api/status', 'POST api/shutdown']);
  });

  it('is not asked to end when it does not tell since when it runs', async () => {
    const { server, asked } = serverOf({ 'api/status': () => html(502) });
    await expect(server.stop()).rejects.toThrow();
    expect(asked).toEqual(['GET api/status']);
  });

  it('is not asked to end when something else answers for it', async () => {
    const { server, asked } = serverOf({ 'api/status': () => html(200) });
    await expect(server.stop()).rejects.toThrow('since when it runs');
    expect(asked).toEqual(['GET api/status']);
  });

  it('refuses aloud', async () => {
    const { server } = serverOf({ 'api/status': () => alive('first'), 'api/shutdown': () => json(403, {}) });
    await expect(server.stop()).rejects.toThrow();
  });

  it.each<[string, Record<string, () => Response>, string]>([
    ['still runs', { 'api/status': () => alive('first') }, 'running'],
    ['is another one', { 'api/status': () => alive('second') }, 'back'],
    [
      'is another one that does not know the login',
      { 'api/status': () => json(403, {}), api: () => json(200, {}) },
      'answers'
    ],
    ['is not reached', {}, 'gone'],
    ['is not found by the proxy', { 'api/status': () => html(503) }, 'gone'],
    ['is answered for by the hub', { 'api/status': () => json(424, {}) }, 'startable'],
    ['is answered for by an older hub', { 'api/status': () => json(503, {}) }, 'startable'],
    ['is answered for by a page to log in', { 'api/status': () => html(200) }, 'gone'],
    ['is answered for by a hub that does not know the login', { 'api/status': () => json(403, {}) }, 'gone']
  ])('%s', async (_, answers, sighting) => {
    const made = await stopped();
    delete made.answers['api/status'];
    Object.assign(made.answers, answers);
    await expect(made.server.look()).resolves.toBe(sighting);
  });
});
