/** Which connections the client uses, as the server sees them. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { createSecureServer } from 'node:http2';
import { createServer as createTcpServer, type AddressInfo, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { until } from '../../../testing/until';
import { createKubernetesApi } from './createKubernetesApi';
import { z } from 'zod';

let server: Server;
let connections: number;

beforeEach(async () => {
  connections = 0;
  server = createServer((_, response) => response.end('{}')).on('connection', () => connections++);
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
});
afterEach(async () => {
  await new Promise(resolve => server.close(resolve));
});

it('one or two connections serve call after call, until the certificates change', async () => {
  const { port } = server.address() as AddressInfo;
  let connectionKey = 'one';
  let token = 1;
  const api = createKubernetesApi({
    access: {
      server: 'test',
      namespace: 'test',
      credentials: () =>
        Promise.resolve({
          server: new URL(`http://127.0.0.1:${port}`),
          proxy: null,
          tls: {},
          connectionKey,
          headers: { authorization: `Bearer ${token}` }
        })
    }
  });
  const ask = (): Promise<unknown> => api.request({ path: '/version', schema: z.looseObject({}) });
  for (; token <= 20; token++) {
    await ask();
  }
  // The second is taken where the first is not quite free yet.
  expect(connections).toBeLessThanOrEqual(2);
  const before = connections;
  connectionKey = 'two';
  await ask();
  expect(connections).toBe(before + 1);
  await api.dispose();
});

it('tells the time of the server', async () => {
  const aheadMs = 600_000;
  server.prependListener('request', (_, response) => {
    response.setHeader('date', new Date(Date.now() + aheadMs).toUTCString());
  });
  const { port } = server.address() as AddressInfo;
  const credentials = {
    server: new URL(`http://127.0.0.1:${port}`),
    proxy: null,
    tls: {},
    connectionKey: '',
    headers: {}
  };
  const access = { server: 'test', namespace: 'test', credentials: () => Promise.resolve(credentials) };
  const api = createKubernetesApi({ access });
  expect(api.now().getTime()).toBeLessThan(Date.now() + 1000);
  await api.request({ path: '/version', schema: z.looseObject({}) });
  expect(Math.abs(api.now().getTime() - Date.now() - aheadMs)).toBeLessThan(1500);
  await api.dispose();
});

it('calls that are given up while they connect do no harm when the connections end', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'datamark-test-'));
  const [key, cert] = ['key', 'cert'].map(name => join(directory, name));
  const subject = ['-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '1', '-subj', '/CN=localhost'];
  execFileSync('openssl', ['req', ...subject, '-keyout', String(key), '-out', String(cert)], { stdio: 'ignore' });
  const secure = createSecureServer({ key: readFileSync(String(key)), cert: readFileSync(String(cert)) });
  secure.on('stream', stream => {
    stream.on('error', () => undefined).respond({ ':status': 200 });
    stream.end('{}');
  });
  await new Promise<void>(resolve => secure.listen(0, '127.0.0.1', resolve));
  const { port } = secure.address() as AddressInfo;

  // An error that nobody listens to fails the test by itself.
  for (let round = 0; round < 40; round += 1) {
    const api = createKubernetesApi({
      access: {
        server: 'test',
        namespace: 'test',
        credentials: () =>
          Promise.resolve({
            server: new URL(`https://127.0.0.1:${port}`),
            proxy: null,
            tls: { rejectUnauthorized: false },
            connectionKey: 'one',
            headers: {}
          })
      }
    });
    const giveUp = new AbortController();
    const calls = Array.from({ length: 5 }, () =>
      api.request({ path: '/version', schema: z.looseObject({}), signal: giveUp.signal }).catch(() => undefined)
    );
    await delay(round / 4);
    giveUp.abort();
    await Promise.all(calls);
    await api.dispose();
  }

  await new Promise(resolve => secure.close(resolve));
  rmSync(directory, { recursive: true });
});

it('ends at once what waits for a server that takes the connection and never answers', async () => {
  const silent = createTcpServer();
  const sockets = new Set<Socket>();
  silent.on('connection', socket => sockets.add(socket.on('error', () => undefined)));
  await new Promise<void>(resolve => silent.listen(0, '127.0.0.1', resolve));
  const { port } = silent.address() as AddressInfo;
  const api = createKubernetesApi({
    access: {
      server: 'test',
      namespace: 'test',
      credentials: () =>
        Promise.resolve({
          server: new URL(`https://127.0.0.1:${port}`),
          proxy: null,
          tls: {},
          connectionKey: 'one',
          headers: {}
        })
    },
    // Longer than a test may take.
    times: { connectMs: 600_000, requestMs: 600_000 }
  });
  const asked = api.request({ path: '/version', schema: z.looseObject({}) }).catch((error: unknown) => error);
  const told = (): void => undefined;
  const watched = { replaced: told, upserted: told, deleted: told, health: told };
  const watch = api.watch({ path: '/api/v1/namespaces/hub/pods', item: z.unknown(), ...watched });
  await until(() => sockets.size > 0);

  await Promise.all([watch.stop(), api.dispose()]);

  expect(await asked).toMatchObject({ reason: 'Aborted' });
  expect(await api.request({ path: '/version', schema: z.unknown() }).catch((error: unknown) => error)).toMatchObject({
    reason: 'Aborted'
  });
  sockets.forEach(socket => socket.destroy());
  await new Promise(resolve => silent.close(resolve));
});
