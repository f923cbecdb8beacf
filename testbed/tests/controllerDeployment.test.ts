// The controller as it is deployed: its Deployment from deploy/, in the image packed of this tree, restores for real.
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { load } from 'js-yaml';
import {
  CONTROLLER_NAMESPACE,
  controllerIsAvailable,
  DEPLOYMENT_FILE,
  deployController,
  removeController,
  scaleController
} from '../support/deployedController';
import { describeOnBed } from '../support/describeOnBed';
import { kubectl } from '../support/kubectl';
import { at, textAt, type KubernetesObject } from '../support/kubernetesObject';
import { RestoreScene } from '../support/restoreScene';
import { DEPLOY, shipped } from '../support/shippedManifest';

test('the controller makes pods of its own image, and starts what the image recipe puts into it', async () => {
  const deployment = load(await shipped(DEPLOYMENT_FILE)) as KubernetesObject;
  const container = at(deployment, 'spec', 'template', 'spec', 'containers', 0);
  const settings = JSON.parse(textAt(container, 'env', 0, 'value')) as { image: string };
  const recipe = await readFile(path.join(DEPLOY, 'controller', 'Containerfile'), 'utf8');

  expect(settings.image).toBe(at(container, 'image'));
  // Check pods and Jobs name both paths.
  expect(recipe).toMatch(/^ENTRYPOINT \["\/usr\/local\/bin\/node", "\/opt\/datamark\/sidecar\.mjs"\]$/m);
  expect(recipe).toMatch(/ rsync /);
  expect(recipe).toMatch(/^USER 65532:65532$/m);
});

describeOnBed('the deployed controller', () => {
  let scene: RestoreScene;

  beforeAll(async () => {
    scene = await RestoreScene.open('deployed', { start: false });
    // What most clusters enforce where system parts run.
    const labels = { 'pod-security.kubernetes.io/enforce': 'restricted' };
    await scene.cluster.admin.patch('Namespace', CONTROLLER_NAMESPACE, { metadata: { labels } });
    await deployController(scene.cluster);
  });
  afterAll(async () => {
    await removeController();
    await scene.remove();
  });

  test('restores a home whose server runs, and goes on after its pod was deleted on the way', async () => {
    await scene.home('home');
    const before = await scene.hashOf('home');
    await scene.inClaim('home', 'echo after > file; echo later > later');
    const server = await scene.server('home');
    await scene.request('restore', { claimName: 'home', snapshotName: 'home.before', strategy: 'copy' }, server);
    await scene.waitForPhase('restore', 'Planned');
    await scene.approve('restore', server);
    await scene.waitForPhase('restore', 'WaitingForRelease');

    await kubectl(['--namespace', CONTROLLER_NAMESPACE, 'delete', 'pod', '--all', '--force', '--grace-period=0']);
    await scene.shutDown(server);
    const { status } = await scene.waitForPhase('restore', 'Succeeded', { seconds: 120 });

    expect(status.problem ?? null).toBeNull();
    await scene.waitUntilSettled('restore');
    expect(await scene.hashOf('home')).toBe(before);
    expect(await scene.leftovers()).toEqual([]);
  });

  test('tells its metrics, and ends in peace when it is asked to', async () => {
    await controllerIsAvailable(scene.cluster);
    const pods = await scene.cluster.admin.list('Pod', CONTROLLER_NAMESPACE);
    const [pod] = pods.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
    const path = await scene.cluster.admin.path('Pod', CONTROLLER_NAMESPACE, `${pod?.metadata.name}:8080`);

    expect(String(await scene.cluster.admin.ask('GET', `${path}/proxy/metrics`))).toMatch(/^datamark_/m);

    await scaleController(scene.cluster, 0);
  });
});
