/** The suite of all providers on the API server stand-in; on a real cluster it runs in testbed/. */
import { providerContract } from '../contractSuite';
import { ClusterScene } from './testing/clusterScene';

providerContract('kubernetes on the stand-in', async () => {
  const scene = await ClusterScene.open();
  const provider = await scene.provider();
  return {
    provider,
    volume: 'home',
    write: (file, content) => {
      scene.files.set('home', { ...scene.files.get('home'), [file]: content });
      return Promise.resolve();
    },
    readClone: ({ id }, file) => Promise.resolve(scene.files.get(id)?.[file] ?? ''),
    dispose: () => scene.end()
  };
});
