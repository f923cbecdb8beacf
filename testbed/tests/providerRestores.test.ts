// Restores as a user's server asks for them, through the product's provider with the server's own token, and the controller.
import { restoreContract } from '../../server/src/providers/restoreContractSuite';
import { untilIndexed } from '../../server/src/testing/untilIndexed';
import type { KubernetesProvider } from '../../server/src/providers/kubernetes/kubernetesProvider';
import type { Restore } from '../../contract';
import { bed } from '../support/bed';
import { clusterProvider } from '../support/clusterProvider';
import { describeOnBed } from '../support/describeOnBed';
import { RestoreScene, type UserServer } from '../support/restoreScene';
import { waitUntil } from '../support/waitUntil';

const DEADLINE_MS = 180_000;

let scene: RestoreScene;
let made = 0;

beforeAll(async () => {
  if (bed !== undefined) {
    scene = await RestoreScene.open('provider');
  }
});
afterAll(() => scene?.remove());

/** Another server of the user, and a provider in the name of that server. */
async function atWorkIn(home: string): Promise<{ server: UserServer; provider: KubernetesProvider }> {
  made += 1;
  const server = await scene.server(home, { pod: `jupyter-${made}` });
  const provider = clusterProvider(server.as, { volumes: { '/home/jovyan': home } });
  await provider.start();
  return { server, provider };
}

/** A home of its own, with a snapshot. */
async function userAtWork(): Promise<{ home: string; server: UserServer; provider: KubernetesProvider }> {
  const home = `home-${made + 1}`;
  await scene.home(home);
  return { home, ...(await atWorkIn(home)) };
}

describeOnBed('on a cluster with a controller', () => {
  restoreContract(
    'Kubernetes',
    async () => {
      const { home, ...first } = await userAtWork();
      let { server, provider } = first;
      return {
        get provider() {
          return provider;
        },
        volume: home,
        write: async (file, content) => {
          await server.pod.sh(`printf %s '${content}' > /home/jovyan/${file}; sync`);
        },
        read: async file => (await server.pod.sh(`cat /home/jovyan/${file} 2>/dev/null || true`)) || null,
        // As on a hub: all that ran in the server ends with it, and another server finds everything in the cluster.
        release: async () => {
          const waiting = provider.index.all('restore').find(({ phase }) => phase === 'waiting');
          await provider.stop();
          await scene.shutDown(server);
          await scene.waitForPhase(waiting?.id ?? '', 'Succeeded', { seconds: 90 });
          ({ server, provider } = await atWorkIn(home));
        },
        dispose: () => provider.stop()
      };
    },
    DEADLINE_MS
  );

  test('finds that restores are asked for in the own name only, and says so', async () => {
    const { provider } = await userAtWork();
    try {
      const stateOf = async (id: string) => (await provider.check()).find(one => one.id === id)?.state;

      expect(await stateOf('restore')).toBe('ok');
      // A policy takes a moment until it is in force.
      await waitUntil(
        'restores in others’ names to be refused',
        async () => (await stateOf('restore/requester')) === 'ok'
      );
      expect(provider.capabilities().restore).toEqual({ available: true });
    } finally {
      await provider.stop();
    }
  });

  test('without a controller the plan says so, and goes on when there is one', async () => {
    const { home, provider } = await userAtWork();
    const until = (id: string, what: string, find: (restore: Restore) => boolean): Promise<Restore> =>
      untilIndexed(provider.index, what, () => {
        const restore = provider.index.get('restore', id);
        return restore !== undefined && find(restore) ? restore : undefined;
      });
    await scene.controller.kill();
    try {
      const { id, uid } = await provider.planRestore(`${home}.before`, null, { operationKey: null });
      const blocked = await until(id, 'blocked', ({ phase }) => phase === 'planned');

      expect(blocked.plan?.blockers).toMatchObject([{ kind: 'no-controller' }]);
      await expect(provider.approveRestore(id, uid)).rejects.toMatchObject({ problem: { status: 409 } });
      await scene.controller.start();
      const planned = await until(id, 'planned', one => one.phase === 'planned' && one.plan?.blockers.length === 0);
      expect(planned.plan?.stopsServer).toBe(true);
      expect(planned.plan?.options?.map(({ strategy }) => strategy)).toContain('swap');
    } finally {
      await provider.stop();
    }
  });
});
