/** Calls and lists while the API server fails in every way it can. */
import { createServer, type Server } from 'node:net';
import type { AddressInfo } from 'node:net';
import { z } from 'zod';
import { ApiServer } from '../../../testing/apiServer';
import { testApi } from '../../../testing/testApi';
import { until } from '../../../testing/until';
import { createKubernetesApi } from './createKubernetesApi';
import { KubernetesError, type KubernetesApi } from './kubernetesApi';

const PATH = '/api/v1/namespaces/test/configmaps';
const Item = z.object({ metadata: z.object({ name: z.string() }) });

let server: ApiServer;
let api: KubernetesApi;

beforeEach(async () => {
  server = await ApiServer.start();
  api = testApi({ url: server.url });
});
afterEach(async () => {
  await api.dispose();
  await server.stop();
});

const create = (name = 'one'): Promise<unknown> =>
  api.request({ method: 'POST', path: PATH, body: { kind: 'ConfigMap', metadata: { name } }, schema: Item });
const read = (name = 'one', timeoutMs?: number): Promise<z.infer<typeof Item>> =>
  api.request({ path: `${PATH}/${name}`, schema: Item, ...(timeoutMs === undefined ? {} : { timeoutMs }) });

async function failure(call: Promise<unknown>): Promise<KubernetesError> {
  try {
    await call;
  } catch (error) {
    if (error instanceof KubernetesError) {
      return error;
    }
    throw error;
  }
  throw new Error('The call did not fail.');
}

const seen = (): string[] => server.requests.map(({ verb }) => verb);

describe('a call that changes nothing', () => {
  it.each([
    ['the connection is cut', { kind: 'reset' }],
    ['the answer is lost', { kind: 'reset after' }],
    ['the server fails', { kind: 'status', status: 500 }],
    ['a gateway finds no server', { kind: 'status', status: 502, text: '<html>Bad gateway</html>' }],
    ['the server is not ready', { kind: 'status', status: 503, reason: 'ServiceUnavailable' }]
  ] as const)('is tried again when %s', async (_, effect) => {
    await create();
    server.fault({ method: 'GET' }, effect, 2);
    expect((await read()).metadata.name).toBe('one');
    expect(seen()).toEqual(['create', 'get', 'get', 'get']);
  });

  it('is given up after five tries', async () => {
    server.fault({}, { kind: 'status', status: 500, message: 'etcd is gone' }, 100);
    expect(await failure(read())).toMatchObject({ status: 500, reason: 'InternalError', message: 'etcd is gone' });
    expect(seen()).toHaveLength(5);
  });

  it('ends when its time is over, and the next one works', async () => {
    await create();
    server.fault({ method: 'GET' }, { kind: 'hang' });
    expect(await failure(read('one', 50))).toMatchObject({ status: 0, reason: 'Timeout' });
    expect((await read()).metadata.name).toBe('one');
  });

  it('ends when it is aborted between two tries', async () => {
    server.fault({}, { kind: 'status', status: 429, retryAfter: '9' }, 100);
    const abort = new AbortController();
    const call = failure(api.request({ path: PATH, schema: Item, signal: abort.signal }));
    await untilSeen(1);
    abort.abort();
    expect((await call).reason).toBe('Aborted');
  });
});

describe('a call that changes something', () => {
  it.each([
    ['the connection is cut', { kind: 'reset' }, 0],
    ['the answer is lost', { kind: 'reset after' }, 0],
    ['the server fails', { kind: 'status', status: 500 }, 500],
    ['the server took too long', { kind: 'status', status: 504, reason: 'Timeout' }, 504]
  ] as const)('is sent once only when %s', async (_, effect, status) => {
    server.fault({ method: 'POST' }, effect);
    expect((await failure(create())).status).toBe(status);
    expect(seen()).toEqual(['create']);
  });

  it('is tried again when the server says that it did not take it', async () => {
    server.fault({ method: 'POST' }, { kind: 'status', status: 429, reason: 'TooManyRequests', retryAfter: '0' });
    server.fault({ method: 'POST' }, { kind: 'status', status: 503, reason: 'ServiceUnavailable', retryAfter: '0' });
    await create();
    expect(seen()).toEqual(['create', 'create', 'create']);
  });
});

