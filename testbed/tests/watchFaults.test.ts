// Watches and lists of the client while a real API server fails: nothing is missed, and what is said of it is true.
import { configMap, describeClient, Item, LABEL, PATH } from '../support/clientScene';
import { waitUntil } from '../support/waitUntil';

describeClient(scene => {
  describe('a watch', () => {
    it('goes on where it was after cuts and errors, without a second list', async () => {
      await scene.put('before');
      scene.proxy.requests.length = 0;
      const mirror = scene.mirror(await scene.openByProxy());
      await mirror.current();
      scene.proxy.fail({ status: 500 }, { watch: true });
      scene.proxy.fail({ cut: 'before' }, { watch: true });
      scene.proxy.fail({ resetStream: true }, { watch: true });
      scene.proxy.cut();
      await waitUntil('the watch to notice', () => mirror.reasons.length > 1);
      await scene.put('meanwhile');
      await scene.remove('before');
      await scene.equalToList(mirror);
      expect(mirror.reasons.slice(2, -1)).toContain('InternalError');
      expect(mirror.replacements).toBe(1);
      expect(scene.proxy.requests.filter(({ url }) => url.searchParams.has('limit'))).toHaveLength(1);
    });

    it('lists anew when what it missed was compacted away', async () => {
      await scene.put('stays');
      await scene.put('goes');
      const mirror = scene.mirror(await scene.openByProxy({ watchPace: { baseMs: 50, capMs: 200 } }));
      await mirror.current();
      scene.proxy.fail({ status: 503 }, { watch: true, times: 10_000 });
      scene.proxy.cut();
      await scene.remove('goes');
      await scene.put('stays', '1');
      await scene.put('comes');
      await scene.server.compact();
      // The server's own memory of what happened would bridge the gap; a new one has none.
      await scene.server.stopServer();
      await scene.server.startServer();
      scene.proxy.clear();
      await scene.equalToList(mirror);
      expect(mirror.reasons).toContain('Expired');
      expect(mirror.replacements).toBe(2);
    });

    it('does not expire while it is quiet: bookmarks carry it on', async () => {
      const watch = { openMs: 5_000, silenceMs: 60_000, serverSeconds: 6 };
      scene.proxy.requests.length = 0;
      const mirror = scene.mirror(await scene.openByProxy({ watch }));
      await mirror.current();
      // Something happens that it is not told of.
      await scene.admin.create({ ...configMap('other'), metadata: { name: 'other', namespace: 'default' } });
      const versions = () =>
        scene.proxy.requests
          .filter(({ url }) => url.searchParams.has('watch'))
          .map(({ url }) => Number(url.searchParams.get('resourceVersion')));
      await waitUntil('two streams', () => versions().length >= 2, { seconds: 30 });
      await scene.remove('other');
      const [first = 0, second = 0] = versions();
      expect(second).toBeGreaterThan(first);
      expect(mirror.reasons).toEqual(['current']);
      expect(mirror.replacements).toBe(1);
    });

    it('notices that nobody is there any more, though the connection stays', async () => {
      const watch = { openMs: 2_000, silenceMs: 2_000, serverSeconds: 300 };
      const api = await scene.openByProxy({ watch });
      const mirror = scene.mirror(api);
      await mirror.current();
      scene.proxy.hold();
      await scene.put('unheard');
      await waitUntil('the silence to be noticed', () => mirror.reasons.includes('WatchSilent'));
      expect(mirror.has('unheard')).toBe(false);
      scene.proxy.letNewPass();
      // By a new connection; on the old one it would wait for the system to find out.
      await scene.equalToList(mirror, 15);
    });

    it('goes on after the server was away for 30 s, and says since when', async () => {
      await scene.put('before');
      const mirror = scene.mirror(scene.open(await scene.server.kubeconfig()));
      await mirror.current();
      const stoppedAt = Date.now();
      await scene.server.stopServer();
      await waitUntil('30 s', () => Date.now() - stoppedAt >= 30_000, { every: 500 });
      await scene.server.startServer();
      await scene.put('after');
      await scene.remove('before');
      await scene.equalToList(mirror);
      const broken = mirror.health.filter(health => health.state === 'broken');
      expect(broken.length).toBeGreaterThan(1);
      // No storm: with full jitter up to 15 s there are some tries in 30 s and not hundreds.
      expect(broken.length).toBeLessThan(40);
      expect(new Set(broken.map(({ since }) => since.getTime())).size).toBe(1);
      expect((broken[0]?.since.getTime() ?? 0) - stoppedAt).toBeLessThan(2_000);
      expect(mirror.reasons).toContain('ECONNREFUSED');
    });
  });

  describe('a list', () => {
    it('starts anew when its next page was compacted away, and is whole', async () => {
      for (const name of ['a', 'b', 'c']) {
        await scene.put(name);
      }
      const api = await scene.openByProxy({ requestMs: 60_000 });
      const pages: number[] = [];
      const list = api.list({
        path: PATH,
        labelSelector: LABEL,
        item: Item,
        pageSize: 2,
        progress: read => {
          if (pages.push(read) === 1) {
            scene.proxy.hold();
          }
        }
      });
      await waitUntil('the first page', () => pages.length === 1);
      await scene.put('0');
      await scene.remove('b');
      await scene.server.compact();
      await scene.server.stopServer();
      await scene.server.startServer();
      scene.proxy.resume();
      const { items } = await list;
      expect(items.map(item => item.metadata.name)).toEqual(['0', 'a', 'c']);
      expect(pages).toEqual([2, 2, 3]);
    });
  });
});
