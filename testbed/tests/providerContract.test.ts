// The suite of all providers, on a real cluster: a claim of its own for each test, and pods that write and read.
import { providerContract } from '../../server/src/providers/contractSuite';
import { clusterProvider } from '../support/clusterProvider';
import { claim } from '../support/manifests';
import { TestCluster } from '../support/testCluster';
import type { TestNamespace } from '../support/testNamespace';
import { TestPod } from '../support/testPod';

let cluster: TestCluster;
let namespace: TestNamespace;
let made = 0;

beforeAll(async () => {
  cluster = await TestCluster.open();
  namespace = await cluster.namespace('contract');
});

afterAll(async () => {
  await namespace.remove();
  cluster.close();
});

providerContract('kubernetes', async () => {
  made += 1;
  const volume = `home-${made}`;
  await namespace.create(claim(volume));
  await namespace.waitUntilBound(volume);
  const provider = clusterProvider(namespace, { volumes: { '/home/jovyan': volume } });
  await provider.start();
  let writer: TestPod | null = null;
  let readers = 0;
  return {
    provider,
    volume,
    write: async (file, content) => {
      writer ??= await TestPod.start(namespace, `${volume}-writer`, { claims: { '/data': volume } });
      await writer.sh(`printf %s ${JSON.stringify(content)} > /data/${file}; sync`);
    },
    readClone: async (clone, file) => {
      readers += 1;
      const reader = await TestPod.start(namespace, `${volume}-reader-${readers}`, { claims: { '/data': clone.id } });
      const content = await reader.sh(`cat /data/${file}`);
      await reader.stop();
      return content;
    },
    dispose: () => provider.stop()
  };
});