describe('Retry-After', () => {
  it('is waited for', async () => {
    server.fault({}, { kind: 'status', status: 429, reason: 'TooManyRequests', retryAfter: '1' });
    const started = performance.now();
    await create();
    expect(performance.now() - started).toBeGreaterThanOrEqual(1000);
  });

  it('is told at once where it is longer than the call may take', async () => {
    const inAMinute = new Date(Date.now() + 60_000).toUTCString();
    server.fault({}, { kind: 'status', status: 429, reason: 'TooManyRequests', retryAfter: inAMinute });
    const error = await failure(create());
    expect(error).toMatchObject({ status: 429, reason: 'TooManyRequests' });
    expect(error.retryAfterMs).toBeGreaterThan(55_000);
    expect(seen()).toHaveLength(1);
  });

  it('does not make tries endless', async () => {
    server.fault({}, { kind: 'status', status: 429, reason: 'TooManyRequests', retryAfter: '0' }, 100);
    expect((await failure(create())).status).toBe(429);
    expect(seen()).toHaveLength(5);
  });
});

describe('a refusal', () => {
  const refused = { kind: 'status', status: 403, reason: 'Forbidden' } as const;

  it('is told at once', async () => {
    server.fault({}, refused);
    expect((await failure(create())).status).toBe(403);
    expect(seen()).toEqual(['create']);
  });

  it('by a server that is just back, which may not have read the roles yet, is asked for once more', async () => {
    server.fault({}, { kind: 'reset' });
    await failure(create());
    server.fault({ method: 'GET' }, refused);
    await expect(read()).rejects.toMatchObject({ status: 404 });
    server.fault({ method: 'POST' }, refused);
    await create();
    expect((await read()).metadata.name).toBe('one');
  });

  it('is told where it stays', async () => {
    server.fault({}, { kind: 'status', status: 502, text: '<html>Bad gateway</html>' });
    server.fault({}, refused, 100);
    expect((await failure(read())).status).toBe(403);
    expect(seen()).toHaveLength(3);
  });
});

describe('an answer of somebody else', () => {
  it('is quoted', async () => {
    server.fault({}, { kind: 'status', status: 403, text: '<html>\n  <b>Proxy:</b> not from here' });
    expect(await failure(read())).toMatchObject({
      status: 403,
      reason: 'Forbidden',
      message: '<html> <b>Proxy:</b> not from here'
    });
  });

  it('is no object, also with status 200', async () => {
    server.fault({}, { kind: 'status', status: 200, text: '<html>Log in</html>' });
    expect((await failure(read())).reason).toBe('UnexpectedAnswer');
  });
});

describe('a server that can’t be reached', () => {
  it('refuses the connection', async () => {
    const { url } = server;
    await server.stop();
    const lost = testApi({ url });
    expect(await failure(lost.request({ path: PATH, schema: Item }))).toMatchObject({
      status: 0,
      reason: 'ECONNREFUSED'
    });
    await lost.dispose();
    await server.listen(0);
  });

  it('has no address', async () => {
    const lost = testApi({ url: 'http://nothing.invalid' });
    const error = await failure(lost.request({ path: PATH, schema: Item }));
    expect(error.status).toBe(0);
    expect(['ENOTFOUND', 'EAI_AGAIN']).toContain(error.reason);
    await lost.dispose();
  });

  it('does not answer when it is connected to', async () => {
    const silent = await listen(createServer());
    const lost = testApi({ url: `https://127.0.0.1:${portOf(silent)}`, times: { connectMs: 100 } });
    expect(await failure(lost.request({ path: PATH, schema: Item }))).toMatchObject({
      status: 0,
      reason: 'ConnectTimeout'
    });
    await lost.dispose();
    silent.close();
  });

  it('does not answer when it is connected to, until the time of the call is over', async () => {
    const silent = await listen(createServer());
    const lost = testApi({ url: `https://127.0.0.1:${portOf(silent)}`, times: { connectMs: 1_000 } });
    expect(await failure(lost.request({ path: PATH, schema: Item, timeoutMs: 100 }))).toMatchObject({
      status: 0,
      reason: 'ConnectTimeout'
    });
    await lost.dispose();
    silent.close();
  });

  it('resets the first connection and does not answer when it is connected to again', async () => {
    const silent = await listen(createServer().once('connection', socket => socket.resetAndDestroy()));
    const lost = testApi({ url: `https://127.0.0.1:${portOf(silent)}`, times: { connectMs: 1_000 } });
    expect(await failure(lost.request({ path: PATH, schema: Item, timeoutMs: 500 }))).toMatchObject({
      status: 0,
      reason: 'ECONNRESET'
    });
    await lost.dispose();
    silent.close();
  });

  it('speaks no TLS', async () => {
    const lost = testApi({ url: server.url.replace('http:', 'https:') });
    const error = await failure(lost.request({ path: PATH, schema: Item }));
    expect(error.status).toBe(0);
    expect(error.reason).toMatch(/SSL/);
    await lost.dispose();
  });
});

