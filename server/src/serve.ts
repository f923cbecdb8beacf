/**
 * The life of the sidecar: listen, serve, and stop when it is told to or when its parent has died.
 * Listening comes before the provider looks at storage, so that the first answer does not wait for it.
 */
import { fstatSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { createApp, type App } from './app';
import type { Configuration } from './configuration';
import { openAutomaticSnapshots } from './features/automatic/openAutomaticSnapshots';
import type { AutomaticSnapshots } from './features/automatic/automaticSnapshots';
import { exitCodes } from './exitCodes';
import { GuardedDeletion } from './lineage/guardedDeletion';
import { openLineage, type Lineage } from './lineage/openLineage';
import { listen, type Listening } from './listen';
import { openLog, type Log } from './log';
import { FirstObservation } from './observed/firstObservation';
import { openProvider } from './providers/openProvider';
import type { Provider } from './providers/provider';
import { version } from './version';

/** How long lists wait for the provider's first look at storage before they answer `starting`. */
const FIRST_OBSERVATION_DEADLINE_MS = 10_000;
/** How long stopping may take before the process ends anyway; what is journalled is resumed at the next start. */
const STOP_DEADLINE_MS = 5_000;
/** Longer than clients keep an idle connection, so that none is closed just when it is used again. */
const KEEP_ALIVE_MS = 75_000;
const REQUEST_DEADLINE_MS = 30_000;

export interface ServeOptions {
  readonly configuration: Configuration;
  readonly listening: Listening;
  readonly checkResponses: boolean;
}

/** Serves until stopped; then ends the process. */
export async function serve({ configuration, listening, checkResponses }: ServeOptions): Promise<void> {
  const startedAt = new Date();
  const { log, close: closeLog } = openLog(configuration.logLevel);
  const end = async (code: number): Promise<never> => {
    await closeLog();
    process.exit(code);
  };
  process.once('uncaughtException', error => {
    log.fatal({ err: error }, 'uncaught error, ending');
    void end(exitCodes.software);
  });

  const socket = 'path' in listening ? resolve(listening.path) : configuration.socket;
  const provider = await openProvider({ configuration, log, version, socket });
  const firstObservation = new FirstObservation(FIRST_OBSERVATION_DEADLINE_MS);
  const lineage = await openLineage({ configuration, provider, version });
  const deletion = new GuardedDeletion({ provider, lineage: lineage ?? null });
  const automatic = await openAutomaticSnapshots({ configuration, provider, deletion, log, startedAt });
  const mlflowUnusable = configuration.lineage.unusable ?? undefined;
  const { ingest } = configuration;
  const parts = { provider, firstObservation, automatic, lineage, mlflowUnusable, ingest };
  const app = createApp({ ...parts, log, version, startedAt, checkResponses });
  const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS, requestTimeout: REQUEST_DEADLINE_MS }, app.express);

  const stopAsked = stopSignal();
  try {
    await listen(server, listening);
  } catch (error) {
    log.fatal({ err: error }, 'the socket can’t be listened on');
    return end(exitCodes.system);
  }
  log.info({ version, node: process.versions.node, ...listening }, 'listening');
  // The socket is served before the provider begins: a first request that waits already is answered first.
  setImmediate(() => firstObservation.begin(provider, log));
  void firstObservation.over.then(() => automatic.start());

  const cause = await stopAsked;
  log.info({ cause }, 'stopping');
  await stop({ server, app, lineage, automatic, provider, log });
  return end(0);
}

/** Resolves with why to stop: a signal, or the end of stdin when the parent holds it as a pipe. */
function stopSignal(): Promise<string> {
  return new Promise(resolve => {
    for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
      process.once(signal, () => resolve(signal));
    }
    if (stdinIsHeldByParent()) {
      const ended = (): void => resolve('the parent process ended');
      process.stdin.once('end', ended).once('close', ended).once('error', ended).resume();
    }
  });
}

/** A terminal or /dev/null says nothing about the parent. */
function stdinIsHeldByParent(): boolean {
  try {
    const stdin = fstatSync(0);
    return stdin.isFIFO() || stdin.isSocket();
  } catch {
    return false;
  }
}

interface Parts {
  readonly server: Server;
  readonly app: App;
  readonly lineage: Lineage | undefined;
  readonly automatic: AutomaticSnapshots;
  readonly provider: Provider;
  readonly log: Log;
}

/** Never throws and never takes longer than the deadline. */
async function stop({ server, app, lineage, automatic, provider, log }: Parts): Promise<void> {
  const closed = new Promise<void>(resolve => {
    server.close(() => resolve());
  });
  app.dispose();
  void lineage?.dispose();
  server.closeIdleConnections();
  const stopped = automatic
    .stop()
    .then(() => provider.stop())
    .catch((error: unknown) => log.error({ err: error }, 'the provider did not stop'));
  const late = await Promise.race([
    Promise.all([closed, stopped]).then(() => false),
    delay(STOP_DEADLINE_MS, true, { ref: false })
  ]);
  if (late) {
    log.warn({ deadlineMs: STOP_DEADLINE_MS }, 'ending before everything came to rest');
  }
}
