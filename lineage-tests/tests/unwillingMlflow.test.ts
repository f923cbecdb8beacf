/** An MLflow that wants to know who asks, behind a path, and in its bad hours: what is told, and that no secret ever is. */
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { LinkedRun, MlflowStatus, RunsOfSnapshot, SnapshotsOfRun } from '../../contract';
import { waitUntil } from '../../testbed/support/waitUntil';
import { LocalSidecar } from '../support/localSidecar';
import { MlflowProxy } from '../support/mlflowProxy';
import { ADMIN, MlflowServer } from '../support/mlflowServer';

const CANARY = 'canary-5ecret';
const CREDENTIALS = `Basic ${Buffer.from(`${ADMIN.username}:${ADMIN.password}`).toString('base64')}`;
const RIGHT = { kind: 'basic', ...ADMIN };
const EXPIRED = { kind: 'bearer', token: CANARY };

let server: MlflowServer;
let proxy: MlflowProxy;
let sidecar: LocalSidecar;
const answers: string[] = [];

beforeAll(async () => {
  server = await MlflowServer.start({ basicAuth: true });
  proxy = await MlflowProxy.start(server);
  sidecar = await LocalSidecar.make();
}, 300_000);

beforeEach(() => {
  proxy.manner = {};
  proxy.seen.length = 0;
});

afterAll(async () => {
  await sidecar?.[Symbol.asyncDispose]();
  await proxy?.[Symbol.asyncDispose]();
  await server?.[Symbol.asyncDispose]();
}, 60_000);

/** A sidecar that asks by way of the proxy. */
async function asking(auth: object, more: object = {}): Promise<void> {
  await sidecar.kill();
  await sidecar.start({ trackingUri: proxy.address, auth, ...more });
  answers.push(await sidecar.commandLine());
}

async function send<T>(method: string, path: string, body?: object): Promise<T> {
  const answer = await sidecar.send(method, path, body);
  answers.push(JSON.stringify(answer.headers), answer.text);
  return answer.json() as T;
}

const status = (): Promise<MlflowStatus> => send<MlflowStatus>('GET', '/lineage/status');

async function refusal(): Promise<string> {
  const told = await status();
  if (told.state !== 'refuses') {
    throw new Error(`MLflow ${told.state}`);
  }
  return `${told.problem.detail} ${told.problem.next}`;
}

async function create<T>(path: string, body: object): Promise<T> {
  const answer = await fetch(`${server.address}/api/2.0/mlflow/${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: CREDENTIALS },
    body: JSON.stringify(body)
  });
  return (await answer.json()) as T;
}

async function newRun(experiment = '0'): Promise<string> {
  const body = { experiment_id: experiment, start_time: Date.now(), run_name: 'train' };
  return (await create<{ run: { info: { run_id: string } } }>('runs/create', body)).run.info.run_id;
}

test('with the right password, behind a path, a run is linked and leads back to the snapshot', async () => {
  await asking(RIGHT);
  const [{ name, uid }, run] = [await sidecar.snapshot('one'), await newRun()];
  const body = { run, snapshots: [{ name, uid, relation: 'before-run' }] };
  expect(await send<LinkedRun>('POST', '/lineage/links', body)).toMatchObject({ state: 'written', problem: null });
  const back = await send<SnapshotsOfRun>('GET', `/lineage/snapshots?run=${run}`);
  expect(back.snapshots).toMatchObject([{ link: { uid }, now: { state: 'exists' } }]);
  expect(back.run?.link).toBe(`${proxy.address}/#/experiments/0/runs/${run}`);
  expect(proxy.seen.some(({ origin, cookie }) => origin !== undefined || cookie !== undefined)).toBe(false);
});

test('the workspace is told, and a server that has none says so', async () => {
  await asking(RIGHT, { workspace: 'team' });
  expect(await refusal()).toMatch(/has no workspaces.*MLFLOW_WORKSPACE/);
  expect(new Set(proxy.seen.map(headers => headers['x-mlflow-workspace']))).toEqual(new Set(['team']));
});

test('an experiment that is deleted still tells its run', async () => {
  await asking(RIGHT);
  const { experiment_id: experiment } = await create<{ experiment_id: string }>('experiments/create', { name: 'gone' });
  const [{ name, uid }, run] = [await sidecar.snapshot('of a deleted experiment'), await newRun(experiment)];
  const body = { run, snapshots: [{ name, uid, relation: 'before-run' }] };
  expect((await send<LinkedRun>('POST', '/lineage/links', body)).state).toBe('written');
  await create('experiments/delete', { experiment_id: experiment });
  const found = await waitUntil('all is searched', async () => {
    const told = await send<RunsOfSnapshot>('GET', `/lineage/runs?snapshot=${name}`);
    return told.search?.complete === true && told;
  });
  expect(found.runs).toMatchObject([{ match: 'uid', run: { id: run, deleted: true } }]);
});

test.each([
  ['a wrong password', { kind: 'basic', username: ADMIN.username, password: CANARY }],
  ['no password', { kind: 'none' }],
  ['a token that has expired', EXPIRED]
])('with %s that is told', async (_, auth) => {
  await asking(auth);
  expect(await refusal()).toMatch(/does not know who asks.* or these have expired.*Set new credentials/);
});

