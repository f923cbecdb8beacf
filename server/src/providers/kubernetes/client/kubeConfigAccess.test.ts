/** How the client finds its way in: kubeconfigs of every kind, the pod's own account, and tokens that change. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { ApiServer } from '../../../testing/apiServer';
import type { Credentials } from './apiAccess';
import { configurationSource } from './configurationSource';
import { createKubernetesApi } from './createKubernetesApi';
import { KubeConfigAccess } from './kubeConfigAccess';
import type { KubernetesApi } from './kubernetesApi';

let directory: string;
let server: ApiServer;
const opened: KubernetesApi[] = [];

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'datamark-access-'));
  server = await ApiServer.start();
});
afterEach(async () => {
  await Promise.all(opened.splice(0).map(api => api.dispose()));
  await server.stop();
  rmSync(directory, { recursive: true });
});

/** Writes a file and returns its path. */
function file(name: string, text: string): string {
  const path = join(directory, name);
  writeFileSync(path, text);
  return path;
}

interface Described {
  readonly cluster?: object;
  readonly user?: object;
  readonly context?: object;
  readonly name?: string;
}

/** A kubeconfig; JSON is YAML. */
function kubeconfig({ cluster = {}, user = {}, context = {}, name = 'main' }: Described, fileName = name): string {
  return file(
    fileName,
    JSON.stringify({
      apiVersion: 'v1',
      kind: 'Config',
      'current-context': name,
      clusters: [{ name, cluster: { server: server.url, ...cluster } }],
      users: [{ name, user }],
      contexts: [{ name, context: { cluster: name, user: name, ...context } }]
    })
  );
}

const accessTo = (environment: Record<string, string>, root?: string): KubeConfigAccess =>
  new KubeConfigAccess(configurationSource(environment, root));

function apiFor(access: KubeConfigAccess): KubernetesApi {
  const api = createKubernetesApi({ access });
  opened.push(api);
  return api;
}

const ask = (api: KubernetesApi): Promise<unknown> => api.request({ path: '/version', schema: z.looseObject({}) });
const credentials = (access: KubeConfigAccess, refused: Credentials | null = null): Promise<Credentials> =>
  access.credentials(refused, new AbortController().signal);

/** A pod's account below the directory. */
function podAccount(token: string | null): void {
  const folder = 'var/run/secrets/kubernetes.io/serviceaccount';
  mkdirSync(join(directory, folder), { recursive: true });
  file(`${folder}/namespace`, 'ann-space\n');
  file(`${folder}/ca.crt`, 'CERTIFICATE');
  if (token !== null) {
    file(`${folder}/token`, token);
  }
}

describe('which configuration is used', () => {
  it('is KUBECONFIG before the pod’s account before ~/.kube/config', () => {
    mkdirSync(join(directory, '.kube'));
    const home = file('.kube/config', '{}');
    const all = { KUBECONFIG: '/a:/b', KUBERNETES_SERVICE_HOST: '10.0.0.1', HOME: directory };
    expect(configurationSource(all)).toEqual({ kind: 'files', files: ['/a', '/b'] });
    expect(configurationSource({ ...all, KUBECONFIG: '' })).toMatchObject({
      kind: 'pod',
      server: 'https://10.0.0.1:443'
    });
    expect(configurationSource({ HOME: directory })).toEqual({ kind: 'files', files: [home] });
    expect(configurationSource({ HOME: '/nonexistent' })).toEqual({ kind: 'none' });
  });

  it('takes an IPv6 address of the API server', async () => {
    podAccount('t');
    const access = accessTo({ KUBERNETES_SERVICE_HOST: 'fd00::1', KUBERNETES_SERVICE_PORT: '6443' }, directory);
    expect(access.server).toBe('[fd00::1]:6443');
    expect((await credentials(access)).server.href).toBe('https://[fd00::1]:6443/');
  });

  it('is the first that names a thing, of several kubeconfigs', async () => {
    const first = kubeconfig({ user: { token: 'first' }, context: { namespace: 'one' } }, 'a');
    const second = kubeconfig({ user: { token: 'second' }, context: { namespace: 'two' } }, 'b');
    const access = accessTo({ KUBECONFIG: `${first}:${second}` });
    expect(access.namespace).toBe('one');
    expect((await credentials(access)).headers).toEqual({ authorization: 'Bearer first' });
  });
});

