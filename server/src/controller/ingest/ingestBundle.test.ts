/** The controller as it is shipped: one file, started as a process, with ingest and without it. */
import { once } from 'node:events';
import { cp, writeFile } from 'node:fs/promises';
import { request, type RequestOptions } from 'node:https';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { makeCertificates, type EmulatorCertificates } from '../../../../testbed/ontap/emulatorCertificates';
import { ApiServer } from '../../testing/apiServer';
import { BundledSidecar, type RunningSidecar } from '../../testing/bundledSidecar';
import { until } from '../../testing/until';

jest.setTimeout(120_000);

const CANARY = 'canary-of-the-storage';
let bundled: BundledSidecar;
let certificates: EmulatorCertificates;
let api: ApiServer;

beforeAll(async () => {
  [bundled, certificates, api] = await Promise.all([
    BundledSidecar.build(),
    makeCertificates('client'),
    ApiServer.start()
  ]);
});
afterAll(async () => {
  await bundled.remove();
  await Promise.all([certificates.dispose(), api.stop()]);
});

const file = (name: string): string => join(bundled.directory, name);

/** One that nothing listens on now. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

interface Started {
  readonly running: RunningSidecar;
  metrics(): Promise<string>;
}

async function start(settings: object): Promise<Started> {
  const named = { name: 'test' };
  const kubeconfig = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'test',
    clusters: [{ ...named, cluster: { server: api.url } }],
    users: [{ ...named, user: { token: 'own' } }],
    contexts: [{ ...named, context: { cluster: 'test', user: 'test', namespace: 'datamark' } }]
  };
  await writeFile(file('kubeconfig'), JSON.stringify(kubeconfig));
  const port = await freePort();
  const given = { image: 'controller', port, kubeconfig: file('kubeconfig'), ...settings };
  const environment = { DATAMARK_CONTROLLER: JSON.stringify(given) };
  const running = bundled.run(['controller'], { configuration: null, environment });
  const metrics = async (): Promise<string> => {
    const answer = await fetch(`http://127.0.0.1:${port}/metrics`, { signal: AbortSignal.timeout(5_000) });
    return answer.text();
  };
  await until(async () => (await metrics().catch(() => '')) !== '', 60_000);
  return { running, metrics };
}

async function stopped({ running }: Started): Promise<{ code: number | null; stderr: string }> {
  running.process.kill('SIGTERM');
  return running.ended;
}

function ask(port: number, headers: RequestOptions['headers']): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const where = { host: '127.0.0.1', port, path: '/v1/mirrors', ca: certificates.ca, headers, timeout: 20_000 };
    const sent = request(where, response => {
      let body = '';
      response.setEncoding('utf8').on('data', (text: string) => (body += text));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body }));
    });
    sent.on('timeout', () => sent.destroy(new Error('no answer')));
    sent.on('error', reject).end();
  });
}

it('serves ingest where it is set up, and ends in peace', async () => {
  const ingestPort = await freePort();
  const { server, folder } = certificates;
  await Promise.all([
    writeFile(file('tls.crt'), server.cert),
    writeFile(file('tls.key'), server.key),
    writeFile(file('username'), 'admin'),
    writeFile(file('password'), CANARY),
    cp(join(folder, 'ca.crt'), file('ca.crt'))
  ]);
  const auth = { kind: 'basic', usernameFile: file('username'), passwordFile: file('password') };
  const storage = { name: 'one', address: 'https://127.0.0.1:1', caFile: file('ca.crt'), auth };
  const started = await start({
    logLevel: 'debug',
    ingest: { port: ingestPort, certificateDir: bundled.directory, storages: [storage] }
  });
  await until(async () => (await ask(ingestPort, {}).catch(() => null)) !== null, 30_000);

  const without = await ask(ingestPort, {});
  // The stand-in reviews no tokens, so nobody can be told who this is.
  const unknown = await ask(ingestPort, { authorization: 'Bearer token-of-somebody' });
  const metrics = await started.metrics();
  const { code, stderr } = await stopped(started);

  expect([without.status, unknown.status]).toEqual([401, 503]);
  expect(metrics).toContain('datamark_controller_info');
  expect(metrics).toContain('datamark_ingest_polls_total{storage="one"} 0');
  expect(code).toBe(0);
  expect(stderr).toContain('telling servers of mirrors');
  for (const secret of [CANARY, Buffer.from(`admin:${CANARY}`).toString('base64'), 'token-of-somebody']) {
    expect(`${stderr}${unknown.body}${metrics}`).not.toContain(secret);
  }
});

it('has nothing of it where it is not', async () => {
  const started = await start({});

  const metrics = await started.metrics();
  const { code, stderr } = await stopped(started);

  expect(metrics).not.toContain('datamark_ingest');
  expect(stderr).not.toContain('mirrors');
  expect(code).toBe(0);
});
