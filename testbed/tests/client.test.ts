// The client's own suite on the cluster of KUBECONFIG: what it promises on the stand-in holds on a real API server.
import { clientSuite } from '../../server/src/providers/kubernetes/client/clientSuite';
import { openKubernetesApi } from '../../server/src/providers/kubernetes/client/openKubernetesApi';
import { TestCluster } from '../support/testCluster';

clientSuite(async () => {
  const cluster = await TestCluster.open();
  const namespace = await cluster.namespace('client');
  const api = openKubernetesApi({ environment: process.env, userAgent: 'datamark-tests' });
  return {
    api,
    namespace: namespace.name,
    stop: async () => {
      await api.dispose();
      await namespace.remove();
      cluster.close();
    }
  };
});
