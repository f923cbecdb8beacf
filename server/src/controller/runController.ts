/** The command `controller`: restores volumes for all servers, in a pod of its own. Ends on SIGTERM, in peace. */
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { exitCodes } from '../exitCodes';
import { openLog } from '../log';
import { openKubernetesApi } from '../providers/kubernetes/client/openKubernetesApi';
import { version } from '../version';
import { controllerServer } from './controllerServer';
import type { Ingest, IngestOptions } from './ingest/ingest';
import { readControllerSettings } from './readControllerSettings';
import { RestoreController } from './restoreController';
import { STRATEGIES } from './strategies';

/** Less than the 30 s that Kubernetes gives; what is under way is found again from the status. */
const STOP_DEADLINE_MS = 10_000;

/** Loaded only where it is set up. */
async function openIngest(options: IngestOptions): Promise<Ingest> {
  const { Ingest } = await import('./ingest/ingest');
  return new Ingest(options);
}

/** Runs until it is stopped; then ends the process. */
export async function runController(environment: NodeJS.ProcessEnv): Promise<void> {
  const read = readControllerSettings(environment['DATAMARK_CONTROLLER']);
  if (!read.ok) {
    process.stderr.write(`datamark: ${read.message}\n`);
    process.exitCode = exitCodes.configuration;
    return;
  }
  const settings = read.value;
  const { log, close: closeLog } = openLog(settings.logLevel);
  const end = async (code: number): Promise<never> => {
    await closeLog();
    process.exit(code);
  };
  process.once('uncaughtException', error => {
    log.fatal({ err: error }, 'uncaught error, ending');
    void end(exitCodes.software);
  });
  const stopAsked = new Promise<string>(resolve => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      process.once(signal, () => resolve(signal));
    }
  });
  const kubeconfig = settings.kubeconfig === null ? {} : { KUBECONFIG: settings.kubeconfig };
  const api = openKubernetesApi({
    environment: { ...environment, ...kubeconfig },
    userAgent: `datamark-controller/${version}`
  });
  const controller = new RestoreController({ api, settings, log, strategies: STRATEGIES });
  const ingest =
    settings.ingest === null
      ? null
      : await openIngest({ api, log, settings: settings.ingest, namespaces: settings.namespaces });
  const server = controllerServer({
    notReady: () => controller.metrics.notReady(),
    text: () => `${controller.metrics.text()}${ingest?.metricsText() ?? ''}`
  });
  server.listen(settings.port);
  try {
    await once(server, 'listening');
  } catch (error) {
    log.fatal({ err: error, port: settings.port }, 'the port can’t be listened on');
    return end(exitCodes.system);
  }
  const { port } = server.address() as AddressInfo;
  log.info({ version, node: process.versions.node, port, namespaces: settings.namespaces }, 'listening');
  controller.start();
  if (ingest !== null) {
    try {
      log.info({ port: await ingest.start() }, 'telling servers of mirrors');
    } catch (error) {
      log.fatal({ err: error, port: settings.ingest?.port }, 'the port for servers can’t be listened on');
      return end(exitCodes.system);
    }
  }

  log.info({ cause: await stopAsked }, 'stopping');
  server.close();
  server.closeAllConnections();
  const stopped = Promise.all([controller.stop(), ingest?.stop()]).then(() => api.dispose());
  const late = await Promise.race([stopped.then(() => false), delay(STOP_DEADLINE_MS, true, { ref: false })]);
  if (late) {
    log.warn({ deadlineMs: STOP_DEADLINE_MS }, 'ending before everything came to rest');
  }
  return end(0);
}
