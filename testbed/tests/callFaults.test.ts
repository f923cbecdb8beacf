// Calls of the client while a real API server fails: nothing is done twice, tokens may change, and limits are obeyed.
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { KubernetesError } from '../../server/src/providers/kubernetes/client/kubernetesApi';
import { configMap, describeClient, failure, Item, PATH } from '../support/clientScene';
import { waitUntil } from '../support/waitUntil';

describeClient(scene => {
  it('speaks HTTP/2 to it', async () => {
    const api = await scene.openByProxy();
    scene.proxy.requests.length = 0;
    await api.list({ path: PATH, item: Item });
    expect(scene.proxy.requests.map(({ httpVersion }) => httpVersion)).toEqual(['2.0']);
  });

  describe('a call', () => {
    it('that only reads survives cuts and errors', async () => {
      await scene.put('one');
      const api = await scene.openByProxy();
      scene.proxy.fail({ cut: 'after' });
      scene.proxy.fail({ status: 500 });
      scene.proxy.fail({ resetStream: true });
      const read = await api.request({ path: `${PATH}/one`, schema: Item });
      expect(read.metadata.name).toBe('one');
    });

    it('that writes is not sent twice when its answer is lost', async () => {
      const api = await scene.openByProxy();
      scene.proxy.requests.length = 0;
      scene.proxy.fail({ cut: 'after' }, { method: 'POST' });
      const error = await failure(api.request({ method: 'POST', path: PATH, body: configMap('once'), schema: Item }));
      expect(error.status).toBe(0);
      expect(scene.proxy.requests.filter(({ method }) => method === 'POST')).toHaveLength(1);
      expect((await api.request({ path: `${PATH}/once`, schema: Item })).metadata.name).toBe('once');
    });

    it('is not refused by a server that has just started and has not read the roles yet', async () => {
      await mayRead('reader');
      const token = await scene.server.token('reader');
      // Asks so often that it meets the moment.
      const api = scene.open(await scene.server.kubeconfig({ token }), { requestPace: { baseMs: 2, capMs: 5 } });
      const read = () => api.request({ path: PATH, schema: z.looseObject({}), timeoutMs: 5_000 });
      await waitUntil('the role to be in force', () => read().then(Boolean, () => false));
      const outcomes: (number | 'read')[] = [];
      const reading = new AbortController();
      const readers = Array.from({ length: 4 }, async () => {
        while (!reading.signal.aborted) {
          outcomes.push(
            await read().then(
              () => 'read' as const,
              (error: KubernetesError) => error.status
            )
          );
        }
      });
      try {
        await scene.server.stopServer();
        await waitUntil('its absence to be noticed', () => outcomes.includes(0));
        await scene.server.startServer();
        await waitUntil('reads again', () => outcomes.slice(-100).every(outcome => outcome === 'read'));
      } finally {
        reading.abort();
        await Promise.all(readers);
      }
      expect(outcomes).not.toContain(403);
    });

    it('waits as long as an overloaded server asks', async () => {
      await throttle('throttled');
      const token = await scene.server.token('throttled');
      const api = scene.open(await scene.server.kubeconfig({ token }, scene.proxy.port));
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
        scene.proxy.requests.length = 0;
        const started = performance.now();
        await Promise.all(askers.map(() => list(30_000)));
        const tries = scene.proxy.requests.length;
        return tries > askers.length && performance.now() - started >= 1_000;
      });
    });
  });

  describe('a token', () => {
    it('that was revoked is replaced by the one that the file holds now', async () => {
      await makeAdmin('rotated');
      for (const name of ['first', 'second']) {
        await scene.admin.create({
          apiVersion: 'v1',
          kind: 'Pod',
          metadata: { name, namespace: 'default' },
          spec: { serviceAccountName: 'rotated', containers: [{ name: 'main', image: 'none' }] }
        });
      }
      const tokenFile = path.join(scene.server.directory, 'token');
      await writeFile(tokenFile, `${await scene.server.token('rotated', { pod: 'first' })}\n`);
      const api = scene.open(await scene.server.kubeconfig({ tokenFile }, scene.proxy.port));
      const mirror = scene.mirror(api);
      await mirror.current();

      await scene.admin.delete('Pod', 'first', 'default', { gracePeriodSeconds: 0 });
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

      await writeFile(tokenFile, `${await scene.server.token('rotated', { pod: 'second' })}\n`);
      await read();
      scene.proxy.cut();
      await scene.put('after');
      await scene.equalToList(mirror);
    });
  });

  /** Lets the account read config maps. */
  async function mayRead(account: string): Promise<void> {
    const apiVersion = 'rbac.authorization.k8s.io/v1';
    const metadata = { name: account, namespace: 'default' };
    const rules = [{ apiGroups: [''], resources: ['configmaps'], verbs: ['get', 'list'] }];
    await scene.admin.create({ apiVersion, kind: 'Role', metadata, rules });
    await scene.admin.create({
      apiVersion,
      kind: 'RoleBinding',
      metadata,
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: account },
      subjects: [{ kind: 'ServiceAccount', ...metadata }]
    });
  }

  /** The account gets no seat at all, as by an administrator's FlowSchema. */
  async function throttle(account: string): Promise<void> {
    const apiVersion = 'flowcontrol.apiserver.k8s.io/v1';
    await scene.admin.create({
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
    await scene.admin.create({
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
    await scene.server.token(account);
    await scene.admin.create({
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRoleBinding',
      metadata: { name: account },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' },
      subjects: [{ kind: 'ServiceAccount', name: account, namespace: 'default' }]
    });
  }
});
