// Mirrors through the controller as it is deployed: its Service, its certificate and the token that the cluster projects into a server.
import { OntapEmulator } from '../ontap/ontapEmulator';
import { makeCertificates, type EmulatorCertificates } from '../ontap/emulatorCertificates';
import { bed } from '../support/bed';
import { BundledSidecar } from '../../server/src/testing/bundledSidecar';
import { packControllerImage } from '../support/controllerImage';
import { CONTROLLER_NAMESPACE, deployController, removeController } from '../support/deployedController';
import { installController, uninstallController } from '../support/controllerManifests';
import { INGEST_HOST, installIngest, removeIngest, type DeployedIngest } from '../support/deployedIngest';
import { describeOnBed } from '../support/describeOnBed';
import { kubectl } from '../support/kubectl';
import { textAt } from '../support/kubernetesObject';
import { claim, serviceAccount } from '../support/manifests';
import { TestCluster } from '../support/testCluster';
import type { TestNamespace } from '../support/testNamespace';
import { TestPod } from '../support/testPod';

const FOLDER = '/var/run/secrets/datamark';
const PASSWORD = 'canary-of-the-storage-8d1f';
const DESTINATION = 'svm-lab:arrivals';

describeOnBed('mirrors through the deployed controller', () => {
  let cluster: TestCluster;
  let namespace: TestNamespace;
  let certificates: EmulatorCertificates;
  let ontap: OntapEmulator;
  let ingest: DeployedIngest;
  let server: TestPod;

  beforeAll(async () => {
    if (bed === undefined) {
      throw new Error('there is no bed');
    }
    const host = bed.hostAddress;
    const [opened, bundled, made] = await Promise.all([
      TestCluster.open(),
      BundledSidecar.build(),
      makeCertificates('nobody', [`IP:${host}`])
    ]);
    cluster = opened;
    certificates = made;
    namespace = await cluster.namespace('ingest-deployed');
    const accounts = [{ name: 'reader', password: PASSWORD, role: 'readonly' }] as const;
    ontap = new OntapEmulator({ host, certificates, accounts });
    await ontap.start();
    await packControllerImage(bed, bundled.bundle);
    await installController(cluster);
    const storage = { address: ontap.url, ca: certificates.ca, username: 'reader', password: PASSWORD };
    ingest = await installIngest(storage, [namespace.name]);
    await deployController(cluster, { ingest: ingest.settings });
    server = await mirroredServer();
  });
  afterAll(async () => {
    await removeController();
    await removeIngest();
    await uninstallController(cluster);
    await ontap.stop();
    await certificates.dispose();
    await namespace.remove();
    cluster.close();
  });

  /** A server with a claim that a mirror arrives in. */
  async function mirroredServer(): Promise<TestPod> {
    ontap.addRelationship({ source: 'svm-prod:sales', destination: DESTINATION, schedule: 'hourly' });
    await namespace.create(serviceAccount('ann'), claim('arrivals'));
    const annotations = { 'datamark.github.io/mirror-destination': DESTINATION };
    const pod = await TestPod.start(namespace, 'ann', {
      serviceAccount: 'ann',
      claims: { '/arrivals': 'arrivals' },
      projected: { [FOLDER]: ingest.projected },
      hosts: { [INGEST_HOST]: ingest.ip }
    });
    const bound = await namespace.waitUntilBound('arrivals');
    await cluster.admin.patch('PersistentVolume', textAt(bound, 'spec', 'volumeName'), { metadata: { annotations } });
    return pod;
  }

  const asked = (token: string): string =>
    `curl --silent --show-error --max-time 20 --cacert ${FOLDER}/ca.crt --header "Authorization: Bearer $(cat ${token})" ` +
    `--write-out '\n%{http_code}' 'https://${INGEST_HOST}/v1/mirrors?anew=true'`;

  test('a server gets its mirrors with the token and the authority that are projected into it', async () => {
    const [answer = '', status] = (await server.sh(asked(`${FOLDER}/token`))).trim().split('\n');

    expect(status).toBe('200');
    expect(JSON.parse(answer)).toMatchObject({
      items: [{ claim: 'arrivals', from: 'svm-prod:sales', to: DESTINATION }],
      problem: null
    });
  });

  test('with the usual token of its account it gets none', async () => {
    const usual = '/var/run/secrets/kubernetes.io/serviceaccount/token';

    expect((await server.sh(asked(usual))).trim().split('\n').at(-1)).toBe('401');
  });

  test('the storage’s password is nowhere in the server, nor in what the controller writes', async () => {
    const logs = ['--namespace', CONTROLLER_NAMESPACE, 'logs', 'deployment/datamark-controller'];
    const told = [
      await server.sh(asked(`${FOLDER}/token`)),
      await server.sh(`env; cat /proc/1/environ; find ${FOLDER}/ -type f -exec cat {} +`),
      JSON.stringify(await namespace.get('Pod', 'ann')),
      await kubectl(logs),
      JSON.stringify(await cluster.admin.list('ConfigMap', CONTROLLER_NAMESPACE))
    ];

    expect(ontap.requests.at(-1)?.account).toBe('reader');
    expect(told.filter(text => text.includes(PASSWORD))).toEqual([]);
  });
});
