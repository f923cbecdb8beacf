/** The client before the emulator: pages, accounts, trust, and each kind of failure. */
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { OntapEmulator } from '../../../../testbed/ontap/ontapEmulator';
import { OntapClient } from './ontapClient';
import { OntapSettings } from './ontapSettings';

// Certificates are made for each test.
jest.setTimeout(120_000);

let emulator: OntapEmulator;
const clients: OntapClient[] = [];

beforeEach(async () => {
  emulator = new OntapEmulator();
  await emulator.start();
});
afterEach(async () => {
  await Promise.all(clients.splice(0).map(client => client.dispose()));
  await emulator.stop();
});

const file = (name: string): string => join(emulator.certificates.folder, name);

async function secret(name: string, text: string): Promise<string> {
  await writeFile(file(name), text);
  return file(name);
}

async function opened(settings: object = {}, jobDeadlineMs?: number): Promise<OntapClient> {
  const [usernameFile, passwordFile] = [await secret('user', 'admin\n'), await secret('password', 'admin-password\n')];
  const read = OntapSettings.parse({
    name: 'one',
    address: emulator.url,
    caFile: file('ca.crt'),
    auth: { kind: 'basic', usernameFile, passwordFile },
    timeoutMs: 20_000,
    ...settings
  });
  const client = new OntapClient({
    settings: read,
    userAgent: 'test',
    ...(jobDeadlineMs === undefined ? {} : { jobDeadlineMs })
  });
  clients.push(client);
  return client;
}

it('lists 5,000 relationships in at most 12 requests', async () => {
  for (let index = 0; index < 5_000; index++) {
    emulator.addRelationship({ source: `src:v${index}`, destination: `dst:v${index}` });
  }
  const client = await opened();

  const { items } = await client.relationships();

  expect(new Set(items.map(({ destination }) => destination?.path)).size).toBe(5_000);
  expect(emulator.requests.length).toBeLessThanOrEqual(12);
  expect(items[0]).toMatchObject({ state: 'snapmirrored', healthy: true, lag_time: expect.stringMatching(/^P/) });
});

describe('an account', () => {
  it('is read from its files for each call', async () => {
    const client = await opened();
    await secret('password', 'wrong');
    await expect(client.relationships()).rejects.toMatchObject({ failure: 'unauthenticated' });

    await secret('password', 'admin-password');

    await expect(client.relationships()).resolves.toMatchObject({ items: [] });
  });

  it('can be a client certificate', async () => {
    const auth = { kind: 'certificate', certFile: file('client.crt'), keyFile: file('client.key') };
    const client = await opened({ auth });

    await client.relationships();

    expect(emulator.requests[0]?.account).toBe('certificate-user');
  });

  it('can be an OAuth token', async () => {
    const tokenFile = await secret('token', 'eyJhbGciOiJub25lIn0=.eyJzdWIiOiJvYXV0aC11c2VyIn0=.c2ln\n');
    const client = await opened({ auth: { kind: 'bearer', tokenFile } });

    await client.relationships();

    expect(emulator.requests[0]?.account).toBe('oauth-user');
  });

  it('that may only read is told which right is missing', async () => {
    const { uuid } = emulator.addRelationship({ source: 'src:a', destination: 'dst:a' });
    const client = await opened();
    await secret('user', 'status');
    await secret('password', 'status-password');

    await expect(client.startTransfer(uuid)).rejects.toMatchObject({
      failure: 'forbidden',
      message: expect.stringContaining(`create on /api/snapmirror/relationships/${uuid}/transfers`)
    });
    await expect(client.schedules()).rejects.toMatchObject({ failure: 'forbidden' });
    await expect(client.relationships()).resolves.toMatchObject({ items: [{ uuid }] });
  });
});

