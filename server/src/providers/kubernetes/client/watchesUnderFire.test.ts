/** A watch while everything breaks in random order and things happen meanwhile: in the end it knows what there is. */
import { ApiServer } from '../../../testing/apiServer';
import { testApi } from '../../../testing/testApi';
import { until } from '../../../testing/until';
import { WatchMirror } from '../../../testing/watchMirror';
import type { KubernetesApi } from './kubernetesApi';

const PATH = '/api/v1/namespaces/test/configmaps';

let server: ApiServer;
let api: KubernetesApi;

beforeEach(async () => {
  server = await ApiServer.start();
});
afterEach(async () => {
  await api.dispose();
  await server.stop();
});

const put = (name: string, data: Record<string, string> = {}): unknown => {
  const reference = { kind: 'ConfigMap', namespace: 'test', name };
  return server.store.find(reference) === null
    ? server.store.create({ kind: 'ConfigMap', metadata: { name, namespace: 'test' }, data })
    : server.store.patch(reference, { data });
};
const remove = (name: string): unknown => server.store.delete({ kind: 'ConfigMap', namespace: 'test', name });

function isCurrent(mirror: WatchMirror): boolean {
  const stored = server.store.listAll('ConfigMap', 'test').map(({ metadata, data }) => [metadata.name, data]);
  return JSON.stringify(stored) === JSON.stringify(mirror.content);
}

describe('a watch under everything at once', () => {
  it.each([1, 2, 3])('misses nothing (seed %i)', async seed => {
    const random = randomOf(seed);
    api = testApi({ url: server.url, times: { watch: { openMs: 100, silenceMs: 300, serverSeconds: 300 } } });
    const mirror = new WatchMirror({ api, path: PATH, pageSize: 3 });
    await mirror.current();
    const { port } = server;
    for (let step = 0; step < 60; step++) {
      const name = `map-${Math.floor(random() * 8)}`;
      const exists = server.store.find({ kind: 'ConfigMap', namespace: 'test', name }) !== null;
      if (exists && random() < 0.3) {
        remove(name);
      } else {
        put(name, { step: String(step) });
      }
      const breaks = [
        () => server.watches.reset(),
        () => server.watches.end(),
        () => server.watches.tear(),
        () => server.watches.silence(),
        () => server.watches.expire(),
        () => server.watches.bookmark(),
        () => server.store.compact(),
        () => server.fault({}, { kind: 'reset' }, 2),
        () => server.fault({}, { kind: 'status', status: 500 }, 2),
        () => server.fault({ watch: true }, { kind: 'hang' }),
        () => server.fault({}, { kind: 'status', status: 429, reason: 'TooManyRequests', retryAfter: '0' })
      ];
      if (random() < 0.5) {
        breaks[Math.floor(random() * breaks.length)]?.();
      }
      if (step === 30) {
        await server.stop();
        put('while-it-was-away');
        await server.listen(port);
      }
      if (random() < 0.3) {
        await until(() => server.watches.count <= 1);
      }
    }
    await until(() => isCurrent(mirror) && mirror.reasons.at(-1) === 'current', 10_000);
    await until(() => server.watches.count === 1);
  });
});

/** The same sequence at each run (mulberry32). */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
