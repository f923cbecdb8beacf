/** The client on the API server stand-in. */
import { ApiServer } from '../../../testing/apiServer';
import { testApi } from '../../../testing/testApi';
import { clientSuite } from './clientSuite';

clientSuite(async () => {
  const server = await ApiServer.start();
  const api = testApi({ url: server.url });
  return {
    api,
    namespace: 'test',
    stop: async () => {
      await api.dispose();
      await server.stop();
    }
  };
});