describe('nothing is sent', () => {
  it.each(['foreign', 'otherHost'] as const)('to a storage whose certificate is %s', async which => {
    emulator.showCertificate(which);
    const client = await opened();

    await expect(client.relationships()).rejects.toMatchObject({ failure: 'tls' });
    expect(emulator.requests).toEqual([]);
  });

  it.each([
    ['is not there', null],
    ['is empty', ''],
    ['holds no certificate', 'hello']
  ])('where the file of the authority %s', async (_, text) => {
    const caFile = text === null ? file('nothing.crt') : await secret('other.crt', text);
    const client = await opened({ caFile });

    await expect(client.relationships()).rejects.toMatchObject({ failure: 'settings' });
    expect(emulator.requests).toEqual([]);
  });

  it('to where a redirect leads', async () => {
    const seen: string[] = [];
    const { cert, key } = emulator.certificates.server;
    const server: Server = createServer({ cert, key }, ({ url = '' }, response) => {
      seen.push(url);
      response.writeHead(302, { location: `${emulator.url}/api/snapmirror/relationships` }).end();
    });
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    const client = await opened({ address: `https://127.0.0.1:${(server.address() as AddressInfo).port}` });

    await expect(client.relationships()).rejects.toMatchObject({ failure: 'redirected' });

    expect(seen).toHaveLength(1);
    expect(emulator.requests).toEqual([]);
    server.closeAllConnections();
    server.close();
  });
});

it.each([
  [{ status: 401 }, 'unauthenticated'],
  [{ status: 403 }, 'forbidden'],
  [{ status: 404 }, 'unexpected-answer'],
  [{ status: 409 }, 'busy'],
  [{ status: 400 }, 'refused'],
  [{ status: 500 }, 'unavailable'],
  [{ status: 503 }, 'unavailable'],
  [{ notJson: true }, 'unexpected-answer'],
  [{ cut: 'before' }, 'unreachable']
] as const)('tells %j apart: %s', async (fault, failure) => {
  emulator.fail(fault);
  const client = await opened();

  await expect(client.relationships()).rejects.toMatchObject({ failure });
});

it.each([
  [{ status: 404 }, 'not-found'],
  [{ status: 400, code: '4', message: 'entry doesn’t exist' }, 'not-found'],
  [{ status: 404, text: '<html></html>' }, 'unexpected-answer']
] as const)('tells of one relationship that is answered with %j: %s', async (fault, failure) => {
  const { uuid } = emulator.addRelationship({ source: 'src:a', destination: 'dst:a' });
  emulator.fail(fault);

  await expect((await opened()).relationship(uuid)).rejects.toMatchObject({ failure });
});

it('takes a list that says that it is empty', async () => {
  emulator.fail({ status: 200, text: '{"num_records": 0}' });

  await expect((await opened()).relationships()).resolves.toMatchObject({ items: [] });
});

it('tells when a storage wants to be asked again', async () => {
  emulator.fail({ status: 429, retryAfter: '7' });

  await expect((await opened()).relationships()).rejects.toMatchObject({
    failure: 'rate-limited',
    retryAfterMs: 7_000
  });
});

it('gives up at its deadline', async () => {
  emulator.fail({ hang: true });

  await expect((await opened({ timeoutMs: 50 })).relationships()).rejects.toMatchObject({ failure: 'timeout' });
});

it('reads codes that are numbers', async () => {
  emulator.codes = 'number';
  emulator.fail({ status: 409, code: '13303822', message: 'Modification in progress.' });

  await expect((await opened()).relationships()).rejects.toMatchObject({ failure: 'busy', code: '13303822' });
});

it('leaves backups of FSx for ONTAP out', async () => {
  emulator.addRelationship({ source: 'src:a', destination: 'dst:a' });
  emulator.addRelationship({
    source: 'dst:a',
    destination: 'dst:b',
    overrides: { destination: { path: 'amazon-fsx-ontap-backup-1:/objstore/0c-1_rst' } }
  });

  const { items } = await (await opened()).relationships();

  expect(items.map(({ destination }) => destination?.path)).toEqual(['dst:a']);
});

describe('a change that a job carries out', () => {
  it('is done when the job is', async () => {
    const { uuid } = emulator.addRelationship({ source: 'src:a', destination: 'dst:a' });

    await expect((await opened()).setState(uuid, 'broken_off')).resolves.toBe('done');
  });

  it('fails with the words of the job', async () => {
    const { uuid } = emulator.addRelationship({ source: 'src:a', destination: 'dst:a' });
    emulator.failJobs({ code: '13303808', message: 'Break failed.' });

    await expect((await opened()).setState(uuid, 'broken_off')).rejects.toMatchObject({
      failure: 'job-failed',
      code: '13303808',
      told: 'Break failed.'
    });
  });

  it('is under way where the job takes longer than is waited', async () => {
    const { uuid } = emulator.addRelationship({ source: 'src:a', destination: 'dst:a' });
    emulator.jobs.seconds = 3_600;

    await expect((await opened({}, 100)).setState(uuid, 'broken_off')).resolves.toBe('under-way');
  });
});
