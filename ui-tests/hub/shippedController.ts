/** The controller of restores beside the hub: all that deploy/ ships for it is installed, its Deployment where there is a bed. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { bed } from '../../testbed/support/bed';
import { packControllerImage } from '../../testbed/support/controllerImage';
import { installController, uninstallController } from '../../testbed/support/controllerManifests';
import { deployController, removeController } from '../../testbed/support/deployedController';
import { TestCluster } from '../../testbed/support/testCluster';
import { kubectl } from './cluster';
import { environment } from './environment';
import { installIngestFor, removeIngestAgain } from './hubStorage';

/** What the servers of the hub run is what the controller runs. */
const BUNDLE = join(__dirname, '..', '..', 'jupyterlab_datamark', 'sidecar', 'sidecar.mjs');

/** Installs it; gives what takes everything away again. Only the bed can be given its image: elsewhere it has no pod. */
export async function installShippedController(): Promise<() => Promise<void>> {
  if (!existsSync(BUNDLE)) {
    throw new Error('There is no bundle for the image of the controller: make build');
  }
  const cluster = await TestCluster.open();
  if (bed !== undefined) {
    await packControllerImage(bed, BUNDLE);
  }
  await installController(cluster);
  if (bed !== undefined) {
    const { hostname: address, port } = new URL(environment.url);
    const { namespace, controllerToken: token } = environment;
    const ingest = await installIngestFor(bed, namespace);
    await deployController(cluster, { hub: { namespace, token, address, port }, ingest });
  }
  return async () => {
    // Each is settled by the controller, which takes its finalizer off.
    await kubectl('delete', 'volumerestores', '--all', '--timeout=120s');
    await removeController();
    await removeIngestAgain();
    await uninstallController(cluster);
    cluster.close();
  };
}
