// Everything in deploy/ is taken by a real API server, and the commands of docs/install.md do what the page says.
import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { kubectlPath, tryKubectl } from '../support/kubectl';
import { at, textAt } from '../support/kubernetesObject';
import { uninstallController } from '../support/controllerManifests';
import { claim, volumeSnapshot } from '../support/manifests';
import { applyShipped, DEPLOY, shipped } from '../support/shippedManifest';
import { ACCOUNT, tryCreate, waitingPod, waitUntilIsolated } from '../support/sharedAccount';
import { TestCluster } from '../support/testCluster';
import type { TestNamespace } from '../support/testNamespace';
import { waitUntil } from '../support/waitUntil';

/** Not an object of Kubernetes: read by Helm. */
const VALUES = 'jupyterhub/values.yaml';
/** Cluster-wide and not for this test's namespace alone: only tried. */
const CLUSTER_WIDE = /cluster-binding\.yaml|held\.yaml/;

let cluster: TestCluster;
let namespace: TestNamespace;
let copy: string;

beforeAll(async () => {
  cluster = await TestCluster.open();
  namespace = await cluster.namespace('deploy');
  copy = await mkdtemp(path.join(tmpdir(), 'datamark-deploy-'));
  await cp(DEPLOY, path.join(copy, 'deploy'), { recursive: true });
});

afterAll(async () => {
  await rm(copy, { recursive: true, force: true });
  await namespace.remove();
  cluster.close();
});

test('every manifest is one that the API server takes', async () => {
  const files = await readdir(DEPLOY, { recursive: true });
  const manifests = files.filter(file => file.endsWith('.yaml') && file !== VALUES);
  expect(manifests.length).toBeGreaterThan(5);
  for (const file of manifests) {
    const options = ['--dry-run=server', '--server-side', '--force-conflicts', '--validate=strict'];
    // A namespace that a manifest brings along is not there in a trial.
    const input = (await shipped(file, namespace.name)).replaceAll(
      /^( +namespace: )datamark$/gm,
      `$1${namespace.name}`
    );
    const tried = await tryKubectl(['apply', ...options, '-f', '-'], { input });
    expect({ file, ...tried }).toMatchObject({ file, code: 0 });
  }
});

test('the API server finds no wrong type in a policy', async () => {
  await applyShipped('policies/isolation.yaml');
  for (const name of ['datamark-own-snapshots', 'datamark-own-claims', 'datamark-own-restores']) {
    const { status } = await waitUntil(`${name} to be looked at`, async () => {
      const policy = await cluster.admin.get('ValidatingAdmissionPolicy', name);
      return at(policy, 'status', 'observedGeneration') === at(policy, 'metadata', 'generation') ? policy : undefined;
    });
    expect(status).toMatchObject({ typeChecking: {} });
    expect(at(status, 'typeChecking', 'expressionWarnings')).toBeUndefined();
  }
});

