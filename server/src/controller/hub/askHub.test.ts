/** Requests over TLS: only to a hub whose certificate the given authorities have signed. */
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { askHub, type HubResponse } from './askHub';

const directory = mkdtempSync(join(tmpdir(), 'datamark-hub-tls-'));
const [key, cert, tokenFile] = ['key.pem', 'cert.pem', 'token'].map(name => join(directory, name)) as [
  string,
  string,
  string
];
const subject = ['-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=127.0.0.1'];
const names = ['-addext', 'subjectAltName=IP:127.0.0.1'];
execFileSync('openssl', ['req', ...subject, ...names, '-keyout', key, '-out', cert], { stdio: 'ignore' });
writeFileSync(tokenFile, 'token-a1\n');

const asked: (string | undefined)[] = [];
const server = createServer({ key: readFileSync(key), cert: readFileSync(cert) }, ({ headers }, response) => {
  asked.push(headers.authorization);
  response.writeHead(200).end('{}');
});

beforeAll(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterAll(() => {
  server.close();
  rmSync(directory, { recursive: true });
});
beforeEach(() => asked.splice(0));

function ask(caFile: string | null, token = tokenFile): Promise<HubResponse> {
  const { port } = server.address() as AddressInfo;
  const hub = { namespace: 'hub', url: `https://127.0.0.1:${port}`, tokenFile: token, caFile };
  return askHub(hub, { method: 'GET', path: '/users/ann', signal: AbortSignal.timeout(10_000) });
}

it('goes to a hub that is known by the given authorities', async () => {
  expect(await ask(cert)).toEqual({ status: 200, text: '{}' });
  expect(asked).toEqual(['token token-a1']);
});

it('sends nothing to one that is not', async () => {
  await expect(ask(null)).rejects.toThrow(/self.signed/);
  expect(asked).toEqual([]);
});

it.each([
  ['is empty', ''],
  ['holds more than one line', 'a\nb']
])('sends nothing where the file %s', async (_, text) => {
  const other = join(directory, 'other');
  writeFileSync(other, text);
  await expect(ask(cert, other)).rejects.toThrow(`${other} holds no token`);
  expect(asked).toEqual([]);
});
