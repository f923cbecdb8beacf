/**
 * Datamark’s client of an ONTAP as a process. argv: the settings of the storage as JSON, and how often it lists all
 * relationships. Writes one line of JSON: how many there are, and the seconds of each list, the connection in the first.
 */
import { OntapClient } from '../../server/src/ingest/ontap/ontapClient';
import { OntapSettings } from '../../server/src/ingest/ontap/ontapSettings';

const [settings = '', rounds = ''] = process.argv.slice(2);
const client = new OntapClient({ settings: OntapSettings.parse(JSON.parse(settings)), userAgent: 'datamark-bench' });
const seconds: number[] = [];
let items = 0;
for (let round = 0; round < Number(rounds); round += 1) {
  const started = performance.now();
  items = (await client.relationships()).items.length;
  seconds.push((performance.now() - started) / 1000);
}
await client.dispose();
process.stdout.write(`${JSON.stringify({ items, seconds })}\n`);
