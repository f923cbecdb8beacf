/** @jest-environment node */
/// <reference types="node" />
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ServerConnection } from '@jupyterlab/services';
import { nullTranslator } from '@jupyterlab/translation';
import { problem } from '../../contract';
import { sampleSnapshot } from '../testing/samples';
import { ApiProblem } from './apiProblem';
import { DatamarkApi } from './datamarkApi';

const trans = nullTranslator.load('jupyterlab_datamark');
let server: Server;
let answer: (request: IncomingMessage, response: ServerResponse) => void;
let seen: { method: string; url: string; headers: IncomingMessage['headers']; body: string }[];
let api: DatamarkApi;

beforeEach(async () => {
  seen = [];
  server = createServer((request, response) => {
    let body = '';
    request.on('data', (piece: Buffer) => (body += piece.toString()));
    request.on('end', () => {
      seen.push({ method: request.method ?? '', url: request.url ?? '', headers: request.headers, body });
      answer(request, response);
    });
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const baseUrl = `http://127.0.0.1:${port}/user/x/`;
  api = new DatamarkApi({ serverSettings: ServerConnection.makeSettings({ baseUrl, token: 'secret' }), trans });
});

afterEach(async () => {
  server.closeAllConnections();
  await new Promise(resolve => server.close(resolve));
});

const json = (status: number, body: unknown) => (_: IncomingMessage, response: ServerResponse) => {
  response.writeHead(status, { 'Content-Type': 'application/json' });
  response.end(typeof body === 'string' ? body : JSON.stringify(body));
};
const problemOf = async (work: Promise<unknown>): Promise<ApiProblem> => {
  const error = await work.then(
    () => new Error('it was answered'),
    (reason: unknown) => reason
  );
  if (!(error instanceof ApiProblem)) {
    throw error;
  }
  return error;
};

it('sends method, body, idempotency key and token below the base URL', async () => {
  answer = json(202, sampleSnapshot());
  await api.createSnapshot('home', { title: 'x' }, 'key-1');
  expect(seen[0]).toMatchObject({ method: 'POST', body: '{"title":"x"}' });
  expect(seen[0]?.url).toMatch(/^\/user\/x\/datamark\/api\/v1\/volumes\/home\/snapshots(\?\d+)?$/);
  expect(seen[0]?.headers).toMatchObject({ 'idempotency-key': 'key-1', authorization: 'token secret' });
});

it('asks for days in the time zone of the page', async () => {
  answer = json(200, { items: [], total: 0, days: [], nextCursor: null, revision: 'e:1' });
  await api.snapshots('home', { limit: 5 });
  expect(seen[0]?.url).toContain('limit=5&timeZone=');
});

it('passes a refusal on as the problem it is', async () => {
  answer = json(409, problem('snapshot-held', { detail: 'x is held.', next: 'Release it.', object: 'x' }));
  const told = await problemOf(api.deleteSnapshot('x', 'u'));
  expect(told).toMatchObject({ kind: 'answered', slug: 'snapshot-held', message: 'x is held.' });
});

it('tells a server without Datamark from one that refuses', async () => {
  answer = json(404, '<html>404</html>');
  expect((await problemOf(api.status())).isAbsent).toBe(true);
  answer = json(403, { message: "'_xsrf' argument missing from POST" });
  expect((await problemOf(api.status())).slug).toBe('login-needed');
});

it('calls a proxy in between and a dead server unreachable', async () => {
  answer = json(502, 'bad gateway');
  expect((await problemOf(api.volumes())).isUnreachable).toBe(true);
  answer = (_, response) => response.destroy();
  expect((await problemOf(api.volumes())).kind).toBe('unreachable');
});

it('calls a page in place of an answer unreachable: the hub’s, where the server has stopped', async () => {
  answer = (_, response) =>
    response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end('<html>Server not running</html>');
  const told = await problemOf(api.volumes());
  expect(told).toMatchObject({ kind: 'unreachable', isUnreachable: true });
  expect(told.problem.next).toContain('Reload this page');
});

it('names the place in an answer outside the contract', async () => {
  answer = json(200, { items: [{ ...sampleSnapshot(), kind: 'volume' }] });
  const told = await problemOf(api.volumes());
  expect(told.kind).toBe('malformed');
  expect(told.message).toMatch(/^\/volumes: items\[0\]\./);
  answer = json(200, 'no object');
  expect((await problemOf(api.volumes())).message).toBe('/volumes: not JSON');
});

it('leaves an abort of the caller an abort', async () => {
  const stop = new AbortController();
  answer = () => stop.abort();
  await expect(api.volumes(stop.signal)).rejects.toThrow(/abort/i);
});

it('streams events, resumes by Last-Event-ID, and says when the stream breaks', async () => {
  answer = (_, response) => {
    response.writeHead(200, { 'Content-Type': 'text/event-stream' });
    response.write(': hi\n\nevent: hello\nid: e:7\nda');
    response.write('ta: {"type":"hello","epoch":"e","revision":7}\n\n', () => response.destroy());
  };
  const got: unknown[] = [];
  const told = await problemOf(
    (async () => {
      for await (const one of api.events('e:5', new AbortController().signal)) {
        got.push(one);
      }
    })()
  );
  expect(got).toEqual([{ id: 'e:7', event: { type: 'hello', epoch: 'e', revision: 7 } }]);
  expect(told.kind).toBe('unreachable');
  expect(told.lastContact).toBeInstanceOf(Date);
  expect(seen[0]?.headers['last-event-id']).toBe('e:5');
});

it('ends the stream without an error when it is aborted', async () => {
  answer = (_, response) => {
    response.writeHead(200, { 'Content-Type': 'text/event-stream' });
    response.write('id: e:7\ndata: {"type":"hello","epoch":"e","revision":7}\n\n');
  };
  const stop = new AbortController();
  for await (const { id } of api.events(null, stop.signal)) {
    expect(id).toBe('e:7');
    stop.abort();
  }
  expect(stop.signal.aborted).toBe(true);
});
