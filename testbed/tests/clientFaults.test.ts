// The client while a real API server fails: nothing is missed, nothing is done twice, and what it says of it is true.
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import type { ClientTimes } from '../../server/src/providers/kubernetes/client/createKubernetesApi';
import { createKubernetesApi } from '../../server/src/providers/kubernetes/client/createKubernetesApi';
import { KubeConfigAccess } from '../../server/src/providers/kubernetes/client/kubeConfigAccess';
import { KubernetesError, type KubernetesApi } from '../../server/src/providers/kubernetes/client/kubernetesApi';
import { WatchMirror } from '../../server/src/testing/watchMirror';
import type { Account } from '../support/account';
import { describeOnBed } from '../support/bed';
import { FaultProxy } from '../support/faultProxy';
import { at } from '../support/kubernetesObject';
import { OwnApiServer } from '../support/ownApiServer';
import { waitUntil } from '../support/waitUntil';

const PATH = '/api/v1/namespaces/default/configmaps';
const LABEL = 'suite=faults';
const Item = z.object({ metadata: z.object({ name: z.string() }) });

describeOnBed('the client of a real API server', () => {
  let server: OwnApiServer;
  let proxy: FaultProxy;
  let admin: Account;
  const opened: KubernetesApi[] = [];

  beforeAll(async () => {
    server = await OwnApiServer.start();
    proxy = await FaultProxy.start(server);
    admin = await server.admin();
  });
  afterEach(async () => {
    proxy.clear();
    proxy.resume();
    await Promise.all(opened.splice(0).map(api => api.dispose()));
    for (const { metadata } of await admin.list('ConfigMap', 'default', `labelSelector=${LABEL}`)) {
      await admin.delete('ConfigMap', String(metadata.name), 'default');
    }
  });
  afterAll(async () => {
    admin.close();
    await proxy.stop();
    await server.stop();
  });

  function open(kubeconfig: string, times: Partial<ClientTimes> = {}): KubernetesApi {
    const access = new KubeConfigAccess({ kind: 'files', files: [kubeconfig] });
    const api = createKubernetesApi({ access, userAgent: 'datamark-tests', times });
    opened.push(api);
    return api;
  }

  /** By the proxy, as the administrator. */
  const openByProxy = async (times?: Partial<ClientTimes>): Promise<KubernetesApi> =>
    open(await server.kubeconfig(undefined, proxy.port), times);

  const configMap = (name: string, step = '0') => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, namespace: 'default', labels: { suite: 'faults' } },
    data: { step }
  });
  /** Not through the proxy. */
  const put = (name: string, step?: string) => admin.apply(configMap(name, step));
  const remove = (name: string) => admin.delete('ConfigMap', name, 'default');

  async function stored(): Promise<unknown> {
    const maps = await admin.list('ConfigMap', 'default', `labelSelector=${LABEL}`);
    return maps.map(map => [map.metadata.name, at(map, 'data')]);
  }

  /** Until the watch knows exactly what a list tells. */
  async function equalToList(mirror: WatchMirror): Promise<void> {
    await waitUntil('the watch to know what there is', async () => {
      return JSON.stringify(mirror.content) === JSON.stringify(await stored()) && mirror.reasons.at(-1) === 'current';
    });
  }

  const mirrorOf = (api: KubernetesApi, pageSize = 500): WatchMirror =>
    new WatchMirror({ api, path: PATH, labelSelector: LABEL, pageSize });

  async function failure(call: Promise<unknown>): Promise<KubernetesError> {
    const error: unknown = await call.then(
      () => undefined,
      (reason: unknown) => reason
    );
    if (error instanceof KubernetesError) {
      return error;
    }
    throw new Error(`It did not fail with a KubernetesError: ${String(error)}`);
  }

  it('speaks HTTP/2 to it', async () => {
    const api = await openByProxy();
    proxy.requests.length = 0;
    await api.list({ path: PATH, item: Item });
    expect(proxy.requests.map(({ httpVersion }) => httpVersion)).toEqual(['2.0']);
  });

  describe('a watch', () => {
    it('goes on where it was after cuts and errors, without a second list', async () => {
      await put('before');
      proxy.requests.length = 0;
      const mirror = mirrorOf(await openByProxy());
      await mirror.current();
      proxy.fail({ status: 500 }, { watch: true });
      proxy.fail({ cut: 'before' }, { watch: true });
      proxy.fail({ resetStream: true }, { watch: true });
      proxy.cut();
      await waitUntil('the watch to notice', () => mirror.reasons.length > 1);
      await put('meanwhile');
      await remove('before');
      await equalToList(mirror);
      expect(mirror.reasons.slice(2, -1)).toContain('InternalError');
      expect(mirror.replacements).toBe(1);
      expect(proxy.requests.filter(({ url }) => url.searchParams.has('limit'))).toHaveLength(1);
    });

    it('lists anew when what it missed was compacted away', async () => {
      await put('stays');
      await put('goes');
      const mirror = mirrorOf(await openByProxy({ watchPace: { baseMs: 50, capMs: 200 } }));
      await mirror.current();
      proxy.fail({ status: 503 }, { watch: true, times: 10_000 });
      proxy.cut();
      await remove('goes');
      await put('stays', '1');
      await put('comes');
      await server.compact();
      // The server's own memory of what happened would bridge the gap; a new one has none.
      await server.stopServer();
      await server.startServer();
      proxy.clear();
      await equalToList(mirror);
      expect(mirror.reasons).toContain('Expired');
      expect(mirror.replacements).toBe(2);
    });

    it('does not expire while it is quiet: bookmarks carry it on', async () => {
      const watch = { openMs: 5_000, silenceMs: 60_000, serverSeconds: 6 };
      proxy.requests.length = 0;
      const mirror = mirrorOf(await openByProxy({ watch }));
      await mirror.current();
      // Something happens that it is not told of.
      await admin.create({ ...configMap('other'), metadata: { name: 'other', namespace: 'default' } });
      const versions = () =>
        proxy.requests
          .filter(({ url }) => url.searchParams.has('watch'))
          .map(({ url }) => Number(url.searchParams.get('resourceVersion')));
      await waitUntil('two streams', () => versions().length >= 2, { seconds: 30 });
      await remove('other');
      const [first = 0, second = 0] = versions();
      expect(second).toBeGreaterThan(first);
      expect(mirror.reasons).toEqual(['current']);
      expect(mirror.replacements).toBe(1);
    });

    it('notices that nobody is there any more, though the connection stays', async () => {
      const watch = { openMs: 2_000, silenceMs: 2_000, serverSeconds: 300 };
      const api = await openByProxy({ watch });
      const mirror = mirrorOf(api);
      await mirror.current();
      proxy.hold();
      await put('unheard');
      await waitUntil('the silence to be noticed', () => mirror.reasons.includes('WatchSilent'));
      expect(mirror.has('unheard')).toBe(false);
      proxy.letNewPass();
      await equalToList(mirror);
    });

    it('goes on after the server was away for 30 s, and says since when', async () => {
      await put('before');
      const mirror = mirrorOf(await openByProxyOf(server));
      await mirror.current();
      const stoppedAt = Date.now();
      await server.stopServer();
      await waitUntil('30 s', () => Date.now() - stoppedAt >= 30_000, { every: 500 });
      await server.startServer();
      await put('after');
      await remove('before');
      await equalToList(mirror);
      const broken = mirror.health.filter(health => health.state === 'broken');
      expect(broken.length).toBeGreaterThan(1);
      // No storm: with full jitter up to 15 s there are some tries in 30 s and not hundreds.
      expect(broken.length).toBeLessThan(40);
      expect(new Set(broken.map(({ since }) => since.getTime())).size).toBe(1);
      expect((broken[0]?.since.getTime() ?? 0) - stoppedAt).toBeLessThan(2_000);
      expect(mirror.reasons).toContain('ECONNREFUSED');
    });
  });

  /** Not through the proxy: the connection is refused while the server is away. */
  const openByProxyOf = async (own: OwnApiServer): Promise<KubernetesApi> => open(await own.kubeconfig());

  describe('a list', () => {
    it('starts anew when its next page was compacted away, and is whole', async () => {
      for (const name of ['a', 'b', 'c']) {
        await put(name);
      }
      const api = await openByProxy({ requestMs: 60_000 });
      const pages: number[] = [];
      const list = api.list({
        path: PATH,
        labelSelector: LABEL,
        item: Item,
        pageSize: 2,
        progress: read => {
          if (pages.push(read) === 1) {
            proxy.hold();
          }
        }
      });
      await waitUntil('the first page', () => pages.length === 1);
      await put('0');
      await remove('b');
      await server.compact();
      await server.stopServer();
      await server.startServer();
      proxy.resume();
      const { items } = await list;
      expect(items.map(item => item.metadata.name)).toEqual(['0', 'a', 'c']);
      expect(pages).toEqual([2, 2, 3]);
    });
  });

  describe('a call', () => {
    it('that only reads survives cuts and errors', async () => {
      await put('one');
      const api = await openByProxy();
      proxy.fail({ cut: 'after' });
      proxy.fail({ status: 500 });
      proxy.fail({ resetStream: true });
      const read = await api.request({ path: `${PATH}/one`, schema: Item });
      expect(read.metadata.name).toBe('one');
    });

    it('that writes is not sent twice when its answer is lost', async () => {
      const api = await openByProxy();
      proxy.requests.length = 0;
      proxy.fail({ cut: 'after' }, { method: 'POST' });
      const error = await failure(api.request({ method: 'POST', path: PATH, body: configMap('once'), schema: Item }));
      expect(error.status).toBe(0);
      expect(proxy.requests.filter(({ method }) => method === 'POST')).toHaveLength(1);
      expect((await api.request({ path: `${PATH}/once`, schema: Item })).metadata.name).toBe('once');
    });

    it('waits as long as an overloaded server asks', async () => {
      await throttle('throttled');
      const token = await server.token('throttled');
      const api = open(await server.kubeconfig({ token }, proxy.port));
      /** Side by side: one at a time is let in also where none is foreseen. */
      const askers = Array.from({ length: 10 });
      const list = (timeoutMs: number) => api.request({ path: PATH, schema: z.looseObject({}), timeoutMs });

      const refused = await waitUntil('the server to refuse', async () => {
        const outcomes = await Promise.allSettled(askers.map(() => list(500)));
        return outcomes
          .map(outcome => (outcome.status === 'rejected' ? (outcome.reason as unknown) : undefined))
          .find(error => error instanceof KubernetesError && error.status === 429);
      });
      expect(refused).toMatchObject({ status: 429, reason: 'TooManyRequests' });
      expect((refused as KubernetesError).retryAfterMs).toBeGreaterThanOrEqual(1_000);

      await waitUntil('some to be refused at first', async () => {
        proxy.requests.length = 0;
        const started = performance.now();
        await Promise.all(askers.map(() => list(30_000)));
        const tries = proxy.requests.length;
        return tries > askers.length && performance.now() - started >= 1_000;
      });
    });
  });

  describe('a token', () => {
    it('that was revoked is replaced by the one that the file holds now', async () => {
      await makeAdmin('rotated');
      for (const name of ['first', 'second']) {
        await admin.create({
          apiVersion: 'v1',
          kind: 'Pod',
          metadata: { name, namespace: 'default' },
          spec: { serviceAccountName: 'rotated', containers: [{ name: 'main', image: 'none' }] }
        });
      }
      const tokenFile = path.join(server.directory, 'token');
      await writeFile(tokenFile, `${await server.token('rotated', { pod: 'first' })}\n`);
      const api = open(await server.kubeconfig({ tokenFile }, proxy.port));
      const mirror = mirrorOf(api);
      await mirror.current();

      await admin.delete('Pod', 'first', 'default', { gracePeriodSeconds: 0 });
      const read = () => api.request({ path: PATH, schema: z.looseObject({}) });
      // The API server keeps what it knows of a token for some seconds.
      const refused = await waitUntil('the token to be refused', async () => {
        const thrown = await read().then(
          () => undefined,
          (error: unknown) => error
        );
        return thrown instanceof KubernetesError && thrown.status === 401 ? thrown : undefined;
      });
      expect(refused.reason).toBe('Unauthorized');

      await writeFile(tokenFile, `${await server.token('rotated', { pod: 'second' })}\n`);
      await read();
      proxy.cut();
      await put('after');
      await equalToList(mirror);
    });
  });

  /** The account gets no seat at all, as by an administrator's FlowSchema. */
  async function throttle(account: string): Promise<void> {
    const apiVersion = 'flowcontrol.apiserver.k8s.io/v1';
    await admin.create({
      apiVersion,
      kind: 'PriorityLevelConfiguration',
      metadata: { name: 'none' },
      spec: {
        type: 'Limited',
        limited: {
          nominalConcurrencyShares: 0,
          lendablePercent: 0,
          borrowingLimitPercent: 0,
          limitResponse: { type: 'Reject' }
        }
      }
    });
    await admin.create({
      apiVersion,
      kind: 'FlowSchema',
      metadata: { name: account },
      spec: {
        priorityLevelConfiguration: { name: 'none' },
        matchingPrecedence: 2,
        rules: [
          {
            subjects: [{ kind: 'ServiceAccount', serviceAccount: { name: account, namespace: 'default' } }],
            resourceRules: [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'], namespaces: ['*'], clusterScope: true }]
          }
        ]
      }
    });
    await makeAdmin(account);
  }

  async function makeAdmin(account: string): Promise<void> {
    await server.token(account);
    await admin.create({
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRoleBinding',
      metadata: { name: account },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' },
      subjects: [{ kind: 'ServiceAccount', name: account, namespace: 'default' }]
    });
  }
});