it('assumes no namespace where nothing is configured, and that of kubectl where a kubeconfig names none', () => {
  expect(accessTo({ HOME: '/nonexistent' }).namespace).toBeNull();
  expect(accessTo({ KUBECONFIG: join(directory, 'nothing') }).namespace).toBeNull();
  expect(accessTo({ KUBECONFIG: kubeconfig({}) }).namespace).toBe('default');
});

describe('the pod’s own account', () => {
  const environment = { KUBERNETES_SERVICE_HOST: '10.0.0.1', KUBERNETES_SERVICE_PORT: '443' };

  it('gives namespace, certificate and token', async () => {
    podAccount('secret\n');
    const access = accessTo(environment, directory);
    expect(access.namespace).toBe('ann-space');
    const { headers, tls } = await credentials(access);
    expect(headers).toEqual({ authorization: 'Bearer secret' });
    expect(tls.ca?.toString()).toBe('CERTIFICATE');
    expect(tls.rejectUnauthorized).not.toBe(false);
  });

  it('says that there is no token, and takes it once it is there', async () => {
    const access = accessTo(environment, directory);
    await expect(credentials(access)).rejects.toMatchObject({ status: 0, reason: 'NoToken' });
    expect(access.namespace).toBeNull();
    podAccount(null);
    await expect(credentials(access)).rejects.toMatchObject({ status: 0, reason: 'NoToken' });
    podAccount('late');
    expect((await credentials(access)).headers).toEqual({ authorization: 'Bearer late' });
  });

  it('is read again when its token was replaced, and its connections are kept', async () => {
    podAccount('old');
    const access = accessTo(environment, directory);
    const before = await credentials(access);
    expect(await credentials(access)).toBe(before);
    podAccount('newer');
    const after = await credentials(access);
    expect(after.headers).toEqual({ authorization: 'Bearer newer' });
    expect(after.connectionKey).toBe(before.connectionKey);
  });

  it('gets new connections when the certificate was replaced', async () => {
    podAccount('token');
    const access = accessTo(environment, directory);
    const before = await credentials(access);
    file('var/run/secrets/kubernetes.io/serviceaccount/ca.crt', 'ANOTHER');
    const after = await credentials(access);
    expect(after.connectionKey).not.toBe(before.connectionKey);
    expect(after.tls.ca?.toString()).toBe('ANOTHER');
  });
});