test('a link that an expired token keeps from MLflow waits for another one', async () => {
  await asking(EXPIRED);
  const [{ name, uid }, run] = [await sidecar.snapshot('expired'), await newRun()];
  const body = { run, snapshots: [{ name, uid, relation: 'exact' }] };
  expect(await send<LinkedRun>('POST', '/lineage/links', body)).toMatchObject({
    state: 'waiting',
    problem: { detail: expect.stringContaining('who asks') as unknown }
  });
});

test('the check of hosts is told with what mends it', async () => {
  await asking(RIGHT);
  proxy.manner = { host: 'mlflow.team.svc:5000' };
  const told = await refusal();
  expect(told).toContain('takes no requests for this host name');
  expect(told).toContain(`--allowed-hosts "127.0.0.1:${proxy.port}"`);
});

test.each([
  [{ status: 429, headers: { 'retry-after': '7' } }, 'takes no more requests for now'],
  [{ status: 503, body: '{"error_code":"TEMPORARILY_UNAVAILABLE","message":"later"}' }, 'not available for now'],
  [{ status: 502, body: '<html>' }, 'not available for now'],
  [{ status: 200, body: '<html>login</html>' }, 'is not MLflow'],
  [{ status: 302, headers: { location: 'http://elsewhere.invalid/' } }, 'answers with status 302'],
  [{ status: 404, body: 'nothing' }, 'does not know this call'],
  [{ status: 403, body: '{"error_code":"PERMISSION_DENIED","message":"not yours"}' }, 'not yours']
])('%j is told apart', async (answer, words) => {
  await asking(RIGHT);
  proxy.manner = { answer };
  expect(await refusal()).toContain(words);
});

test('an MLflow that does not answer in time, and one that is not there, are told', async () => {
  await asking(RIGHT, { timeoutMs: 300 });
  proxy.manner = { silent: true };
  expect(await refusal()).toContain('does not answer within 0.3 s');
  await sidecar.kill();
  await sidecar.start({ trackingUri: 'http://127.0.0.1:9/', auth: RIGHT });
  expect(await refusal()).toContain('can’t be reached (ECONNREFUSED)');
});

test('the pod’s token is read anew for each request, and its namespace is the workspace', async () => {
  const [tokenFile, namespaceFile] = [join(sidecar.kernels, 'token'), join(sidecar.kernels, 'namespace')];
  await writeFile(namespaceFile, 'team-a\n');
  await writeFile(tokenFile, `${CANARY}-1\n`);
  await asking({ kind: 'kubernetes-namespaced', tokenFile, namespaceFile });
  await status();
  await writeFile(tokenFile, `${CANARY}-2\n`);
  await status();
  const sent = proxy.seen.map(headers => `${headers.authorization} in ${headers['x-mlflow-workspace']}`);
  // A link that waits is tried besides.
  expect([...new Set(sent)]).toEqual([`Bearer ${CANARY}-1 in team-a`, `Bearer ${CANARY}-2 in team-a`]);
  await asking({ kind: 'kubernetes', tokenFile: join(sidecar.kernels, 'none') });
  expect(await refusal()).toContain('can’t be read (ENOENT)');
});

test('a certificate counts only if its authority is known', async () => {
  const [key, cert] = [join(sidecar.kernels, 'key'), join(sidecar.kernels, 'cert')];
  const subject = ['-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=127.0.0.1'];
  const names = ['-addext', 'subjectAltName=IP:127.0.0.1'];
  execFileSync('openssl', ['req', ...subject, ...names, '-keyout', key, '-out', cert], { stdio: 'ignore' });
  const secure = createServer({ key: await readFile(key), cert: await readFile(cert) }, (_, answer) => {
    answer.writeHead(200, { 'content-type': 'application/json' }).end('{}');
  });
  await once(secure.listen(0, '127.0.0.1'), 'listening');
  const trackingUri = `https://127.0.0.1:${(secure.address() as AddressInfo).port}`;
  try {
    await sidecar.kill();
    await sidecar.start({ trackingUri, caFile: cert });
    expect(await status()).toEqual({ state: 'answers', server: trackingUri });
    await sidecar.kill();
    await sidecar.start({ trackingUri });
    expect(await refusal()).toContain('can’t be reached (DEPTH_ZERO_SELF_SIGNED_CERT)');
  } finally {
    secure.close();
    secure.closeAllConnections();
  }
});

test('no password, token or header of them is in any answer, log, command line or file of all that', async () => {
  const kept = await textsBelow(sidecar.volume);
  const told = [...answers, sidecar.log, ...kept].join('\n');
  expect(sidecar.log).toContain('listening');
  expect(kept.join()).toContain('runNote');
  for (const secret of [CANARY, ADMIN.password, CREDENTIALS.slice('Basic '.length)]) {
    expect(told.includes(secret)).toBe(false);
  }
});

async function textsBelow(folder: string): Promise<string[]> {
  const files = await readdir(folder, { recursive: true, withFileTypes: true });
  return Promise.all(files.filter(one => one.isFile()).map(one => readFile(join(one.parentPath, one.name), 'utf8')));
}
