/** The provider as a whole on the API server stand-in: breaks, restarts, few rights, many objects. */
import { until } from '../../testing/until';
import { untilIndexed, untilOver, untilPhase } from '../../testing/untilIndexed';
import type { KubernetesProvider } from './kubernetesProvider';
import { ClusterScene, NAMESPACE } from './testing/clusterScene';

const WANTED = { title: 'before', note: '', heldUntil: null, notebook: null } as const;
const NO_KEY = { operationKey: null } as const;

let scene: ClusterScene;

beforeEach(async () => {
  scene = await ClusterScene.open();
});

afterEach(() => scene.end());

describe('an API server that goes away', () => {
  it('leaves what was known with since when, turns everything off, and heals by itself with what happened since', async () => {
    const provider = await scene.provider();
    const { name } = await provider.createSnapshot('home', WANTED, NO_KEY);
    await untilPhase(provider.index, 'snapshot', name, 'ready');
    const { port } = scene.server;
    let told = 0;
    provider.onStatusChange(() => (told += 1));

    await scene.server.stop();
    await until(() => !provider.freshness().current && told > 0);

    expect(provider.freshness()).toMatchObject({ current: false, asOf: expect.any(String) });
    expect(provider.index.get('snapshot', name)?.state.phase).toBe('ready');
    expect(provider.index.get('volume', 'home')?.can.snapshot).toMatchObject({ available: false });
    scene.foreignSnapshot('meanwhile', 'home');
    await scene.server.listen(port);
    await untilIndexed(provider.index, 'what was made meanwhile', () => provider.index.get('snapshot', 'meanwhile'));
    await until(() => provider.freshness().current);
    expect(provider.index.get('volume', 'home')?.can.snapshot).toEqual({ available: true });
  });

  it('before anything was read is told as that, never as nothing being there', async () => {
    scene.foreignSnapshot('old', 'home');
    const { port } = scene.server;
    await scene.server.stop();

    const provider = await scene.provider();

    expect(provider.freshness()).toMatchObject({ current: false, asOf: null });
    await scene.server.listen(port);
    await untilIndexed(provider.index, 'what is there', () => provider.index.get('snapshot', 'old'));
    await until(() => provider.freshness().current);
  });
});

it('an API server that takes requests without answering holds the start up for the first look only; it heals', async () => {
  scene.foreignSnapshot('old', 'home');
  const { port } = scene.server;
  scene.server.fault({ path: /^\/version/ }, { kind: 'reset' }, 1_000);
  scene.server.fault({}, { kind: 'hang' }, 1_000);

  const provider = await scene.provider();

  const detail = expect.stringContaining('The Kubernetes API');
  expect(provider.freshness()).toMatchObject({ current: false, asOf: null, problem: { detail } });
  expect(provider.capabilities().snapshot).toMatchObject({ available: false, reason: detail });
  scene.server.clearFaults();
  await scene.server.stop();
  await scene.server.listen(port);
  await untilIndexed(provider.index, 'what is there', () => provider.index.get('snapshot', 'old'));
  await until(() => provider.freshness().current);
  await until(() => provider.index.get('volume', 'home')?.can.snapshot.available === true);
});

it('a server that nothing tells its namespace says so, and asks for nothing in any', async () => {
  const provider = await scene.provider({ namespace: null });

  expect(provider.label).toBe(`unknown namespace on 127.0.0.1:${scene.server.port}`);
  expect(provider.platform().namespace).toBeNull();
  const detail = expect.stringContaining('In which namespace this server is, is not known.');
  expect(provider.freshness()).toMatchObject({ current: false, problem: { detail } });
  expect(provider.lastFindings()).toMatchObject([{ id: 'api', message: detail }]);
  await expect(provider.createSnapshot('home', WANTED, NO_KEY)).rejects.toMatchObject({ problem: { detail } });
  expect(scene.server.requests.filter(({ path }) => path.includes('/namespaces/'))).toEqual([]);
  expect(scene.server.requests.filter(({ method }) => method !== 'GET')).toEqual([]);
});

it('a provider that starts anew finds what is being made, and lets it be cancelled', async () => {
  scene.idle = true;
  const first = await scene.provider();
  const { name } = await first.createSnapshot('home', WANTED, NO_KEY);
  const { id } = await first.createClone({ volume: 'home' }, { name: 'sweep' }, NO_KEY);

  const second = await scene.provider();

  const running = second.index.all('operation').map(({ object, state, cancel }) => [object.name, state, cancel]);
  expect(running.sort()).toEqual([
    [name, 'running', { available: true }],
    [id, 'running', { available: true }]
  ]);
});

