// The cluster itself: a snapshot keeps what a volume held, and a clone of it gives that to a pod.
import { claim, volumeSnapshot } from '../support/manifests';
import { TestCluster } from '../support/testCluster';
import type { TestNamespace } from '../support/testNamespace';
import { TestPod } from '../support/testPod';

let cluster: TestCluster;
let namespace: TestNamespace;

beforeAll(async () => {
  cluster = await TestCluster.open();
  namespace = await cluster.namespace('snapshot');
});

afterAll(async () => {
  await namespace.remove();
  cluster.close();
});

test('a pod reads from a clone what the volume held when its snapshot was taken', async () => {
  await namespace.create(claim('home'));
  const writer = await TestPod.start(namespace, 'writer', { claims: { '/data': 'home' } });
  await writer.sh('echo first > /data/file; sync');

  await namespace.create(volumeSnapshot('before', 'home'));
  await namespace.waitUntilReady('before');
  await writer.sh('echo second > /data/file; sync');
  await namespace.create(claim('copy', { from: { snapshot: 'before' } }));
  const reader = await TestPod.start(namespace, 'reader', { claims: { '/data': 'copy' } });

  expect(await reader.sh('cat /data/file')).toBe('first\n');
  expect(await writer.sh('cat /data/file')).toBe('second\n');
});

test('a clone of a claim holds its bytes and changes alone', async () => {
  await namespace.create(claim('source'));
  const writer = await TestPod.start(namespace, 'source', { claims: { '/data': 'source' } });
  await writer.sh('echo shared > /data/file; sync');

  await namespace.create(claim('sibling', { from: { claim: 'source' } }));
  const sibling = await TestPod.start(namespace, 'sibling', { claims: { '/data': 'sibling' } });
  await sibling.sh('echo own > /data/file');

  expect(await sibling.sh('cat /data/file')).toBe('own\n');
  expect(await writer.sh('cat /data/file')).toBe('shared\n');
});
