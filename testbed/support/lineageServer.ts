// A user's server as lineage sees it: a pod of the hub's account that the policies hold to its own claim, with a sidecar that
// lives as long as the pod, the command, and a Python that has MLflow and our plugins.
import type { z } from 'zod';
import { declareEntryPoints } from './entryPoints';
import type { Finished } from './kubectl';
import { claim } from './manifests';
import { MlflowService } from './mlflowService';
import type { ProductInPod } from './productInPod';
import { ACCOUNT } from './sharedAccount';
import type { TestNamespace } from './testNamespace';
import { TestPod } from './testPod';
import { waitUntil } from './waitUntil';

const HOME = '/home/jovyan';
const SOCKET = '/tmp/datamark.sock';
const LOG = '/tmp/sidecar.log';
const USERNAME = 'hub.jupyter.org/username';

/** What the Jupyter server tells its sidecar, in a pod whose environment is that of a hub. */
const CONFIGURATION = `
import json
from datamark.mlflow_settings import lineage_settings
from datamark.surroundings import current_user, kubernetes_settings
print(json.dumps({"provider": "kubernetes", "user": current_user(), "logLevel": "debug",
    "lineage": lineage_settings(), "kubernetes": kubernetes_settings()}))`;

interface LineageServerOptions {
  readonly namespace: TestNamespace;
  readonly product: ProductInPod;
  readonly mlflow: MlflowService;
  readonly user: string;
}

export class LineageServer {
  private constructor(
    private readonly options: LineageServerOptions,
    private readonly pod: TestPod
  ) {}

  /** Makes the user's claim and starts the server; waits until its sidecar serves. */
  static async start(options: LineageServerOptions): Promise<LineageServer> {
    const { namespace, product, mlflow, user } = options;
    await declareEntryPoints(product.packages);
    const marks = { labels: { [USERNAME]: user }, annotations: { [USERNAME]: user } };
    await namespace.create(claim(`claim-${user}`, marks));
    const pod = await TestPod.start(namespace, `jupyter-${user}`, {
      serviceAccount: ACCOUNT,
      claims: { [HOME]: `claim-${user}` },
      hostPaths: [...product.hostPaths, ...mlflow.programs.hostPaths],
      hosts: { [MlflowService.hostIn(namespace.name)]: mlflow.ip },
      env: {
        HOME,
        JUPYTERHUB_USER: user,
        JUPYTERHUB_BASE_URL: '/',
        DATAMARK_VOLUMES: `${HOME}=claim-${user}`,
        MLFLOW_TRACKING_URI: mlflow.address,
        PYTHONPATH: product.packages,
        PYTHONDONTWRITEBYTECODE: '1'
      },
      command: [
        `export DATAMARK_CONFIG="$(python3 -c '${CONFIGURATION}')"`,
        `'${process.execPath}' '${product.bundle}' serve --socket ${SOCKET} </dev/null >${LOG} 2>&1 &`
      ].join('\n')
    });
    const server = new LineageServer(options, pod);
    await waitUntil('the sidecar to serve', () => server.serves()).catch(async (error: unknown) => {
      throw new Error(`${String(error)}\n${await server.log()}`, { cause: error });
    });
    return server;
  }

  /** The command, whatever its exit code. */
  run(words: readonly string[]): Promise<Finished> {
    return this.options.product.run(this.pod, words, { DATAMARK_SOCKET: SOCKET });
  }

  /** What a command that must work writes with --json. */
  json<T>(schema: z.ZodType<T>, words: readonly string[]): Promise<T> {
    return this.options.product.json(this.pod, schema, words, { DATAMARK_SOCKET: SOCKET });
  }

  /** Runs a program with MLflow in the home, as a kernel does; returns what it printed last, read as JSON. */
  async python<T>(schema: z.ZodType<T>, program: string): Promise<T> {
    const python = `cd ${HOME} && DATAMARK_SOCKET=${SOCKET} '${this.options.mlflow.programs.bin}/python' -`;
    const printed = await this.pod.sh(python, { input: program, seconds: 120 });
    return schema.parse(JSON.parse(printed.trim().split('\n').at(-1) ?? ''));
  }

  /** POSTs to MLflow's REST API, as the user. */
  async callMlflow(path: string, body: object): Promise<void> {
    const { mlflow } = this.options;
    const curl = `curl --silent --show-error --fail-with-body --header 'content-type: application/json' --data @-`;
    await this.pod.sh(`${curl} '${mlflow.address}/api/2.0/mlflow/${path}'`, { input: JSON.stringify(body) });
  }

  // Without the socket the command would start a sidecar of its own.
  private async serves(): Promise<boolean> {
    const { code } = await this.pod.trySh(`test -S ${SOCKET}`);
    return code === 0 && (await this.run(['volumes'])).code === 0;
  }

  /** What the sidecar has logged. */
  private log(): Promise<string> {
    return this.pod.sh(`cat ${LOG}`);
  }
}