describe('a kubeconfig', () => {
  it('lets in with a token file, which wins over a token and may be replaced', async () => {
    server.token = 'one';
    const tokenFile = file('token', 'one\n');
    const api = apiFor(accessTo({ KUBECONFIG: kubeconfig({ user: { token: 'unused', tokenFile: 'token' } }) }));
    await ask(api);
    server.token = 'another';
    writeFileSync(tokenFile, 'another\n');
    await ask(api);
    expect(server.requests.map(({ authorization }) => authorization)).toEqual(['Bearer one', 'Bearer another']);
  });

  it('lets in with a command, which runs again when its token is refused', async () => {
    server.token = 'token-1';
    const counter = join(directory, 'runs');
    const script = `
      const { appendFileSync, readFileSync } = require('node:fs');
      const info = JSON.parse(process.env.KUBERNETES_EXEC_INFO);
      appendFileSync(${JSON.stringify(counter)}, 'x');
      const token = process.env.PREFIX + readFileSync(${JSON.stringify(counter)}, 'utf8').length;
      console.log(JSON.stringify({ apiVersion: info.apiVersion, kind: info.kind, status: { token } }));
    `;
    const exec = {
      apiVersion: 'client.authentication.k8s.io/v1',
      command: process.execPath,
      args: ['-e', script],
      env: [{ name: 'PREFIX', value: 'token-' }]
    };
    const api = apiFor(accessTo({ KUBECONFIG: kubeconfig({ user: { exec } }) }));
    await Promise.all([ask(api), ask(api)]);
    server.token = 'token-2';
    await Promise.all([ask(api), ask(api)]);
    expect(new Set(server.requests.map(({ authorization }) => authorization))).toEqual(
      new Set(['Bearer token-1', 'Bearer token-2'])
    );
  });

  it('says why its command failed', async () => {
    const failing = { command: process.execPath, args: ['-e', 'console.error("log in first"); process.exit(1)'] };
    const access = accessTo({ KUBECONFIG: kubeconfig({ user: { exec: failing } }, 'failing') });
    await expect(credentials(access)).rejects.toMatchObject({ reason: 'AuthenticationFailed' });
    await expect(credentials(access)).rejects.toThrow('log in first');
    const missing = accessTo({
      KUBECONFIG: kubeconfig({ user: { exec: { command: '/no/such/command' } } }, 'missing')
    });
    await expect(credentials(missing)).rejects.toThrow('/no/such/command');
  });

  it('gives client certificates, the name of the server, and no check where it says so', async () => {
    const data = (text: string): string => Buffer.from(text).toString('base64');
    file('ca.pem', 'CA');
    const path = kubeconfig({
      cluster: {
        server: 'https://127.0.0.1:6443',
        'certificate-authority': 'ca.pem',
        'tls-server-name': 'api.example.org'
      },
      user: { 'client-certificate-data': data('CERT'), 'client-key-data': data('KEY'), as: 'somebody' }
    });
    const { tls, headers } = await credentials(accessTo({ KUBECONFIG: path }));
    expect([tls.ca, tls.cert, tls.key].map(String)).toEqual(['CA', 'CERT', 'KEY']);
    expect(tls.servername).toBe('api.example.org');
    expect(headers).toEqual({ 'impersonate-user': 'somebody' });
    const insecure = kubeconfig({ cluster: { 'insecure-skip-tls-verify': true } }, 'insecure');
    expect((await credentials(accessTo({ KUBECONFIG: insecure }))).tls.rejectUnauthorized).toBe(false);
  });

  it('goes through a proxy and below a path', async () => {
    const cluster = {
      server: 'https://rancher.example.org/k8s/clusters/c-1',
      'proxy-url': 'http://proxy.example.org:3128'
    };
    const { proxy, server: address } = await credentials(accessTo({ KUBECONFIG: kubeconfig({ cluster }) }));
    expect(proxy?.host).toBe('proxy.example.org:3128');
    expect(address.pathname).toBe('/k8s/clusters/c-1');
    const socks = accessTo({ KUBECONFIG: kubeconfig({ cluster: { 'proxy-url': 'socks5://proxy:1080' } }, 'socks') });
    await expect(credentials(socks)).rejects.toMatchObject({ reason: 'InvalidConfiguration' });
  });

  it.each([
    ['is not there', () => join(directory, 'nothing')],
    ['is not YAML', () => file('text', '{{{')],
    [
      'names no cluster',
      () => file('none', JSON.stringify({ 'current-context': 'x', contexts: [], clusters: [], users: [] }))
    ],
    ['names a certificate that is not there', () => kubeconfig({ cluster: { 'certificate-authority': 'gone.pem' } })]
  ])('says so when it %s, and is taken once it is mended', async (_, make) => {
    const path = make();
    const access = accessTo({ KUBECONFIG: path });
    await expect(credentials(access)).rejects.toMatchObject({ status: 0, reason: 'InvalidConfiguration' });
    kubeconfig({ user: { token: 'mended' } }, path.slice(directory.length + 1));
    expect((await credentials(access)).headers).toEqual({ authorization: 'Bearer mended' });
  });
});
