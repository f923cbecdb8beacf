/** Watches while the API server fails in every way it can: nothing is missed, and it is told whether that is so. */
import { ApiServer } from '../../../testing/apiServer';
import { testApi } from '../../../testing/testApi';
import { until } from '../../../testing/until';
import { WatchMirror } from '../../../testing/watchMirror';
import type { ClientTimes } from './createKubernetesApi';
import { KubernetesError, type KubernetesApi } from './kubernetesApi';

const PATH = '/api/v1/namespaces/test/configmaps';

let server: ApiServer;
const opened: KubernetesApi[] = [];

beforeEach(async () => {
  server = await ApiServer.start();
});
afterEach(async () => {
  await Promise.all(opened.splice(0).map(api => api.dispose()));
  await server.stop();
});

/** A watch on the stand-in. */
class Mirror extends WatchMirror {
  constructor(times?: Partial<ClientTimes>) {
    const api = testApi({ url: server.url, ...(times === undefined ? {} : { times }) });
    super({ api, path: PATH });
    opened.push(api);
  }

  /** Until both ends know of exactly one stream. */
  watching(): Promise<void> {
    return until(() => server.watches.count === 1 && this.reasons.at(-1) === 'current');
  }

  isCurrent(): boolean {
    const stored = server.store.listAll('ConfigMap', 'test').map(({ metadata, data }) => [metadata.name, data]);
    return JSON.stringify(stored) === JSON.stringify(this.content);
  }
}

const put = (name: string, data: Record<string, string> = {}): unknown => {
  const reference = { kind: 'ConfigMap', namespace: 'test', name };
  return server.store.find(reference) === null
    ? server.store.create({ kind: 'ConfigMap', metadata: { name, namespace: 'test' }, data })
    : server.store.patch(reference, { data });
};
const remove = (name: string): unknown => server.store.delete({ kind: 'ConfigMap', namespace: 'test', name });
const count = (verb: string): number => server.requests.filter(request => request.verb === verb).length;

describe('a watch goes on where it was', () => {
  it.each([
    ['the connection was cut', () => server.watches.reset(), /ECONNRESET|UND_ERR_SOCKET/],
    ['a line was cut off', () => server.watches.tear(), /ECONNRESET|UND_ERR_SOCKET/],
    ['the server told an error in the stream', () => server.watches.fail(500, 'InternalError'), /InternalError/]
  ])('when %s', async (_, breakIt, reason) => {
    put('a');
    const mirror = new Mirror();
    await mirror.watching();
    // What happens while there is no watch is told later.
    server.fault({ watch: true }, { kind: 'status', status: 500 }, 2);
    breakIt();
    await until(() => mirror.health.length > 1);
    put('b');
    remove('a');
    await until(() => mirror.isCurrent());
    await until(() => mirror.reasons.at(-1) === 'current');
    expect(mirror.reasons[0]).toBe('current');
    expect(mirror.reasons[1]).toMatch(reason);
    expect(mirror.reasons.slice(2)).toEqual(['InternalError', 'InternalError', 'current']);
    expect(mirror.replacements).toBe(1);
    expect(count('list')).toBe(1);
  });

  it('when the server ended it at the agreed time, and that is no break', async () => {
    const mirror = new Mirror();
    await mirror.watching();
    put('a');
    await until(() => mirror.isCurrent());
    server.watches.end();
    await until(() => count('watch') === 2);
    put('b');
    await until(() => mirror.isCurrent());
    expect(mirror.reasons).toEqual(['current']);
    expect(count('list')).toBe(1);
  });

  it('from a bookmark, also when all before it was forgotten', async () => {
    const mirror = new Mirror();
    await mirror.watching();
    // Something happened to objects of another kind.
    server.store.create({ kind: 'Pod', metadata: { name: 'other', namespace: 'test' } });
    server.store.compact();
    server.watches.bookmark();
    server.watches.end();
    await until(() => count('watch') === 2);
    put('a');
    await until(() => mirror.isCurrent());
    expect(count('list')).toBe(1);
  });

  it('when its receiver did not take an event', async () => {
    const mirror = new Mirror();
    await mirror.watching();
    mirror.refuseNext = true;
    put('a');
    await until(() => mirror.isCurrent());
    expect(mirror.reasons).toContain('WatchFailed');
  });
});

describe('a watch lists anew', () => {
  it('when what it missed was forgotten', async () => {
    put('a');
    put('b');
    const mirror = new Mirror();
    await mirror.watching();
    server.fault({ watch: true }, { kind: 'reset' });
    server.watches.reset();
    remove('a');
    put('c');
    server.store.compact();
    await until(() => mirror.isCurrent() && mirror.replacements === 2);
    await until(() => mirror.reasons.at(-1) === 'current');
    // Never called current between the break and the new list, though a stream was open meanwhile.
    expect(mirror.reasons.at(-2)).toBe('Expired');
    expect(mirror.reasons.filter(reason => reason === 'current')).toHaveLength(2);
  });

  it('when it is told so in the stream or instead of it', async () => {
    const mirror = new Mirror();
    await mirror.watching();
    server.watches.expire();
    await until(() => mirror.replacements === 2 && server.watches.count === 1);
    server.fault({ watch: true }, { kind: 'status', status: 410, reason: 'Gone' });
    server.watches.end();
    await until(() => mirror.replacements === 3 && server.watches.count === 1);
  });

  it('when the server was set back to an older state', async () => {
    const mirror = new Mirror();
    await mirror.watching();
    server.fault({ watch: true }, { kind: 'status', status: 400, reason: 'BadRequest' });
    server.watches.reset();
    await until(() => mirror.replacements === 2);
  });

  it('and does so with pauses when that does not help', async () => {
    server.fault({ watch: true }, { kind: 'status', status: 410, reason: 'Expired' }, 1000);
    const mirror = new Mirror({ watchPace: { baseMs: 60_000, capMs: 60_000 } });
    await until(() => mirror.health.length === 2);
    expect(count('list')).toBe(2);
    const [first, second] = mirror.health;
    expect(first).toMatchObject({ state: 'broken', error: { status: 410 } });
    expect(second).toMatchObject({ state: 'broken', error: { status: 410 } });
    await mirror.watch.stop();
  });
});

