// Everything in deploy/ is taken by a real API server, and the commands of docs/install.md do what the page says.
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { tryKubectl } from '../support/kubectl';
import { at } from '../support/kubernetesObject';
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
    const tried = await tryKubectl(['apply', ...options, '-f', '-'], { input: await shipped(file, namespace.name) });
    expect({ file, ...tried }).toMatchObject({ file, code: 0 });
  }
});

test('the API server finds no wrong type in a policy', async () => {
  await applyShipped('policies/isolation.yaml');
  for (const name of ['datamark-own-snapshots', 'datamark-own-claims']) {
    const { status } = await waitUntil(`${name} to be looked at`, async () => {
      const policy = await cluster.admin.get('ValidatingAdmissionPolicy', name);
      return at(policy, 'status', 'observedGeneration') === at(policy, 'metadata', 'generation') ? policy : undefined;
    });
    expect(status).toMatchObject({ typeChecking: {} });
    expect(at(status, 'typeChecking', 'expressionWarnings')).toBeUndefined();
  }
});

/** The commands of a section of the page, fitted to this test's namespace and files as the page says. */
async function commands(heading: string): Promise<string[]> {
  const page = await readFile(path.join(DEPLOY, '..', 'docs', 'install.md'), 'utf8');
  const section = page.split(/^## /m).find(part => part.startsWith(`${heading}\n`)) ?? '';
  const blocks = [...section.matchAll(/^```sh\n(.*?)^```$/gms)].map(([, block = '']) => block);
  return blocks
    .flatMap(block =>
      block
        .replaceAll(/ \\\n */g, ' ')
        .trim()
        .split('\n')
    )
    .map(line => line.replaceAll(/(namespace |-n |serviceaccount[=:])jupyterhub\b/g, `$1${namespace.name}`));
}

async function run(line: string) {
  const [program, ...words] = line.split(' ');
  expect(program).toBe('kubectl');
  const args = words.map(word => word.replace(/^deploy\//, `${copy}/deploy/`));
  return tryKubectl([...args, ...(CLUSTER_WIDE.test(line) ? ['--dry-run=server'] : [])]);
}

test('the commands for a hub give the servers’ account its rights, and no more', async () => {
  const lines = await commands('On a JupyterHub you run');
  const [fit = '', ...rest] = lines;
  expect(fit).toContain('namespace: jupyterhub$/namespace: my-hub/');
  for (const file of ['rbac/bindings.yaml', 'rbac/cluster-binding.yaml']) {
    await writeFile(path.join(copy, 'deploy', file), await shipped(file, namespace.name));
  }

  const asked: string[] = [];
  for (const line of rest.filter(one => !one.startsWith('helm '))) {
    const { code, stdout, stderr } = await run(line);
    if (line.includes(' auth can-i ')) {
      asked.push(stdout.trim());
    } else {
      expect({ line, code, stderr }).toMatchObject({ line, code: 0 });
    }
  }

  expect(asked).toEqual(['yes', 'no']);
  const server = await waitingPod(namespace, 'jupyter-ann');
  await waitUntilIsolated(server, 'claim-bob');
  await namespace.create(claim('claim-ann'));
  expect(await tryCreate(server, volumeSnapshot('claim-ann.one', 'claim-ann'))).toBe('201');
  await expect(namespace.as(await namespace.token(ACCOUNT)).list('Pod')).rejects.toMatchObject({ status: 403 });
});

test('the chart is given files that exist', async () => {
  const helm = (await commands('On a JupyterHub you run')).find(line => line.startsWith('helm ')) ?? '';
  const files = [...helm.matchAll(/deploy\/\S+/g)].map(([file]) => path.join(copy, file));
  expect(files).toHaveLength(2);
  for (const file of files) {
    expect((await readFile(file, 'utf8')).length).toBeGreaterThan(100);
  }
});

test('the command for Kubeflow works', async () => {
  for (const line of await commands('On Kubeflow')) {
    expect(await run(line)).toMatchObject({ code: 0 });
  }
});
