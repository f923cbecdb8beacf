// MLflow on the test bed: a pod of a Deployment, its data in a claim that outlives it, and a Service by whose name it is asked.
// Python and MLflow are the host's, mounted, as in the servers of the hub: an image of them would be 850 MB, three times over.
import { kubectl } from './kubectl';
import { mlflowPrograms, type MlflowPrograms } from './mlflowPrograms';
import { claim } from './manifests';
import { BED_IMAGE } from './testCluster';
import { waitUntil } from './waitUntil';

const NAME = 'mlflow';
const PORT = 5000;
const LABELS = { app: NAME };
/** It takes some 15 s, and much longer while others work. */
const START_SECONDS = 180;

/** One in a namespace; it goes with that. */
export class MlflowService {
  private constructor(
    private readonly namespace: string,
    readonly programs: MlflowPrograms,
    /** Of the Service. There is no DNS on the test bed: pods that ask it know its name by this. */
    readonly ip: string
  ) {}

  /** Starts it and waits until it answers. `allowedHosts`: what it takes requests for, as `mlflow server` is told it. */
  static async start(namespace: string, allowedHosts: string): Promise<MlflowService> {
    const programs = await mlflowPrograms();
    const input = JSON.stringify({
      apiVersion: 'v1',
      kind: 'List',
      items: [claim(NAME), deployment(programs, allowedHosts), SERVICE]
    });
    await kubectl(['--namespace', namespace, 'apply', '--server-side', '--force-conflicts', '-f', '-'], { input });
    const ip = await kubectl(['--namespace', namespace, 'get', 'service', NAME, '-o', 'jsonpath={.spec.clusterIP}']);
    const service = new MlflowService(namespace, programs, ip.trim());
    await service.untilAvailable();
    return service;
  }

  /** As a cluster's DNS has it. */
  static hostIn(namespace: string): string {
    return `${NAME}.${namespace}.svc`;
  }

  /** What `--allowed-hosts` takes for it. */
  static hostAndPortIn(namespace: string): string {
    return `${MlflowService.hostIn(namespace)}:${PORT}`;
  }

  get address(): string {
    return `http://${MlflowService.hostAndPortIn(this.namespace)}`;
  }

  /** Starts it anew for these host names. */
  async allow(hosts: string): Promise<void> {
    const input = JSON.stringify(deployment(this.programs, hosts));
    await kubectl(['--namespace', this.namespace, 'apply', '--server-side', '--force-conflicts', '-f', '-'], { input });
    await this.untilAvailable();
  }

  /** Takes it away with its data, where the namespace stays. */
  async remove(): Promise<void> {
    const all = ['deployment', 'service', 'persistentvolumeclaim'].map(kind => `${kind}/${NAME}`);
    await kubectl(['--namespace', this.namespace, 'delete', '--ignore-not-found', '--wait=true', ...all]);
  }

  /** Ends its pod, and starts no other. */
  async stop(): Promise<void> {
    await this.scale(0);
    const pods = ['--namespace', this.namespace, 'get', 'pods', '--selector', `app=${NAME}`, '-o', 'name'];
    await waitUntil('MLflow’s pod to be gone', async () => (await kubectl(pods)).trim() === '');
  }

  /** Starts it again, with the data that it had. */
  async startAgain(): Promise<void> {
    await this.scale(1);
    await this.untilAvailable();
  }

  private async scale(replicas: 0 | 1): Promise<void> {
    await kubectl(['--namespace', this.namespace, 'scale', `deployment/${NAME}`, `--replicas=${replicas}`]);
  }

  private async untilAvailable(): Promise<void> {
    const rollout = ['rollout', 'status', `deployment/${NAME}`, `--timeout=${START_SECONDS}s`];
    await kubectl(['--namespace', this.namespace, ...rollout], { seconds: START_SECONDS + 10 }).catch(
      async (error: unknown) => {
        const logs = ['logs', `deployment/${NAME}`, '--tail=40'];
        const told = await kubectl(['--namespace', this.namespace, ...logs]).catch(String);
        throw new Error(`${String(error)}\n${told}`, { cause: error });
      }
    );
  }
}

function deployment({ bin, emptyStore, hostPaths }: MlflowPrograms, allowedHosts: string): object {
  const options = [
    ...['--workers', '1', '--host', '0.0.0.0', '--port', String(PORT)],
    ...['--backend-store-uri', 'sqlite:////data/mlflow.db', '--artifacts-destination', '/data/artifacts'],
    ...['--allowed-hosts', allowedHosts]
  ];
  const start = `[ -e mlflow.db ] || cp '${emptyStore}' mlflow.db && exec "$0" "$@"`;
  const mounts = ['/usr', ...hostPaths];
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: NAME },
    spec: {
      replicas: 1,
      // Two would write into one file of sqlite.
      strategy: { type: 'Recreate' },
      selector: { matchLabels: LABELS },
      template: {
        metadata: { labels: LABELS },
        spec: {
          automountServiceAccountToken: false,
          // MLflow takes MLFLOW_PORT for its own, and a Service of this name sets it to tcp://….
          enableServiceLinks: false,
          dnsPolicy: 'Default',
          terminationGracePeriodSeconds: 1,
          containers: [
            {
              name: NAME,
              image: BED_IMAGE,
              command: ['/bin/sh', '-c', start, `${bin}/mlflow`, 'server', ...options],
              workingDir: '/data',
              env: [
                { name: 'PATH', value: `${bin}:/usr/local/bin:/usr/bin:/bin` },
                { name: 'HOME', value: '/data' },
                // What runs scorers and other jobs of MLflow's own: seven processes that nobody here asks for.
                { name: 'MLFLOW_SERVER_ENABLE_JOB_EXECUTION', value: 'false' }
              ],
              ports: [{ containerPort: PORT }],
              readinessProbe: { httpGet: { path: '/health', port: PORT }, periodSeconds: 1, timeoutSeconds: 5 },
              volumeMounts: [
                { name: 'data', mountPath: '/data' },
                ...mounts.map((mountPath, i) => ({ name: `host${i}`, mountPath, readOnly: true }))
              ]
            }
          ],
          volumes: [
            { name: 'data', persistentVolumeClaim: { claimName: NAME } },
            ...mounts.map((path, i) => ({ name: `host${i}`, hostPath: { path } }))
          ]
        }
      }
    }
  };
}

const SERVICE = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: NAME },
  spec: { selector: LABELS, ports: [{ port: PORT, targetPort: PORT }] }
};