describe('a watch that is silent', () => {
  const times: Partial<ClientTimes> = { watch: { openMs: 5_000, silenceMs: 500, serverSeconds: 300 } };

  it('is replaced, and nothing of meanwhile is missed', async () => {
    const mirror = new Mirror(times);
    await mirror.watching();
    server.watches.silence();
    put('a');
    await until(() => mirror.isCurrent());
    await mirror.watching();
    expect(mirror.reasons).toEqual(['current', 'WatchSilent', 'current']);
  });

  it('is kept as long as there are bookmarks', async () => {
    const mirror = new Mirror(times);
    await mirror.watching();
    const end = performance.now() + 1200;
    await until(() => {
      server.watches.bookmark();
      return performance.now() > end;
    });
    expect(mirror.reasons).toEqual(['current']);
    expect(count('watch')).toBe(1);
  });

  it('does not open for ever', async () => {
    server.fault({ watch: true }, { kind: 'hang' });
    const mirror = new Mirror({ watch: { openMs: 50, silenceMs: 5_000, serverSeconds: 300 } });
    await mirror.watching();
    expect(mirror.reasons).toEqual(['Timeout', 'current']);
  });
});

describe('what a watch says of itself', () => {
  it('is broken since the first failure, until the server is back', async () => {
    const mirror = new Mirror();
    await mirror.watching();
    const { port } = server;
    await server.stop();
    await until(() => mirror.reasons.filter(reason => reason === 'ECONNREFUSED').length >= 3);
    put('a');
    await server.listen(port);
    await until(() => mirror.reasons.at(-1) === 'current' && mirror.isCurrent());
    const broken = mirror.health.filter(health => health.state === 'broken');
    expect(new Set(broken.map(({ since }) => since.getTime())).size).toBe(1);
    expect(broken.every(({ since, retryAt }) => retryAt >= since)).toBe(true);
  });

  it('obeys Retry-After', async () => {
    server.fault({ watch: true }, { kind: 'status', status: 429, reason: 'TooManyRequests', retryAfter: '30' });
    const mirror = new Mirror();
    await until(() => mirror.health.length === 1);
    const [first] = mirror.health;
    expect(first?.state === 'broken' ? first.retryAt.getTime() - first.since.getTime() : 0).toBeGreaterThanOrEqual(
      30_000
    );
    await mirror.watch.stop();
  });

  it('is the first failure of its list, while it goes on trying', async () => {
    server.fault({ path: /configmaps/ }, { kind: 'status', status: 403, reason: 'Forbidden' });
    const mirror = new Mirror();
    await expect(mirror.watch.listed).rejects.toMatchObject({ status: 403, reason: 'Forbidden' });
    put('a');
    await until(() => mirror.isCurrent() && mirror.reasons.at(-1) === 'current');
  });

  it('is no refusal by a server that has just started and has not read the roles yet', async () => {
    const mirror = new Mirror();
    await mirror.watching();
    server.fault({ watch: true }, { kind: 'status', status: 503, reason: 'ServiceUnavailable' });
    server.fault({ watch: true }, { kind: 'status', status: 403, reason: 'Forbidden' });
    server.watches.reset();
    put('a');
    await until(() => mirror.isCurrent() && mirror.reasons.at(-1) === 'current');
    // The first, two that the faults were for, and the one that was opened.
    expect(count('watch')).toBe(4);
    expect(mirror.reasons).not.toContain('Forbidden');
  });

  it('is that it may not watch, where it may list only', async () => {
    put('a');
    server.rules = [{ verbs: ['list'], apiGroups: ['*'], resources: ['*'] }];
    const mirror = new Mirror();
    await mirror.watch.listed;
    expect(mirror.isCurrent()).toBe(true);
    await until(() => mirror.health.length > 0);
    expect(mirror.reasons[0]).toBe('Forbidden');
  });

  it('is a break where the server ends every stream at once', async () => {
    server.fault({ watch: true }, { kind: 'status', status: 200, text: '' }, 3);
    const mirror = new Mirror();
    await mirror.watching();
    expect(mirror.reasons).toEqual(['current', 'WatchClosed', 'WatchClosed', 'WatchClosed', 'current']);
  });
});

describe('a watch that is stopped', () => {
  it('tells nothing more and leaves no stream', async () => {
    const mirror = new Mirror();
    await until(() => mirror.reasons.length === 1);
    await mirror.watch.stop();
    put('a');
    await until(() => server.watches.count === 0);
    expect(mirror.content).toEqual([]);
    expect(mirror.reasons).toEqual(['current']);
  });

  it('ends also while it waits for its next try', async () => {
    server.fault({}, { kind: 'status', status: 429, retryAfter: '600' }, 100);
    const mirror = new Mirror();
    await until(() => mirror.health.length === 1);
    await mirror.watch.stop();
    await expect(mirror.watch.listed).rejects.toBeInstanceOf(KubernetesError);
  });

  it('ends by its signal', async () => {
    const abort = new AbortController();
    const api = testApi({ url: server.url });
    opened.push(api);
    const mirror = new WatchMirror({ api, path: PATH, signal: abort.signal });
    await until(() => server.watches.count === 1);
    abort.abort();
    await until(() => server.watches.count === 0);
    await mirror.watch.stop();
  });
});
