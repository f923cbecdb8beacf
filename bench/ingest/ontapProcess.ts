/**
 * An emulated ONTAP with many relationships as a process. argv: how many. Writes one line of JSON when it listens, with the
 * folder of its certificates (tls.crt and tls.key are its own); for each line that it reads, how many requests came so far,
 * how many lists were begun, and how many transfers have ended: one of the first mirror ends with each line `transfer`.
 * Ends with its standard input.
 */
import { writeFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { join } from 'node:path';
import { OntapEmulator } from '../../testbed/ontap/ontapEmulator';
import { destinationOf, sourceOf } from './mirrorNames';

const RELATIONSHIPS = '/api/snapmirror/relationships';
/** Of every page but the first. */
const LATER_PAGE = /[?&]start\.index=/;

const FAILED = { code: '6619631', message: 'Source is gone.' };

const emulator = new OntapEmulator();
const count = Number(process.argv[2]);
const mirrors = Array.from({ length: count }, (_, number) =>
  emulator.addRelationship({
    source: sourceOf(number),
    destination: destinationOf(number),
    sourceCluster: 'production',
    // Those of the first end when they are asked for.
    schedule: number === 0 ? null : 'hourly',
    exported: { ageSeconds: number % 3600 }
  })
);
await emulator.start();

const tell = (line: unknown): void => void process.stdout.write(`${JSON.stringify(line)}\n`);
const { folder, server } = emulator.certificates;
await Promise.all([writeFile(join(folder, 'tls.crt'), server.cert), writeFile(join(folder, 'tls.key'), server.key)]);
tell({ url: emulator.url, port: emulator.port, folder });

let transfers = 0;

/** Transfer n moves n bytes; every second one fails, so that the mirror is unhealthy until the next has ended. */
async function endTransfer(): Promise<void> {
  const [changing] = mirrors;
  if (changing === undefined) {
    throw new Error('there is no mirror');
  }
  transfers += 1;
  const fails = transfers % 2 === 0;
  if (fails) {
    emulator.failTransfers(FAILED, { mirror: changing.uuid });
  }
  // One that fails does so half way.
  changing.bytesPerTransfer = fails ? 2 * transfers : transfers;
  await changing.begin('update', emulator.clock.now());
  await emulator.advance(1);
}

for await (const line of createInterface({ input: process.stdin })) {
  if (line === 'transfer') {
    await endTransfer();
  }
  const lists = emulator.requests.filter(({ path }) => path.split('?')[0] === RELATIONSHIPS);
  const begun = lists.filter(({ path }) => !LATER_PAGE.test(path));
  tell({ asked: line, requests: emulator.requests.length, polls: begun.length, transfers });
}
await emulator.stop();