/** The shell commands of a section of the page, one text. */
async function commands(heading: string): Promise<string> {
  const page = await readFile(path.join(DEPLOY, '..', 'docs', 'install.md'), 'utf8');
  const section = page.split(/^## /m).find(part => part.startsWith(`${heading}\n`)) ?? '';
  return [...section.matchAll(/^```sh\n(.*?)^```$/gms)].map(([, block = '']) => block).join('');
}

/** Runs them as an admin who pastes them all; programs that are not here only note their words in a file. */
async function paste(text: string) {
  const tools = path.join(copy, 'tools');
  await mkdir(tools, { recursive: true });
  for (const program of ['helm', 'docker', 'make']) {
    const note = `#!/bin/sh\ncase $* in *--file\\ -*) cat >/dev/null ;; esac\nprintf '%s\\n' "$@" >>'${copy}/${program}.words'\n`;
    await writeFile(path.join(tools, program), note, { mode: 0o755 });
  }
  const kubectl = path.dirname(kubectlPath());
  const PATH = [tools, ...(kubectl === '.' ? [] : [kubectl]), process.env.PATH].join(':');
  const fitted = text
    .replace(/^NAMESPACE=jupyterhub$/m, `NAMESPACE=${namespace.name}`)
    .split('\n')
    .map(line => (CLUSTER_WIDE.test(line) ? line.replace('kubectl apply', 'kubectl apply --dry-run=server') : line))
    .join('\n');
  const script = `set -uE -o pipefail\ntrap 'echo "failed: $BASH_COMMAND"' ERR\n${fitted}`;
  return promisify(execFile)('bash', ['-c', script], { cwd: copy, env: { ...process.env, PATH } });
}

test('the commands for a hub give the servers’ account its rights, and no more', async () => {
  const { stdout, stderr } = await paste(`${await commands('On a JupyterHub you run')}true`);

  // `can-i` ends with 1 where the answer is no.
  const failed = stdout.split('\n').filter(line => line.startsWith('failed: '));
  expect({ failed, stderr }).toMatchObject({ failed: [expect.stringContaining('can-i list pods')] });
  expect(stdout).toMatch(/^yes\nno\n/m);
  expect(await namespace.find('RoleBinding', 'datamark-singleuser-manager')).toBeDefined();
  const server = await waitingPod(namespace, 'jupyter-ann');
  await waitUntilIsolated(server, 'claim-bob');
  await namespace.create(claim('claim-ann'));
  expect(await tryCreate(server, volumeSnapshot('claim-ann.one', 'claim-ann'))).toBe('201');
  await expect(namespace.as(await namespace.token(ACCOUNT)).list('Pod')).rejects.toMatchObject({ status: 403 });
});

test('the chart is given files that exist, with the address of this API server', async () => {
  const words = (await readFile(path.join(copy, 'helm.words'), 'utf8')).split('\n');
  const files = words.filter(word => /\.(yaml|py)$/.test(word)).map(word => word.replace(/^.*=/, ''));
  expect(files).toEqual(['datamark-values.yaml', 'deploy/jupyterhub/mount_clone.py']);
  const [values = '', hook = ''] = await Promise.all(files.map(file => readFile(path.join(copy, file), 'utf8')));
  expect(hook.length).toBeGreaterThan(100);
  expect(words).toEqual(expect.arrayContaining(['--namespace', namespace.name]));

  const [slice] = await cluster.admin.list(
    'discovery.k8s.io/v1:EndpointSlice',
    'default',
    'labelSelector=kubernetes.io/service-name=kubernetes'
  );
  const address = textAt(slice, 'endpoints', 0, 'addresses', 0);
  expect(values).toContain(`cidr: ${address}/32\n`);
  expect(values).toContain(`port: ${String(at(slice, 'ports', 0, 'port'))}\n`);
});

test('the command for Kubeflow works', async () => {
  expect((await paste(await commands('On Kubeflow'))).stdout).not.toContain('failed: ');
});

test('the commands for restores install the controller, and take it away again', async () => {
  const text = await commands('Restores on a cluster');
  const [install = '', remove = ''] = text.split(/^(?=kubectl get volumerestores)/m);
  // As the chart keeps it.
  const token = Buffer.from('token of the service').toString('base64');
  const data = { 'hub.services.datamark-controller.apiToken': token };
  await namespace.create({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'hub' }, data });
  // An image that no registry has never starts.
  const { stdout, stderr } = await paste(`NAMESPACE=jupyterhub\n${install.replace(/^kubectl rollout .*$/m, '')}true`);
  expect({ failed: /^failed: .*$/m.exec(stdout), stderr }).toMatchObject({ failed: null });

  const deployment = await cluster.admin.get('apps/v1:Deployment', 'datamark-controller', 'datamark');
  const [container] = at(deployment, 'spec', 'template', 'spec', 'containers') as unknown[];
  const image = 'registry.example.org/datamark-controller:0.1.0';
  expect(at(container, 'image')).toBe(image);
  const hubs = [{ namespace: namespace.name, url: `http://proxy-public.${namespace.name}.svc` }];
  expect(JSON.parse(textAt(container, 'env', 0, 'value'))).toMatchObject({ image, hubs });
  expect(at(await cluster.admin.get('Secret', 'datamark-hub-token', 'datamark'), 'data')).toEqual({ token });
  expect(textAt(deployment, 'spec', 'template', 'spec', 'serviceAccountName')).toBe('datamark-controller');
  for (const policy of ['datamark-restore-requests', 'datamark-restore-gate']) {
    await cluster.admin.get('ValidatingAdmissionPolicyBinding', policy);
  }
  expect(await namespace.find('RoleBinding', 'datamark-hub')).toBeDefined();

  await paste(remove.slice(remove.indexOf('kubectl delete volumerestores')));
  // The custom resource is let go of only when the rules that need it have ended, which takes some moments.
  await uninstallController(cluster);
  for (const [kind, name] of [
    ['ValidatingAdmissionPolicy', 'datamark-restore-gate'],
    ['ValidatingAdmissionPolicy', 'datamark-restore-requests'],
    ['ClusterRole', 'datamark-controller-swap']
  ] as const) {
    expect(await cluster.admin.find(kind, name)).toBeUndefined();
  }
  await waitUntil(
    'the controller’s namespace to be gone',
    async () => !(await cluster.admin.find('Namespace', 'datamark'))
  );
});
