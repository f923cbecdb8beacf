// The controller as an admin deploys it: the Deployment of deploy/, in the image that the bed was given.
import { at } from './kubernetesObject';
import { CONTROLLER_IMAGE } from './controllerImage';
import { kubectl } from './kubectl';
import { applyShipped, removeShipped } from './shippedManifest';
import type { TestCluster } from './testCluster';
import { waitUntil } from './waitUntil';

/** The manifest of the Deployment, below deploy/. */
export const DEPLOYMENT_FILE = 'controller/deployment.yaml';
/** Where it is installed. */
export const CONTROLLER_NAMESPACE = 'datamark';

const KIND = 'apps/v1:Deployment';
const NAME = 'datamark-controller';
/** As the Deployment mounts it. */
const TOKEN_SECRET = 'datamark-hub-token';

/** What an admin fits: the image. */
const fitted = (text: string) => text.replaceAll('datamark-controller:0.1.0', CONTROLLER_IMAGE);

/** What an admin adds to the Deployment. */
interface Additions {
  readonly hub?: DeployedHub;
  /** The part `ingest` of its settings, for Secrets that are there. */
  readonly ingest?: object;
}

/** A hub whose servers it may start again. */
interface DeployedHub {
  /** Namespace of its servers. */
  readonly namespace: string;
  readonly token: string;
  /** Where it listens, in plain HTTP. */
  readonly address: string;
  readonly port: string;
}

/** Applies the Deployment and waits until it is available. Its account and rights must be there. */
export async function deployController(cluster: TestCluster, { hub, ingest }: Additions = {}): Promise<void> {
  if (hub !== undefined) {
    await kubectl(['apply', '--server-side', '--force-conflicts', '-f', '-'], { input: tokenSecret(hub) });
  }
  const change = (text: string): string => {
    const withIngest = ingest === undefined ? fitted(text) : withSetting(fitted(text), 'ingest', ingest);
    return hub === undefined ? withIngest : withHub(withIngest, hub);
  };
  await applyShipped(DEPLOYMENT_FILE, { change });
  await controllerIsAvailable(cluster);
}

/** One more setting behind those that are shipped. */
function withSetting(text: string, name: string, value: object): string {
  const last = `"port": 8080`;
  if (!text.includes(last)) {
    throw new Error(`${DEPLOYMENT_FILE} has no place for ${name}`);
  }
  return text.replace(last, `${last}, "${name}": ${JSON.stringify(value)}`);
}

const tokenSecret = ({ token }: DeployedHub): string =>
  JSON.stringify({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: TOKEN_SECRET, namespace: CONTROLLER_NAMESPACE },
    stringData: { token }
  });

/** The hub in the settings, by the name of its Service; the bed has neither that nor a DNS, so the pod is told its address. */
function withHub(text: string, { namespace, address, port }: DeployedHub): string {
  const service = `proxy-public.${namespace}.svc`;
  const hub = { namespace, url: `http://${service}:${port}`, tokenFile: '/run/secrets/datamark-hub/token' };
  const neighbour = '      enableServiceLinks: false\n';
  if (!text.includes(neighbour)) {
    throw new Error(`${DEPLOYMENT_FILE} has no place for the address of a hub`);
  }
  return withSetting(text, 'hubs', [hub]).replace(
    neighbour,
    `${neighbour}      hostAliases: [{ ip: ${address}, hostnames: [${service}] }]\n`
  );
}

/** Removes the Deployment and the token of its hub; its pod ends behind it. */
export async function removeController(): Promise<void> {
  await removeShipped(DEPLOYMENT_FILE);
  await kubectl(['delete', 'secret', TOKEN_SECRET, '--namespace', CONTROLLER_NAMESPACE, '--ignore-not-found']);
}

/** Asks for one controller or none, and waits until that is so. */
export async function scaleController(cluster: TestCluster, replicas: 0 | 1): Promise<void> {
  await cluster.admin.patch(KIND, NAME, { spec: { replicas } }, CONTROLLER_NAMESPACE);
  if (replicas === 1) {
    return controllerIsAvailable(cluster);
  }
  const gone = async () => (await cluster.admin.list('Pod', CONTROLLER_NAMESPACE)).length === 0;
  // Less than the grace period, after which it would be killed.
  await waitUntil('the pod of the controller to have ended', gone, { seconds: 20 });
}

/** Waits until the Deployment as it is now has its pod; else tells what the cluster says about it. */
export async function controllerIsAvailable({ admin }: TestCluster): Promise<void> {
  const available = async () => {
    const deployment = await admin.get(KIND, NAME, CONTROLLER_NAMESPACE);
    const { generation } = deployment.metadata as { generation?: number };
    return (
      at(deployment, 'status', 'observedGeneration') === generation &&
      at(deployment, 'status', 'availableReplicas') === 1
    );
  };
  await waitUntil('the Deployment to be available', available, { seconds: 120 }).catch(async (error: unknown) => {
    const events = await admin.list('Event', CONTROLLER_NAMESPACE);
    throw new Error(`${String(error)}\n${events.map(({ message }) => String(message)).join('\n')}`, { cause: error });
  });
}