it('a clock that is wrong by minutes changes neither order nor readiness', async () => {
  const provider = await scene.provider();
  const now = jest.spyOn(Date, 'now').mockReturnValue(Date.now() - 600_000);
  const { name } = await provider.createSnapshot('home', WANTED, NO_KEY);
  const ready = await untilPhase(provider.index, 'snapshot', name, 'ready');
  now.mockRestore();

  expect(ready.createdAt).toBe('2026-11-20T08:00:00.000Z');
  expect((await untilOver(provider.index, name)).state).toBe('succeeded');
});

describe('a request that is sent again while the API server is away', () => {
  const KEY = { operationKey: '0123456789abcdef' } as const;
  const away = async (provider: KubernetesProvider): Promise<void> => {
    await scene.server.stop();
    await until(() => !provider.freshness().current);
  };
  const refusedWords = (provider: KubernetesProvider): Promise<string> =>
    provider.createSnapshot('home', WANTED, KEY).then(
      () => 'made',
      (error: unknown) => (error instanceof Error ? error.message : '')
    );

  it('gives what its first try has made', async () => {
    const provider = await scene.provider();
    const { uid } = await provider.createSnapshot('home', WANTED, KEY);
    await away(provider);

    expect((await provider.createSnapshot('home', WANTED, KEY)).uid).toBe(uid);
  });

  it('says that it isn’t known where the first try was not answered', async () => {
    const provider = await scene.provider();
    scene.server.fault({ method: 'POST', path: /volumesnapshots$/ }, { kind: 'reset' }, 100);
    scene.server.fault({ method: 'GET', path: /volumesnapshots\/./ }, { kind: 'reset' }, 100);
    expect(await refusedWords(provider)).toMatch(/^Whether the snapshot of home was made isn’t known\./);
    await away(provider);

    expect(await refusedWords(provider)).toMatch(/^Whether the snapshot was made isn’t known\./);
  });

  it('is called not made where it is the first', async () => {
    const provider = await scene.provider();
    const { name } = await provider.createSnapshot('home', WANTED, NO_KEY);
    await untilPhase(provider.index, 'snapshot', name, 'ready');
    await away(provider);

    expect(await refusedWords(provider)).toMatch(/^The snapshot was not made\./);
  });

  it('says that it isn’t known where nothing was read since the start', async () => {
    await scene.server.stop();
    const provider = await scene.provider();

    expect(await refusedWords(provider)).toMatch(/^Whether the snapshot was made isn’t known\./);
  });
});

describe('the role that NetApp publishes', () => {
  beforeEach(() => {
    scene.server.rules = [
      { verbs: ['get', 'list'], apiGroups: [''], resources: ['persistentvolumeclaims', 'services'] },
      { verbs: ['get', 'list', 'create'], apiGroups: ['snapshot.storage.k8s.io'], resources: ['volumesnapshots'] },
      { verbs: ['create'], apiGroups: ['authorization.k8s.io'], resources: ['*'] }
    ];
  });

  it('is enough to list and to snapshot: looked at again while somebody follows, not at all else', async () => {
    scene.foreignSnapshot('there', 'home');
    const provider = await scene.provider();
    expect(provider.index.get('snapshot', 'there')).toBeDefined();
    expect(provider.notices().map(({ code }) => code)).toContain('no-watch');

    provider.followers(1);
    const { name } = await provider.createSnapshot('home', WANTED, NO_KEY);
    await untilPhase(provider.index, 'snapshot', name, 'ready');
    provider.followers(0);

    const watches = scene.server.requests.filter(({ verb, path }) => verb === 'watch' && path.endsWith('snapshots'));
    expect(watches).toEqual([]);
    expect(scene.get('VolumeSnapshot', name)?.['spec']).toEqual({ source: { persistentVolumeClaimName: 'home' } });
  });

  it('says which rights are missing for the rest', async () => {
    const provider = await scene.provider();

    expect(provider.capabilities()).toMatchObject({
      snapshot: { available: true },
      clone: { available: false },
      delete: { available: false },
      hold: { available: false }
    });
  });
});

it('tells of a claim that was deleted while its snapshot is pending', async () => {
  scene.idle = true;
  const provider = await scene.provider();
  const { name } = await provider.createSnapshot('home', WANTED, NO_KEY);

  scene.server.store.delete({ kind: 'PersistentVolumeClaim', namespace: NAMESPACE, name: 'home' });
  const message =
    'Failed to create snapshot content with error cannot get claim from snapshot: persistentvolumeclaims "home" not found';
  scene.status('VolumeSnapshot', name, { error: { time: new Date().toISOString(), message } });

  const failed = await untilPhase(provider.index, 'snapshot', name, 'failed');
  expect(failed.state).toMatchObject({
    problem: { detail: expect.stringContaining('The volume’s claim was deleted.') }
  });
});
