/** Ingest in the controller: asks the storages of its settings, and tells servers of the mirrors into their volumes. */
import { once } from 'node:events';
import type { Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { OntapClient } from '../../ingest/ontap/ontapClient';
import type { Log } from '../../log';
import type { KubernetesApi } from '../../providers/kubernetes/client/kubernetesApi';
import { version } from '../../version';
import { AskedUpdateStore } from './askedUpdateStore';
import { Callers } from './callers';
import { CallerMirrors } from './callerMirrors';
import { ClaimDestinations } from './claimDestinations';
import { HistoryStore } from './historyStore';
import { ingestApp } from './ingestApp';
import { IngestMetrics } from './ingestMetrics';
import { ingestServer } from './ingestServer';
import type { IngestSettings } from './ingestSettings';
import { MirrorAccess } from './mirrorAccess';
import { MirrorActions } from './mirrorActions';
import { StorageConfigMap } from './storageConfigMap';
import { StorageHistory } from './storageHistory';
import { StorageMirrors } from './storageMirrors';

export interface IngestOptions {
  readonly api: KubernetesApi;
  readonly settings: IngestSettings;
  /** Namespaces whose servers may ask; null: all. */
  readonly namespaces: readonly string[] | null;
  readonly log: Log;
  readonly clock?: () => Date;
  /** Of tests, ms: how long it is known who a token is of, the least time between two polls, how long a poll is waited for,
   * the pause between two questions for one transfer. */
  readonly times?: {
    readonly callersMs?: number;
    readonly destinationsMs?: number;
    readonly leastMs?: number;
    readonly patienceMs?: number;
    readonly transferPaceMs?: number;
  };
}

export class Ingest {
  readonly #storages: readonly StorageMirrors[];
  readonly #metrics: IngestMetrics;
  readonly #server: Server;
  readonly #port: number;

  constructor({ api, settings, namespaces, log, clock = () => api.now(), times = {} }: IngestOptions) {
    const metrics = new IngestMetrics(settings.storages.map(({ name }) => name));
    const [pollMs, watchMs] = [settings.pollSeconds * 1000, settings.history.everySeconds * 1000];
    this.#metrics = metrics;
    if (api.namespace === null && settings.history.keep) {
      log.warn({}, 'nothing tells the controller’s namespace: what is seen of transfers is forgotten when it ends');
    }
    this.#storages = settings.storages.map(storage => {
      const client = new OntapClient({ settings: storage, userAgent: `datamark-controller/${version}` });
      const { namespace } = api;
      const map = namespace === null ? null : new StorageConfigMap({ api, namespace, storage: storage.name });
      const asked = map && new AskedUpdateStore(map);
      const history = settings.history.keep
        ? new StorageHistory({ store: map && new HistoryStore(map), everyMs: Math.max(pollMs, watchMs), log, clock })
        : null;
      const { actions } = storage;
      return new StorageMirrors({
        ...{ client, actions, pollMs, watchMs, history, asked, metrics, log, clock },
        ...(times.leastMs === undefined ? {} : { leastMs: times.leastMs }),
        ...(times.patienceMs === undefined ? {} : { patienceMs: times.patienceMs }),
        ...(times.transferPaceMs === undefined ? {} : { transferPaceMs: times.transferPaceMs })
      });
    });
    const goodFor = (ms: number | undefined): { goodForMs?: number } => (ms === undefined ? {} : { goodForMs: ms });
    const access = new MirrorAccess({ api });
    const destinations = new ClaimDestinations({ api, log, ...goodFor(times.destinationsMs) });
    const mirrors = new CallerMirrors({ storages: this.#storages, destinations, access, metrics, log, clock });
    const mayAct = new Set(settings.storages.flatMap(({ name, actions }) => (actions ? [name] : [])));
    const actions = new MirrorActions({ mirrors, access, actions: mayAct, metrics, log, clock });
    const callers = new Callers({ api, namespaces, ...goodFor(times.callersMs) });
    const app = ingestApp({ callers, mirrors, actions, metrics, log });
    this.#server = ingestServer(app, { certificateDir: settings.certificateDir, log });
    this.#port = settings.port;
  }

  /** Rejects where the port can’t be listened on. Gives the port. */
  async start(): Promise<number> {
    this.#server.listen(this.#port);
    await once(this.#server, 'listening');
    this.#storages.forEach(storage => storage.start());
    return (this.#server.address() as AddressInfo).port;
  }

  async stop(): Promise<void> {
    this.#server.close();
    this.#server.closeAllConnections();
    await Promise.all(this.#storages.map(storage => storage.stop()));
  }

  metricsText(): string {
    return this.#metrics.text();
  }
}
