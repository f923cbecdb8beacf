/**
 * An emulated ONTAP with many relationships as a process. argv: how many. Writes one line of JSON when it listens, with the
 * folder of its certificates (tls.crt and tls.key are its own); for each line that it reads, how many requests came so far
 * and how many lists were begun. Ends with its standard input.
 */
import { writeFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { join } from 'node:path';
import { OntapEmulator } from '../../testbed/ontap/ontapEmulator';
import { destinationOf, sourceOf } from './mirrorNames';

const RELATIONSHIPS = '/api/snapmirror/relationships';
/** Of every page but the first. */
const LATER_PAGE = /[?&]start\.index=/;

const emulator = new OntapEmulator();
const count = Number(process.argv[2]);
for (let number = 0; number < count; number += 1) {
  emulator.addRelationship({
    source: sourceOf(number),
    destination: destinationOf(number),
    sourceCluster: 'production',
    schedule: 'hourly',
    exported: { ageSeconds: number % 3600 }
  });
}
await emulator.start();

const tell = (line: unknown): void => void process.stdout.write(`${JSON.stringify(line)}\n`);
const { folder, server } = emulator.certificates;
await Promise.all([writeFile(join(folder, 'tls.crt'), server.cert), writeFile(join(folder, 'tls.key'), server.key)]);
tell({ url: emulator.url, port: emulator.port, folder });

for await (const line of createInterface({ input: process.stdin })) {
  const lists = emulator.requests.filter(({ path }) => path.split('?')[0] === RELATIONSHIPS);
  const begun = lists.filter(({ path }) => !LATER_PAGE.test(path));
  tell({ asked: line, requests: emulator.requests.length, polls: begun.length });
}
await emulator.stop();