describe('a token that is refused', () => {
  /** An access whose token file holds another token at each reading. */
  function rotating(tokens: string[]): { api: KubernetesApi; readings: () => number } {
    let reading = 0;
    const read = () => ({
      server: new URL(server.url),
      proxy: null,
      tls: {},
      connectionKey: '',
      headers: { authorization: `Bearer ${tokens[reading] ?? 'none'}` }
    });
    let current = read();
    return {
      readings: () => reading,
      api: createKubernetesApi({
        access: {
          server: 'test',
          namespace: 'test',
          credentials: refused => {
            if (refused === current) {
              reading++;
              current = read();
            }
            return Promise.resolve(current);
          }
        }
      })
    };
  }

  it('is read again once, also for a call that changes something', async () => {
    server.token = 'new';
    const { api: own } = rotating(['old', 'new']);
    await own.request({
      method: 'POST',
      path: PATH,
      body: { kind: 'ConfigMap', metadata: { name: 'a' } },
      schema: Item
    });
    expect(server.requests.map(({ authorization }) => authorization)).toEqual(['Bearer old', 'Bearer new']);
    await own.dispose();
  });

  it('is told when the new one is refused, too', async () => {
    server.token = 'another';
    const { api: own } = rotating(['old', 'new']);
    expect(await failure(own.request({ path: PATH, schema: Item }))).toMatchObject({
      status: 401,
      reason: 'Unauthorized'
    });
    expect(seen()).toHaveLength(2);
    await own.dispose();
  });

  it('is read once for calls side by side', async () => {
    server.token = 'new';
    server.store.create({ kind: 'ConfigMap', metadata: { name: 'one', namespace: 'test' } });
    const { api: own, readings } = rotating(['old', 'new', 'newest']);
    await Promise.all([1, 2, 3].map(() => own.request({ path: `${PATH}/one`, schema: Item })));
    expect(readings()).toBe(1);
    await own.dispose();
  });
});

describe('a list', () => {
  const list = (): Promise<string[]> =>
    api.list({ path: PATH, item: Item, pageSize: 2 }).then(({ items }) => items.map(({ metadata }) => metadata.name));

  beforeEach(() => {
    for (const name of ['a', 'b', 'c', 'd', 'e']) {
      server.store.create({ kind: 'ConfigMap', metadata: { name, namespace: 'test' } });
    }
  });

  it('is as of one moment', async () => {
    server.fault({ path: /continue/ }, { kind: 'status', status: 429, reason: 'TooManyRequests', retryAfter: '1' });
    const names = list();
    await untilSeen(2);
    server.store.create({ kind: 'ConfigMap', metadata: { name: 'bb', namespace: 'test' } });
    expect(await names).toEqual(['a', 'b', 'c', 'd', 'e']);
    expect(await list()).toEqual(['a', 'b', 'bb', 'c', 'd', 'e']);
  });

  it('starts anew when the next page has expired, and is whole', async () => {
    server.fault({ path: /continue/ }, { kind: 'status', status: 429, reason: 'TooManyRequests', retryAfter: '1' });
    const names = list();
    await untilSeen(2);
    server.store.create({ kind: 'ConfigMap', metadata: { name: '0', namespace: 'test' } });
    server.store.compact();
    expect(await names).toEqual(['0', 'a', 'b', 'c', 'd', 'e']);
  });

  it('does not start anew for ever', async () => {
    server.fault({ path: /continue/ }, { kind: 'status', status: 410, reason: 'Expired' }, 100);
    expect(await failure(list())).toMatchObject({ status: 410, reason: 'Expired' });
    expect(seen()).toEqual(['list', 'list', 'list', 'list']);
  });
});

async function untilSeen(count: number): Promise<void> {
  await until(() => server.requests.length >= count);
}

function listen(listening: Server): Promise<Server> {
  return new Promise(resolve => {
    listening.listen(0, '127.0.0.1', () => resolve(listening));
  });
}

const portOf = (listening: Server): number => (listening.address() as AddressInfo).port;
