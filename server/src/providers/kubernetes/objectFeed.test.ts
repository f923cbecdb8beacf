/** A followed selection: nobody is told that it is known before it was read. */
import { ApiServer } from '../../testing/apiServer';
import { testApi } from '../../testing/testApi';
import type { KubernetesApi } from './client/kubernetesApi';
import { ObjectFeed } from './objectFeed';
import { paths, VolumeSnapshot } from './resources';

let server: ApiServer;
let api: KubernetesApi;
let feed: ObjectFeed<VolumeSnapshot>;

beforeEach(async () => {
  server = await ApiServer.start();
  api = testApi({ url: server.url });
  const nothing = (): void => undefined;
  feed = new ObjectFeed({
    api,
    path: paths.snapshots('test'),
    item: VolumeSnapshot,
    mayWatch: () => true,
    changed: nothing,
    bulkChanged: nothing,
    healthChanged: nothing
  });
  server.store.create({
    kind: 'VolumeSnapshot',
    metadata: { name: 'one', namespace: 'test', labels: { id: 'a' } },
    spec: { source: { persistentVolumeClaimName: 'claim' } }
  });
});
afterEach(async () => {
  await feed.stop();
  await api.dispose();
  await server.stop();
});

it('lets also the second who asks for the same wait until it was read', async () => {
  void feed.follow({ labelSelector: 'id in (a)' });
  await feed.follow({ labelSelector: 'id in (a)' });
  expect(feed.get('one')?.metadata.name).toBe('one');
});

it('does not read the same again', async () => {
  await feed.follow({ labelSelector: 'id in (a)' });
  const { length } = server.requests;
  await feed.follow({ labelSelector: 'id in (a)' });
  expect(server.requests).toHaveLength(length);
});
