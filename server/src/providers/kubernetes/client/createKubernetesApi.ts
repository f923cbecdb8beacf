/** Puts the client together: connections, calls, lists and watches on one access. */
import type { ApiAccess } from './apiAccess';
import { callApi, type CallOptions } from './apiCall';
import type { Pace } from './backOff';
import { Connection } from './connection';
import type { ApiList, ApiRequest, KubernetesApi, ListRequest, Watch, WatchRequest } from './kubernetesApi';
import { listPages } from './listPages';
import { ResourceWatch } from './resourceWatch';
import type { WatchLimits } from './watchStream';

/** Times in ms; each has a value that suits a real cluster. */
export interface ClientTimes {
  readonly connectMs: number;
  /** For a call as a whole, with all its tries. */
  readonly requestMs: number;
  readonly requestPace: Pace;
  readonly watchPace: Pace;
  readonly watch: WatchLimits;
}

const TIMES: ClientTimes = {
  connectMs: 5_000,
  requestMs: 30_000,
  requestPace: { baseMs: 200, capMs: 2_000 },
  watchPace: { baseMs: 500, capMs: 15_000 },
  watch: { openMs: 30_000, silenceMs: 90_000, serverSeconds: 300 }
};

export interface CreateOptions {
  readonly access: ApiAccess;
  /** Name and version of the program, for the server's audit log. */
  readonly userAgent?: string;
  readonly times?: Partial<ClientTimes>;
}

export function createKubernetesApi({ access, userAgent = 'datamark', times }: CreateOptions): KubernetesApi {
  const { connectMs, requestMs, requestPace, watchPace, watch: limits } = { ...TIMES, ...times };
  const connection = new Connection({ access, connectTimeoutMs: connectMs, userAgent });
  const watches = new Set<Watch>();
  const call: CallOptions = {
    connection,
    get server() {
      return access.server;
    },
    pace: requestPace,
    timeoutMs: requestMs
  };
  return {
    get server() {
      return access.server;
    },
    get namespace() {
      return access.namespace;
    },
    now: () => connection.clock.now(),
    request: <T>(request: ApiRequest<T>): Promise<T> => callApi(call, request),
    list: <T>(request: ListRequest<T>): Promise<ApiList<T>> => listPages(call, request),
    watch: <T>(request: WatchRequest<T>): Watch => {
      const watch = new ResourceWatch({ call, pace: watchPace, limits }, request);
      const kept: Watch = {
        listed: watch.listed,
        stop: async () => {
          watches.delete(kept);
          await watch.stop();
        }
      };
      watches.add(kept);
      return kept;
    },
    dispose: async () => {
      // Together: a watch that still connects ends with its connection.
      await Promise.all([...[...watches].map(watch => watch.stop()), connection.dispose()]);
    }
  };
}
