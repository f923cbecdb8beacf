/**
 * The controller’s endpoint for mirrors as a process, before a cluster in memory. argv: settings of ingest as JSON. Writes one
 * line of JSON with its port; for each line that it reads, the CPU that it has used so far, s. Ends with its standard input.
 */
import { createInterface } from 'node:readline';
import { Ingest } from '../../server/src/controller/ingest/ingest';
import { IngestSettings } from '../../server/src/controller/ingest/ingestSettings';
import { openLog } from '../../server/src/log';
import { ClusterInMemory } from './clusterInMemory';

const log = openLog('warn');
const api = new ClusterInMemory();
const settings = IngestSettings.parse(JSON.parse(process.argv[2] ?? ''));
const ingest = new Ingest({ api, settings, namespaces: null, log: log.log });

const tell = (line: unknown): void => void process.stdout.write(`${JSON.stringify(line)}\n`);
tell({ port: await ingest.start() });

for await (const asked of createInterface({ input: process.stdin })) {
  const { user, system } = process.cpuUsage();
  tell({ asked, cpuSeconds: (user + system) / 1e6, clusterCalls: api.calls });
}
await ingest.stop();
await log.close();
