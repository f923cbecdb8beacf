// A server of Kubeflow Notebooks v1, modelled: its CRD in short, and the StatefulSet that its controller makes of a
// Notebook. What the real controller and dashboard add beyond that is not here.
import { RunningStatus, Snapshot, VolumeList } from '../../contract';
import { describeOnBed } from '../support/describeOnBed';
import { claim, roleFor, serviceAccount } from '../support/manifests';
import { ProductInPod } from '../support/productInPod';
import { applyShipped, removeShipped } from '../support/shippedManifest';
import { TestCluster } from '../support/testCluster';
import type { TestNamespace } from '../support/testNamespace';
import { pod, TestPod } from '../support/testPod';
import { waitUntil } from '../support/waitUntil';

const NOTEBOOKS = 'notebooks.kubeflow.org';
const DEFINITION = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: NOTEBOOKS, labels: { 'datamark-test': 'kubeflow' } },
  spec: {
    group: 'kubeflow.org',
    scope: 'Namespaced',
    names: { kind: 'Notebook', plural: 'notebooks', singular: 'notebook' },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        subresources: { status: {} },
        schema: {
          openAPIV3Schema: {
            type: 'object',
            properties: {
              spec: {
                type: 'object',
                properties: {
                  template: {
                    type: 'object',
                    properties: { spec: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } }
                  }
                }
              },
              status: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true }
            }
          }
        }
      }
    ]
  }
};
// What the role kubeflow-edit gives the account of a profile, as far as it matters here.
const EDIT = [
  { groups: [''], resources: ['pods'], verbs: ['get', 'list', 'watch'] },
  { groups: ['kubeflow.org'], resources: ['notebooks'], verbs: ['get', 'list', 'watch', 'patch'] }
];

let cluster: TestCluster;
let profile: TestNamespace;
let product: ProductInPod;
let ownDefinition = false;

/** Roles are the whole cluster's: these are this test's own. */
const named = (text: string): string => text.replaceAll('datamark-kubeflow', profile.name);

describeOnBed('a notebook of Kubeflow', () => {
  beforeAll(async () => {
    cluster = await TestCluster.open();
    profile = await cluster.namespace('profile');
    product = await ProductInPod.build();
    if (!(await cluster.admin.find('CustomResourceDefinition', NOTEBOOKS))) {
      await cluster.admin.create(DEFINITION);
      ownDefinition = true;
    }
    const established = async (): Promise<boolean> => {
      const { conditions } = ((await cluster.admin.get('CustomResourceDefinition', NOTEBOOKS)).status ?? {}) as {
        conditions?: { type: string; status: string }[];
      };
      return conditions?.some(({ type, status }) => type === 'Established' && status === 'True') ?? false;
    };
    await waitUntil('notebooks to be served', established);
    await applyShipped('kubeflow/roles.yaml', { change: named });
    await profile.create(
      serviceAccount('default-editor'),
      ...roleFor('edit', profile.name, 'default-editor', EDIT),
      {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'RoleBinding',
        metadata: { name: 'datamark' },
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: named('datamark-kubeflow-edit') },
        subjects: [{ kind: 'ServiceAccount', name: 'default-editor', namespace: profile.name }]
      },
      claim('gpu-workspace'),
      claim('mnist')
    );
  });

  afterAll(async () => {
    await product.remove();
    await profile.remove();
    await removeShipped('kubeflow/roles.yaml', named);
    if (ownDefinition) {
      await cluster.admin.delete('CustomResourceDefinition', NOTEBOOKS);
    }
    cluster.close();
  });

  test('is known by its prefix, finds its volumes in its pod, and its profile owns what it makes', async () => {
    const template = pod(cluster.image, 'gpu', {
      serviceAccount: 'default-editor',
      claims: { '/home/jovyan': 'gpu-workspace', '/home/jovyan/mnist': 'mnist' },
      hostPaths: product.hostPaths,
      env: { NB_PREFIX: `/notebook/${profile.name}/gpu`, HOME: '/home/jovyan' },
      labels: { statefulset: 'gpu', 'notebook-name': 'gpu' }
    });
    const notebook = await profile.create({
      apiVersion: 'kubeflow.org/v1',
      kind: 'Notebook',
      metadata: { name: 'gpu' },
      spec: { template: { spec: template.spec } }
    });
    await profile.create({
      apiVersion: 'apps/v1',
      kind: 'StatefulSet',
      metadata: {
        name: 'gpu',
        ownerReferences: [
          { apiVersion: 'kubeflow.org/v1', kind: 'Notebook', name: 'gpu', uid: notebook.metadata.uid, controller: true }
        ]
      },
      spec: {
        replicas: 1,
        serviceName: 'gpu',
        selector: { matchLabels: { statefulset: 'gpu' } },
        template: { metadata: { labels: template.metadata.labels }, spec: template.spec }
      }
    });
    const server = await TestPod.existing(profile, 'gpu-0');

    const { platform, provider } = await product.json(server, RunningStatus, ['status']);
    const { items } = await product.json(server, VolumeList, ['volumes']);
    const { name } = await product.json(server, Snapshot, ['snapshot', '--volume', 'mnist', 'epoch 1']);

    expect(provider.kind).toBe('kubernetes');
    expect(platform).toEqual({
      kind: 'kubeflow',
      label: 'Kubeflow Notebooks',
      user: null,
      server: 'gpu',
      namespace: profile.name,
      pod: 'gpu-0',
      links: { servers: `/_/jupyter/?ns=${profile.name}`, spawn: null, create: `/_/jupyter/new?ns=${profile.name}` }
    });
    expect(items.map(({ id, role, mountPath, shared }) => [id, role, mountPath, shared])).toEqual([
      ['gpu-workspace', 'home', '/home/jovyan', null],
      ['mnist', 'data', '/home/jovyan/mnist', null]
    ]);
    const made = await profile.get('VolumeSnapshot', name);
    expect(made.metadata.labels?.['datamark.github.io/owner']).toBe(profile.name);
  });
});
