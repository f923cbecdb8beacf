// deploy/controller/rbac.yaml: every verb tried on every resource with the controller's account, and what the docs say of it.
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { loadAll } from 'js-yaml';
import { controllerToken, installController, uninstallController } from '../support/controllerManifests';
import { shipped } from '../support/shippedManifest';
import { TestCluster } from '../support/testCluster';
import type { TestNamespace } from '../support/testNamespace';
import { RESOURCES, verbTable } from '../support/verbTable';

const READ = 'get, list, watch';
const GRANTED: Record<string, string> = {
  volumerestores: `${READ}, create, patch, delete`,
  'volumerestores/status': 'patch',
  persistentvolumeclaims: `${READ}, create, patch, delete`,
  pods: `${READ}, create, delete`,
  jobs: `${READ}, create, patch, delete`,
  volumesnapshots: `${READ}, create, delete`,
  events: 'list',
  resourcequotas: 'list, watch',
  persistentvolumes: `${READ}, patch`,
  volumesnapshotcontents: 'get',
  storageclasses: 'get'
};

interface Rule {
  resources: string[];
  resourceNames?: string[];
  verbs: string[];
}
interface Role {
  kind: string;
  metadata: { name: string };
  rules?: Rule[];
}

let cluster: TestCluster;
let namespace: TestNamespace;

beforeAll(async () => {
  cluster = await TestCluster.open();
  await installController(cluster);
  namespace = await cluster.namespace('controller-rights');
});

afterAll(async () => {
  await namespace.remove();
  await uninstallController(cluster);
  cluster.close();
});

test('it lets through what is listed here, of every verb on every resource', async () => {
  const nothing = Object.fromEntries(RESOURCES.map(({ name }) => [name, '']));
  const controller = cluster.admin.withToken(await controllerToken(cluster));
  expect(await verbTable(controller, namespace.name)).toEqual({ ...nothing, ...GRANTED });
});

test('each right has a comment that says what it is for, and docs/security.md weighs it', async () => {
  const text = await shipped('controller/rbac.yaml');
  for (const rule of text.matchAll(/^(?<before>.*)\n {2}- apiGroups:/gm)) {
    expect(rule.groups?.before).toMatch(/^ {2}# \S/);
  }
  const roles = (loadAll(text) as Role[]).filter(({ kind }) => kind === 'ClusterRole');
  const rows = roles.flatMap(({ metadata, rules = [] }) =>
    rules.map(({ resources, resourceNames, verbs }) => {
      const one = resourceNames === undefined ? '' : ` (${resourceNames.join(', ')})`;
      return [`\`${metadata.name}\``, `\`${resources.join(', ')}\`${one}`, verbs.join(', ')];
    })
  );
  const document = await readFile(path.join(__dirname, '..', '..', 'docs', 'security.md'), 'utf8');
  const section = document.split('### The controller')[1]?.split('\n### ')[0] ?? '';
  const shown = [...section.matchAll(/^\| (?!role|-)(.*) \|$/gm)].map(([, line = '']) =>
    line.split(' | ').map(cell => cell.trim())
  );
  expect(shown.map(cells => cells.slice(0, 3))).toEqual(rows);
  expect(shown.every(([, , , why = '']) => why.length > 10)).toBe(true);
});
