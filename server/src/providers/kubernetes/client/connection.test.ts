/** Which connections the client uses, as the server sees them. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
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
