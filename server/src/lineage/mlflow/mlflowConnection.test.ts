/** What MLflow's server is sent: who asks, and that no other server is ever told that. */
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { MlflowConnection } from './mlflowConnection';
import { MlflowSettings } from './mlflowSettings';

interface Asked {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
}
type Answer = (answer: ServerResponse, asked: readonly Asked[]) => void;

let folder: string;
const ended: (() => Promise<unknown>)[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'datamark-'));
});

afterEach(async () => {
  for (const end of ended.splice(0)) {
    await end();
  }
  await rm(folder, { recursive: true });
});

const well: Answer = answer => void answer.end('{}');

/** A server that writes down what it is asked. */
async function listener(give: Answer = well): Promise<{ address: string; asked: Asked[] }> {
  const asked: Asked[] = [];
  const server = createServer(({ method = '', url = '', headers }, answer) => {
    asked.push({ method, url, headers });
    give(answer, asked);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  ended.push(async () => {
    server.close();
    server.closeAllConnections();
  });
  return { address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}

function connection(settings: object): MlflowConnection {
  const made = new MlflowConnection({ settings: MlflowSettings.parse(settings), userAgent: 'datamark/1.2.3' });
  ended.push(() => made.dispose());
  return made;
}

const get = { method: 'GET', path: 'runs/get', query: { run_id: 'a b&c' }, schema: z.object({}) } as const;
const post = { method: 'POST', path: 'runs/log-batch', body: { run_id: 'a' }, schema: z.object({}) } as const;

async function headersFor(settings: object): Promise<IncomingHttpHeaders> {
  const { address, asked } = await listener();
  await connection({ trackingUri: address, ...settings }).call(post);
  expect(asked).toHaveLength(1);
  return asked[0]?.headers ?? {};
}

async function files(): Promise<{ tokenFile: string; namespaceFile: string }> {
  const [tokenFile, namespaceFile] = [join(folder, 'token'), join(folder, 'namespace')];
  await writeFile(tokenFile, 'of-the-pod\n');
  await writeFile(namespaceFile, 'team-a\n');
  return { tokenFile, namespaceFile };
}

test.each<[string, (pod: Awaited<ReturnType<typeof files>>) => object, string | undefined, string | undefined]>([
  ['nobody', () => ({}), undefined, undefined],
  [
    'a name and a password',
    () => ({ auth: { kind: 'basic', username: 'ann', password: 'p:ä' } }),
    'Basic YW5uOnA6w6Q=',
    undefined
  ],
  ['a token', () => ({ auth: { kind: 'bearer', token: 't0ken' } }), 'Bearer t0ken', undefined],
  ['the pod', ({ tokenFile }) => ({ auth: { kind: 'kubernetes', tokenFile } }), 'Bearer of-the-pod', undefined],
  [
    'the pod in its namespace',
    pod => ({ auth: { kind: 'kubernetes-namespaced', ...pod } }),
    'Bearer of-the-pod',
    'team-a'
  ],
  [
    'the pod in its namespace, which counts before a setting',
    pod => ({ workspace: 'b', auth: { kind: 'kubernetes-namespaced', ...pod } }),
    'Bearer of-the-pod',
    'team-a'
  ],
  ['nobody in a workspace', () => ({ workspace: 'team-b' }), undefined, 'team-b'],
  [
    'the pod in a workspace',
    ({ tokenFile }) => ({ workspace: 'team-b', auth: { kind: 'kubernetes', tokenFile } }),
    'Bearer of-the-pod',
    'team-b'
  ]
])('%s asks with these headers', async (_, settings, authorization, workspace) => {
  const sent = await headersFor(settings(await files()));
  expect([sent.authorization, sent['x-mlflow-workspace']]).toEqual([authorization, workspace]);
  expect(sent).toMatchObject({ 'content-type': 'application/json', 'user-agent': 'datamark/1.2.3' });
  expect([sent.origin, sent.cookie, sent.referer]).toEqual([undefined, undefined, undefined]);
});

test.each([
  ['', '/api/2.0/mlflow/runs/get?run_id=a+b%26c'],
  ['/', '/api/2.0/mlflow/runs/get?run_id=a+b%26c'],
  ['/teams/mlflow', '/teams/mlflow/api/2.0/mlflow/runs/get?run_id=a+b%26c'],
  ['/teams/mlflow//', '/teams/mlflow/api/2.0/mlflow/runs/get?run_id=a+b%26c']
])('below the path %j of its address', async (path, url) => {
  const { address, asked } = await listener();
  await connection({ trackingUri: address + path }).call(get);
  expect(asked.map(one => [one.method, one.url])).toEqual([['GET', url]]);
});

test.each([301, 302, 303, 307, 308])(
  'with %d to another server, or to itself, nobody is sent anything',
  async status => {
    const elsewhere = await listener();
    const { address, asked } = await listener(answer =>
      answer.writeHead(status, { location: asked.length % 2 === 1 ? `${elsewhere.address}/x` : '/y' }).end()
    );
    const client = connection({ trackingUri: address, auth: { kind: 'bearer', token: 't0ken' } });
    for (const call of [() => client.call(get), () => client.call(post), () => client.artifact('1/a.txt')]) {
      await expect(call()).rejects.toMatchObject({ failure: 'unexpected-answer' });
    }
    expect([asked.length, elsewhere.asked]).toEqual([3, []]);
  }
);

test('what the address must not hold is not taken', () => {
  for (const trackingUri of [
    'http://ann:secret@mlflow',
    'http://mlflow?token=secret',
    'http://mlflow#x',
    'file:///a'
  ]) {
    expect(MlflowSettings.safeParse({ trackingUri }).success).toBe(false);
  }
});

test('an idle connection that the server has ended is no failure, and is not used again and again', async () => {
  const { address, asked } = await listener((answer, all) => {
    if (all.length === 2) {
      answer.destroy();
    } else {
      answer.end('{}');
    }
  });
  const client = connection({ trackingUri: address });
  await client.call(post);
  await client.call(post);
  expect(asked).toHaveLength(3);
});

test('a server that ends every connection is told as one that can’t be reached, after two of them', async () => {
  const { address, asked } = await listener(answer => void answer.destroy());
  await expect(connection({ trackingUri: address }).call(get)).rejects.toMatchObject({ failure: 'unreachable' });
  expect(asked).toHaveLength(2);
});

test('a file is read up to a size, and no further', async () => {
  const { address } = await listener(answer => void answer.end('x'.repeat((1 << 20) + 1)));
  await expect(connection({ trackingUri: address }).artifact('a')).rejects.toMatchObject({
    failure: 'unexpected-answer'
  });
});
