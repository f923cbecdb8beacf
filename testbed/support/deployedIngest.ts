// What an admin adds so that the deployed controller tells servers of mirrors in ONTAP: deploy/controller/ingest.yaml, its rights,
// the Secrets that it names, and its authority where the servers are.
import { makeCertificates } from '../ontap/emulatorCertificates';
import { CONTROLLER_NAMESPACE } from './deployedController';
import { kubectl } from './kubectl';
import { applyShipped, removeShipped } from './shippedManifest';

/** As the certificate of ingest.yaml is made for. */
export const INGEST_HOST = `datamark-controller.${CONTROLLER_NAMESPACE}.svc`;
const FILES = ['controller/ingest-rbac.yaml', 'controller/ingest.yaml'];
const SECRETS = '/run/secrets';
const STORAGE = 'ontap-1';
const AUTHORITY = 'datamark-controller-ca';

/** The storage, and whom it lets in. */
export interface DeployedStorage {
  /** `https://host:port` */
  readonly address: string;
  /** PEM. */
  readonly ca: string;
  readonly username: string;
  readonly password: string;
}

export interface DeployedIngest {
  /** `ingest` in the settings of the Deployment. */
  readonly settings: object;
  /** Of the Service. There is no DNS on the test bed: pods know INGEST_HOST by it. */
  readonly ip: string;
  /** Sources of the projected volume that ingest.yaml tells of, for pods of the namespaces that it was installed for. */
  readonly projected: readonly object[];
}

/** Installs all of it but the setting, for servers in these namespaces. */
export async function installIngest(storage: DeployedStorage, namespaces: readonly string[]): Promise<DeployedIngest> {
  const { address, ca, username, password } = storage;
  await Promise.all(FILES.map(file => applyShipped(file)));
  const own = await makeCertificates('nobody', [`DNS:${INGEST_HOST}`]);
  await own.dispose();
  const secret = (name: string, type: string, stringData: object): object => ({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name, namespace: CONTROLLER_NAMESPACE },
    type,
    stringData
  });
  const items = [
    secret('datamark-ontap', 'Opaque', { 'ca.crt': ca, username, password }),
    secret('datamark-ingest', 'kubernetes.io/tls', { 'tls.crt': own.server.cert, 'tls.key': own.server.key }),
    ...namespaces.map(namespace => ({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: AUTHORITY, namespace },
      data: { 'ca.crt': own.ca }
    }))
  ];
  const input = JSON.stringify({ apiVersion: 'v1', kind: 'List', items });
  await kubectl(['apply', '--server-side', '--force-conflicts', '-f', '-'], { input });
  const service = ['get', 'service', 'datamark-controller', '--namespace', CONTROLLER_NAMESPACE];
  const file = (name: string): string => `${SECRETS}/datamark-ontap/${name}`;
  return {
    settings: {
      certificateDir: `${SECRETS}/datamark-ingest`,
      pollSeconds: 1,
      storages: [
        {
          ...{ name: STORAGE, address, actions: true, caFile: file('ca.crt') },
          auth: { kind: 'basic', usernameFile: file('username'), passwordFile: file('password') }
        }
      ]
    },
    ip: (await kubectl([...service, '-o', 'jsonpath={.spec.clusterIP}'])).trim(),
    projected: [
      { serviceAccountToken: { audience: 'datamark', expirationSeconds: 3600, path: 'token' } },
      { configMap: { name: AUTHORITY, items: [{ key: 'ca.crt', path: 'ca.crt' }] } }
    ]
  };
}

/** Takes it away again; what is in the namespaces of the servers goes with these. */
export async function removeIngest(): Promise<void> {
  await Promise.all(FILES.map(file => removeShipped(file)));
  const made = ['secret/datamark-ontap', 'secret/datamark-ingest', `configmap/datamark-ingest-${STORAGE}`];
  await kubectl(['delete', '--ignore-not-found', '--namespace', CONTROLLER_NAMESPACE, ...made]);
}
