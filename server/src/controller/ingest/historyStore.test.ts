/** Histories in a ConfigMap, of which another controller writes too. */
import { ApiServer } from '../../testing/apiServer';
import { testApi } from '../../testing/testApi';
import type { KubernetesApi } from '../../providers/kubernetes/client/kubernetesApi';
import { HistoryStore } from './historyStore';
import { StorageConfigMap } from './storageConfigMap';
import type { MirrorHistory } from './mirrorHistory';

const NOW = new Date('2026-11-23T12:00:00Z');
let server: ApiServer;
let api: KubernetesApi;
let store: HistoryStore;

beforeEach(async () => {
  server = await ApiServer.start();
  api = testApi({ url: server.url });
  store = new HistoryStore(new StorageConfigMap({ api, namespace: 'datamark', storage: 'one' }));
});
afterEach(async () => {
  await api.dispose();
  await server.stop();
});

const history = (parts: Partial<MirrorHistory> = {}): MirrorHistory => ({
  since: '2026-11-01T00:00:00.000Z',
  shownAt: '2026-11-23T00:00:00.000Z',
  watchedAt: '2026-11-23T00:00:00.000Z',
  gaps: false,
  end: 'end',
  total: null,
  asOf: null,
  items: [],
  ...parts
});

const ended = (endedAt: string): MirrorHistory['items'][number] => ({
  endedAt,
  type: 'update',
  state: 'succeeded',
  bytes: 1,
  seconds: 1,
  ageSeconds: 1
});

it('gives back what was stored', async () => {
  await store.write(new Map([['a', history()]]), NOW);
  await store.write(new Map([['b', history({ gaps: true })]]), NOW);

  expect(Object.fromEntries(await store.read())).toEqual({ a: history(), b: history({ gaps: true }) });
});

it('joins what another controller writes at the same moment', async () => {
  const other = new HistoryStore(new StorageConfigMap({ api, namespace: 'datamark', storage: 'one' }));
  await store.write(new Map([['a', history()]]), NOW);
  const [first, second] = ['2026-11-23T01:00:00.000Z', '2026-11-23T02:00:00.000Z'];

  await Promise.all([
    store.write(new Map([['a', history({ items: [ended(first)] })]]), NOW),
    other.write(new Map([['a', history({ items: [ended(second)] })]]), NOW)
  ]);

  const items = (await store.read()).get('a')?.items.map(({ endedAt }) => endedAt);
  expect(items).toEqual([first, second]);
});

it('begins anew where what is stored can’t be read', async () => {
  server.store.create({
    kind: 'ConfigMap',
    metadata: { name: store.name, namespace: 'datamark' },
    data: { 'mirrors.json': 'no JSON' }
  });

  expect((await store.read()).size).toBe(0);
  await store.write(new Map([['a', history()]]), NOW);
  expect((await store.read()).size).toBe(1);
});

it('keeps within what a ConfigMap holds, and drops what nobody was shown for long', async () => {
  const items = Array.from({ length: 24 }, () => ended('2026-11-23T01:00:00.000Z'));
  const many = Array.from(
    { length: 1_000 },
    (_, index) =>
      [`mirror-${index}`, history({ items, shownAt: new Date(NOW.getTime() - index * 60_000).toISOString() })] as const
  );
  const old = history({ shownAt: '2026-01-01T00:00:00.000Z' });

  const stored = await store.write(new Map([...many, ['old', old]]), NOW);

  const text = JSON.stringify(server.store.get({ kind: 'ConfigMap', namespace: 'datamark', name: store.name }));
  expect(text.length).toBeLessThan(1 << 20);
  expect(stored.has('mirror-0')).toBe(true);
  expect(stored.has('mirror-999')).toBe(false);
  expect(stored.has('old')).toBe(false);
});
