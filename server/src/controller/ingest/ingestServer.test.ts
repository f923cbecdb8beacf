/** The certificate of the endpoint comes and changes while it runs. */
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import type { Server } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, type PeerCertificate } from 'node:tls';
import {
  makeCertificates,
  type Certificate,
  type EmulatorCertificates
} from '../../../../testbed/ontap/emulatorCertificates';
import { memoryLog, type LogLine } from '../../testing/testSidecar';
import { ingestServer } from './ingestServer';

let made: EmulatorCertificates;
let certificateDir: string;
let server: Server;
const log: LogLine[] = [];

beforeAll(async () => {
  made = await makeCertificates('client');
});
afterAll(() => made.dispose());

beforeEach(async () => {
  certificateDir = await mkdtemp(join(tmpdir(), 'datamark-endpoint-'));
  log.splice(0);
});
afterEach(async () => {
  server.close();
  server.closeAllConnections();
  await rm(certificateDir, { recursive: true });
});

async function open(): Promise<void> {
  server = ingestServer((_request, response) => void response.end('ok'), {
    certificateDir,
    log: memoryLog(log),
    lookMs: 0
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
}

async function place({ cert, key }: Certificate): Promise<void> {
  await Promise.all([
    writeFile(join(certificateDir, 'tls.crt'), cert),
    writeFile(join(certificateDir, 'tls.key'), key)
  ]);
}

/** Common name that it shows now. */
async function shown(): Promise<string> {
  const { port } = server.address() as AddressInfo;
  const socket = connect({ host: '127.0.0.1', port, rejectUnauthorized: false });
  try {
    await once(socket, 'secureConnect');
    const { subject }: PeerCertificate = socket.getPeerCertificate();
    return String(subject.CN);
  } finally {
    socket.destroy();
  }
}

it('is the one that lies there at the next connection', async () => {
  await place(made.server);
  await open();
  expect(await shown()).toBe('127.0.0.1');

  await place(made.otherHost);

  expect(await shown()).toBe('ontap.example');
});

it('is missed in the log until it is there', async () => {
  await open();
  await expect(shown()).rejects.toThrow();
  expect(log.some(({ level, message }) => level === 'error' && message.includes('certificate'))).toBe(true);

  await place(made.server);

  expect(await shown()).toBe('127.0.0.1');
});

it('stays where the new one does not fit its key', async () => {
  await place(made.server);
  await open();

  await place({ cert: made.otherHost.cert, key: made.client.key });

  expect(await shown()).toBe('127.0.0.1');
});
