// MLflow behind a gateway that takes tokens of service accounts: the sidecar of a pod shows the pod's own, which the real API
// server looks at, and names its namespace as the workspace.
import { RunsOfSnapshot, Snapshot } from '../../contract';
import { describeOnBed } from '../support/describeOnBed';
import type { Finished } from '../support/kubectl';
import { claim } from '../support/manifests';
import { MlflowGateway } from '../support/mlflowGateway';
import { ProductInPod } from '../support/productInPod';
import { ACCOUNT } from '../support/sharedAccount';
import { applyShipped } from '../support/shippedManifest';
import { TestCluster } from '../support/testCluster';
import type { TestNamespace } from '../support/testNamespace';
import { TestPod } from '../support/testPod';
import { waitUntil } from '../support/waitUntil';

const HOME = '/home/jovyan';
const SOCKET = '/tmp/datamark.sock';
const LOG = '/tmp/sidecar.log';
/** A copy of what is mounted in the pod, which the kubelet alone replaces there. */
const MOUNTED = '/var/run/secrets/kubernetes.io/serviceaccount';
const COPY = '/tmp/account';
const CONFIGURATION = `
import json
from pathlib import Path
from datamark.mlflow_settings import lineage_settings
from datamark.surroundings import kubernetes_settings
print(json.dumps({"provider": "kubernetes", "user": "ann", "logLevel": "debug",
    "lineage": lineage_settings(token=Path("${COPY}/token")), "kubernetes": kubernetes_settings()}))`;

let cluster: TestCluster;
let namespace: TestNamespace;
let product: ProductInPod;
let gateway: MlflowGateway;
let pod: TestPod;

describeOnBed('MLflow that asks for the token of the pod’s account', () => {
  beforeAll(async () => {
    cluster = await TestCluster.open();
    namespace = await cluster.namespace('lineage-account');
    await applyShipped('rbac/roles.yaml');
    await applyShipped('rbac/bindings.yaml', { namespace: namespace.name });
    product = await ProductInPod.build();
    gateway = await MlflowGateway.start(namespace, product);
    await namespace.create(claim('claim-ann'));
    pod = await TestPod.start(namespace, 'jupyter-ann', {
      serviceAccount: ACCOUNT,
      claims: { [HOME]: 'claim-ann' },
      hostPaths: product.hostPaths,
      env: {
        HOME,
        DATAMARK_VOLUMES: `${HOME}=claim-ann`,
        MLFLOW_TRACKING_URI: gateway.address,
        MLFLOW_TRACKING_AUTH: 'kubernetes-namespaced',
        PYTHONPATH: product.packages,
        PYTHONDONTWRITEBYTECODE: '1'
      },
      command: [
        `mkdir ${COPY} && cp -L ${MOUNTED}/token ${MOUNTED}/namespace ${COPY}/`,
        `export DATAMARK_CONFIG="$(python3 -c '${CONFIGURATION}')"`,
        `'${process.execPath}' '${product.bundle}' serve --socket ${SOCKET} </dev/null >${LOG} 2>&1 &`
      ].join('\n')
    });
    await waitUntil(
      'the sidecar to serve',
      async () => (await pod.trySh(`test -S ${SOCKET}`)).code === 0 && (await run(['volumes'])).code === 0
    );
  }, 300_000);

  afterAll(async () => {
    await product?.remove();
    if (namespace !== undefined) {
      await MlflowGateway.remove(namespace);
      await namespace.remove();
    }
    cluster?.close();
  });

  const run = (words: readonly string[]): Promise<Finished> => product.run(pod, words, { DATAMARK_SOCKET: SOCKET });

  /** Of a snapshot that nobody has asked about: what was found is kept for a while. */
  async function runsOfNew(): Promise<Finished> {
    const made = await run(['snapshot', '--json']);
    return run(['runs', Snapshot.parse(JSON.parse(made.stdout)).name, '--json']);
  }

  const holdToken = (token: string): Promise<string> =>
    pod.sh(`cat >${COPY}/next && mv ${COPY}/next ${COPY}/token`, { input: token });

  async function expectAnswer(): Promise<void> {
    const done = await runsOfNew();
    expect(done).toMatchObject({ code: 0 });
    expect(RunsOfSnapshot.parse(JSON.parse(done.stdout)).mlflow).toEqual({ state: 'answers', server: gateway.address });
  }

  test('the account of the pod asks, for the workspace that is its namespace', async () => {
    await expectAnswer();
    expect((await gateway.asked()).at(-1)).toEqual({
      user: `system:serviceaccount:${namespace.name}:${ACCOUNT}`,
      workspace: namespace.name
    });
  }, 60_000);

  test('a token that the API server does not take is told in words, and the next one in the file is used', async () => {
    const mounted = await pod.sh(`cat ${MOUNTED}/token`);
    // As of an account that is gone; what has expired is answered alike.
    await namespace.create({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'passing' } });
    const passing = await namespace.token('passing');
    await namespace.delete('ServiceAccount', 'passing');
    const path = await namespace.account.path('ServiceAccount', namespace.name, ACCOUNT);
    const spec = { audiences: ['elsewhere'], expirationSeconds: 3600 };
    const other = await namespace.account.ask('POST', `${path}/token`, {
      body: { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec }
    });
    const elsewhere = (other as { status?: { token?: string } }).status?.token ?? '';
    expect(elsewhere).not.toBe('');
    for (const token of [passing, elsewhere]) {
      await holdToken(token);
      const refused = await runsOfNew();
      expect(refused.code).toBe(3);
      expect(refused.stdout).toContain(
        `MLflow at ${gateway.address} does not know who asks: it takes other credentials, or these have expired.`
      );
      expect(refused.stderr + refused.stdout).not.toContain(token);
      expect((await gateway.asked()).at(-1)).toMatchObject({ user: null });
      await holdToken(mounted);
      await expectAnswer();
    }
    const log = await pod.sh(`cat ${LOG}`);
    for (const token of [mounted, passing, elsewhere]) {
      expect(log).not.toContain(token.trim());
    }
  }, 120_000);

  test('an account is not let into the workspace of another namespace, and what MLflow says of it is told', async () => {
    await pod.sh(`echo default >${COPY}/namespace`);
    const refused = await runsOfNew();
    expect(refused.code).not.toBe(0);
    expect(refused.stdout).toContain('does not allow this. It says: No such workspace for you.');
  }, 60_000);
});
