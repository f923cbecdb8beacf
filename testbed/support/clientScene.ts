// A real API server of its own, a proxy that fails before it, and the client: what tests of the client's faults share.
import { z } from 'zod';
import type { ClientTimes } from '../../server/src/providers/kubernetes/client/createKubernetesApi';
import { createKubernetesApi } from '../../server/src/providers/kubernetes/client/createKubernetesApi';
import { KubeConfigAccess } from '../../server/src/providers/kubernetes/client/kubeConfigAccess';
import { KubernetesError, type KubernetesApi } from '../../server/src/providers/kubernetes/client/kubernetesApi';
import { WatchMirror } from '../../server/src/testing/watchMirror';
import type { Account } from './account';
import { describeOnBed } from './describeOnBed';
import { FaultProxy } from './faultProxy';
import { at, type KubernetesObject } from './kubernetesObject';
import { OwnApiServer } from './ownApiServer';
import { waitUntil } from './waitUntil';

/** The config maps of the tests. */
export const PATH = '/api/v1/namespaces/default/configmaps';
export const LABEL = 'suite=faults';
export const Item = z.object({ metadata: z.object({ name: z.string() }) });

/** describe() of tests of the client with one scene, cleared after each. */
export function describeClient(tests: (scene: ClientScene) => void): void {
  describeOnBed('the client of a real API server', () => {
    const scene = new ClientScene();
    beforeAll(() => scene.start());
    afterEach(() => scene.clear());
    afterAll(() => scene.stop());
    tests(scene);
  });
}

class ClientScene {
  private readonly _opened: KubernetesApi[] = [];
  private _parts: { readonly server: OwnApiServer; readonly proxy: FaultProxy; readonly admin: Account } | undefined;

  get server(): OwnApiServer {
    return this._started.server;
  }

  get proxy(): FaultProxy {
    return this._started.proxy;
  }

  /** Not through the proxy, and not by the product's client. */
  get admin(): Account {
    return this._started.admin;
  }

  async start(): Promise<void> {
    const server = await OwnApiServer.start();
    this._parts = { server, proxy: await FaultProxy.start(server), admin: await server.admin() };
  }

  /** The client with a kubeconfig. */
  open(kubeconfig: string, times: Partial<ClientTimes> = {}): KubernetesApi {
    const access = new KubeConfigAccess({ kind: 'files', files: [kubeconfig] });
    const api = createKubernetesApi({ access, userAgent: 'datamark-tests', times });
    this._opened.push(api);
    return api;
  }

  /** The client as the administrator, through the proxy. */
  async openByProxy(times?: Partial<ClientTimes>): Promise<KubernetesApi> {
    return this.open(await this.server.kubeconfig(undefined, this.proxy.port), times);
  }

  /** A watch of all config maps of the tests. */
  mirror(api: KubernetesApi): WatchMirror {
    return new WatchMirror({ api, path: PATH, labelSelector: LABEL });
  }

  put(name: string, step?: string): Promise<KubernetesObject> {
    return this.admin.apply(configMap(name, step));
  }

  remove(name: string): Promise<void> {
    return this.admin.delete('ConfigMap', name, 'default');
  }

  /** Until the watch knows exactly what a list tells. */
  async equalToList(mirror: WatchMirror, seconds = 60): Promise<void> {
    const isEqual = async () => {
      const maps = await this.admin.list('ConfigMap', 'default', `labelSelector=${LABEL}`);
      const stored = maps.map(map => [map.metadata.name, at(map, 'data')]);
      return JSON.stringify(mirror.content) === JSON.stringify(stored) && mirror.reasons.at(-1) === 'current';
    };
    await waitUntil('the watch to know what there is', isEqual, { seconds });
  }

  /** After each test. */
  async clear(): Promise<void> {
    this.proxy.clear();
    this.proxy.resume();
    await Promise.all(this._opened.splice(0).map(api => api.dispose()));
    for (const { metadata } of await this.admin.list('ConfigMap', 'default', `labelSelector=${LABEL}`)) {
      await this.remove(String(metadata.name));
    }
  }

  async stop(): Promise<void> {
    this.admin.close();
    await this.proxy.stop();
    await this.server.stop();
  }

  private get _started(): NonNullable<ClientScene['_parts']> {
    if (this._parts === undefined) {
      throw new Error('The scene is there once the tests run.');
    }
    return this._parts;
  }
}

export function configMap(name: string, step = '0'): KubernetesObject {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, namespace: 'default', labels: { suite: 'faults' } },
    data: { step }
  };
}

/** What a call fails with. */
export async function failure(call: Promise<unknown>): Promise<KubernetesError> {
  const error: unknown = await call.then(
    () => undefined,
    (reason: unknown) => reason
  );
  if (error instanceof KubernetesError) {
    return error;
  }
  throw new Error(`It did not fail with a KubernetesError: ${String(error)}`);
}
