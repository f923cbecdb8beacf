// deploy/policies/restore-gate.yaml: while a volume is being restored nobody else mounts it or takes its claim's name.
import type { Account } from '../support/account';
import { controllerToken, installController, uninstallController } from '../support/controllerManifests';
import { kubectl } from '../support/kubectl';
import { at, type KubernetesObject } from '../support/kubernetesObject';
import { claim, volumeRestore } from '../support/manifests';
import { tryCreate } from '../support/sharedAccount';
import { shipped } from '../support/shippedManifest';
import { TestCluster } from '../support/testCluster';
import type { TestNamespace } from '../support/testNamespace';
import { pod } from '../support/testPod';
import { waitUntil } from '../support/waitUntil';

const UNDER_WAY = 'datamark.github.io/under-way';
const MARK = 'datamark.github.io/restore';
const REFUSED = /^403 .*ValidatingAdmissionPolicy 'datamark-restore-gate'.*volume home is being restored \(home\.r, /;

let cluster: TestCluster;
let namespace: TestNamespace;
let controller: TestNamespace;
let mark: string;

/** The pod of somebody who mounts these claims. */
function mounting(claims: string[], labels: Record<string, string> = {}): KubernetesObject {
  const mounts = Object.fromEntries(claims.map(name => [`/mnt/${name}`, name]));
  return pod(cluster.image, `of-${claims.join('-')}`, { claims: mounts, labels });
}

const job = (name: string, labels: Record<string, string>): KubernetesObject => {
  const { spec } = pod(cluster.image, name, { claims: { '/home': 'home' } });
  const once = { ...(spec as object), restartPolicy: 'Never', containers: containersThatEnd(spec) };
  const template = { metadata: { labels }, spec: once };
  return { apiVersion: 'batch/v1', kind: 'Job', metadata: { name }, spec: { backoffLimit: 0, template } };
};
const containersThatEnd = (spec: unknown) =>
  (at(spec, 'containers') as object[]).map(container => ({ ...container, command: ['/bin/sh', '-c', 'true'] }));

/** As the controller marks a restore from its approval to its end. */
const underWay = (name: string) => {
  const made = volumeRestore(name, 'home', { snapshotName: 'home.one' });
  return { ...made, metadata: { ...made.metadata, labels: { [UNDER_WAY]: 'true' } } };
};
const setStatus = (status: Record<string, unknown>, name = 'home.r') =>
  namespace.patch('VolumeRestore', name, { status }, '/status');
const inSeconds = (seconds: number) => new Date(Date.now() + seconds * 1000).toISOString();
const closed = { phase: 'Restoring', strategy: 'swap', gateClosedUntil: inSeconds(3600) };
const anybody = () => tryCreate(namespace, mounting(['home']));
/** The API server reads the restores by a watch: what was written a moment ago may not have come yet. */
const gateIs = (what: RegExp) => waitUntil(`the gate to answer ${what}`, async () => what.test(await anybody()));

beforeAll(async () => {
  cluster = await TestCluster.open();
  await installController(cluster);
  namespace = await cluster.namespace('gate');
  controller = namespace.as(await controllerToken(cluster));
  await namespace.create(claim('home'), claim('other'));
  await namespace.waitUntilBound('home');
  const made = await namespace.create(underWay('home.r'));
  mark = String(made.metadata.uid).slice(0, 8);
  await setStatus(closed);
  await gateIs(REFUSED);
});

afterAll(async () => {
  await uninstallController(cluster);
  await namespace.remove();
  cluster.close();
});

describe('closed', () => {
  beforeAll(async () => {
    await setStatus(closed);
    await gateIs(REFUSED);
  });

  test('whoever mounts the claim is refused, an admin and the controller too', async () => {
    expect(await anybody()).toMatch(REFUSED);
    expect(await tryCreate(namespace, mounting(['other', 'home']))).toMatch(REFUSED);
    expect(await tryCreate(controller, mounting(['home']))).toMatch(REFUSED);
    await expect(namespace.create(mounting(['home']))).rejects.toMatchObject({ status: 403, reason: 'Forbidden' });
  });

  test('who mounts another claim, or the same name in another namespace, is not', async () => {
    expect(await tryCreate(namespace, mounting(['other']))).toBe('201');
    expect(await tryCreate(namespace, pod(cluster.image, 'without-claims'))).toBe('201');
    const elsewhere = await cluster.namespace('gate-elsewhere');
    try {
      expect(await tryCreate(elsewhere, mounting(['home']))).toBe('201');
    } finally {
      await elsewhere.remove();
    }
  });

  test('the controller’s own pods pass, by the mark of this very restore', async () => {
    expect(await tryCreate(controller, mounting(['home'], { [MARK]: mark }))).toBe('201');
    expect(await tryCreate(controller, mounting(['home'], { [MARK]: '0a1b2c3d' }))).toMatch(REFUSED);
  });

  test('a Job of the controller gets its pod, one of anybody else does not', async () => {
    await controller.create(job('ours', { [MARK]: mark }));
    await namespace.create(job('theirs', {}));
    await namespace.waitFor('batch/v1:Job', 'ours', 'complete', one => at(one, 'status', 'succeeded') === 1);
    await waitUntil('the refusal of the other’s pod', async () =>
      (await namespace.list('Event')).some(
        event =>
          at(event, 'involvedObject', 'name') === 'theirs' && String(event.message).includes('datamark-restore-gate')
      )
    );
    const pods = await namespace.list('Pod', 'labelSelector=batch.kubernetes.io/job-name=theirs');
    expect(pods).toEqual([]);
    for (const name of ['ours', 'theirs']) {
      await namespace.delete('batch/v1:Job', name, { propagationPolicy: 'Foreground' });
      await namespace.waitUntilGone('batch/v1:Job', name);
    }
  });

  test('a pod that says it is of the Job controller’s making passes only with a Job as owner', async () => {
    const as = async (user: string, ownerReferences: unknown[]) => {
      const made = mounting(['home'], { [MARK]: mark });
      const metadata = { ...made.metadata, namespace: namespace.name, ownerReferences };
      return asUser(cluster.admin, user, { ...made, metadata });
    };
    const owner = (kind: string, apiVersion: string) => ({ apiVersion, kind, name: 'x', uid: 'x-1', controller: true });
    const jobs = 'system:serviceaccount:kube-system:job-controller';
    expect(await as(jobs, [owner('Job', 'batch/v1')])).toBe('201');
    expect(await as('system:kube-controller-manager', [owner('Job', 'batch/v1')])).toBe('201');
    expect(await as('system:kube-controller-manager', [owner('ReplicaSet', 'apps/v1')])).toMatch(/^403 /);
    expect(await as(jobs, [])).toMatch(/^403 /);
    expect(await as('system:serviceaccount:kube-system:replicaset-controller', [owner('Job', 'batch/v1')])).toMatch(
      /^403 /
    );
  });
});

describe('the mark of a restore is the controller’s to give', () => {
  const refused =
    /^403 .*'datamark-restore-marks'.*label datamark.github.io\/restore is given by datamark-controller alone/;

  test('not to a pod, a claim, a Job or its pods', async () => {
    expect(await tryCreate(namespace, mounting(['other'], { [MARK]: mark }))).toMatch(refused);
    expect(await tryCreate(namespace, claim('home.restore-x', { labels: { [MARK]: mark } }))).toMatch(refused);
    expect(await tryCreate(namespace, job('forged', { [MARK]: mark }))).toMatch(refused);
  });

  test('not later either, nor taken away, and the pods of a Job stay as they are', async () => {
    const change = (kind: string, name: string, labels: Record<string, string | null>) =>
      namespace.patch(kind, name, { metadata: { labels } });
    const message = { status: 403, message: expect.stringContaining("'datamark-restore-marks'") };
    await expect(change('PersistentVolumeClaim', 'other', { [MARK]: mark })).rejects.toMatchObject(message);

    const suspended = job('suspended', { [MARK]: mark });
    await controller.create({
      ...suspended,
      metadata: { ...suspended.metadata, labels: { [MARK]: mark, fine: 'no' } },
      spec: { ...(suspended.spec as object), suspend: true }
    });
    await expect(change('batch/v1:Job', 'suspended', { [MARK]: null })).rejects.toMatchObject(message);
    const template = { metadata: { labels: { more: 'x' } }, spec: { nodeSelector: { a: 'b' } } };
    await expect(namespace.patch('batch/v1:Job', 'suspended', { spec: { template } })).rejects.toMatchObject(message);
    await change('batch/v1:Job', 'suspended', { fine: 'yes' });
    await namespace.delete('batch/v1:Job', 'suspended', { propagationPolicy: 'Background' });
  });
});

describe('open', () => {
  test.each([
    ['before a controller has seen it', { phase: null, gateClosedUntil: null }],
    ['while it waits for the server to end', { phase: 'WaitingForRelease', gateClosedUntil: null }],
    ['after it succeeded', { ...closed, phase: 'Succeeded' }],
    ['after it was rolled back', { ...closed, phase: 'RolledBack' }],
    ['after it failed', { ...closed, phase: 'Failed', strategy: 'copy' }],
    ['after it was cancelled', { ...closed, phase: 'Cancelled' }]
  ])('%s', async (_, status) => {
    await setStatus(closed);
    await gateIs(REFUSED);
    await setStatus(status);
    await gateIs(/^201$/);
  });

  test.each(['WaitingForRelease', 'Securing', 'Preparing', 'Verifying'])('by itself at its time in %s', async phase => {
    const until = Math.ceil(Date.now() / 1000) * 1000 + 2000;
    await setStatus({ phase, strategy: 'swap', gateClosedUntil: new Date(until).toISOString() });
    await gateIs(REFUSED);
    await gateIs(/^201$/);
    expect(Date.now()).toBeGreaterThan(until);
  });

  test('by itself also for `copy`, but not while it writes: then an admin opens it', async () => {
    const past = inSeconds(-3600);
    await setStatus({ phase: 'Securing', strategy: 'copy', gateClosedUntil: past });
    await gateIs(/^201$/);
    for (const gateClosedUntil of [past, null]) {
      for (const phase of ['Restoring', 'Verifying']) {
        await setStatus({ phase, gateClosedUntil });
        await gateIs(new RegExp(`${REFUSED.source}${phase}`));
        expect(await tryCreate(controller, mounting(['home'], { [MARK]: mark }))).toBe('201');
      }
    }
    const [, command = ''] =
      /^# +kubectl (-n <namespace> patch volumerestore .*)$/m.exec(await shipped('policies/restore-gate.yaml')) ?? [];
    const words = command.replace('<namespace>', namespace.name).replace('<name>', 'home.r').replaceAll("'", '');
    await kubectl(words.split(' '));
    await gateIs(/^201$/);
  });

  test('when the controller takes its label off, and closed again when it is back', async () => {
    await setStatus(closed);
    await gateIs(REFUSED);
    const label = (value: string | null) =>
      controller.patch('VolumeRestore', 'home.r', { metadata: { labels: { [UNDER_WAY]: value } } });
    await label(null);
    await gateIs(/^201$/);
    await label('true');
    await gateIs(REFUSED);
  });

  test('an older restore of the same volume that is over changes nothing', async () => {
    await namespace.create(underWay('home.older'));
    await setStatus({ ...closed, phase: 'Succeeded' }, 'home.older');
    await setStatus(closed);
    await gateIs(REFUSED);
    await setStatus({ phase: 'Succeeded' });
    await gateIs(/^201$/);
  });
});

test.each(['requests', 'gate', 'claims', 'marks', 'resource'])(
  'the API server finds no wrong type in %s',
  async name => {
    const policy = await waitUntil(`${name} to be looked at`, async () => {
      const found = await cluster.admin.get('ValidatingAdmissionPolicy', `datamark-restore-${name}`);
      return at(found, 'status', 'observedGeneration') === at(found, 'metadata', 'generation') ? found : undefined;
    });
    expect(policy.status).toEqual({ observedGeneration: at(policy, 'metadata', 'generation'), typeChecking: {} });
  }
);

test('the custom resource can’t be taken away from under the policies', async () => {
  const resource = await cluster.admin.path('CustomResourceDefinition', undefined, 'volumerestores.datamark.github.io');
  const { status, body } = await cluster.admin.send('DELETE', `${resource}?dryRun=All`);
  expect([status, at(body, 'message')]).toEqual([403, expect.stringContaining('first remove the policies')]);
});

/** What the API server answers to a creation by a user that the administrator takes the place of. */
async function asUser(admin: Account, user: string, object: KubernetesObject): Promise<string> {
  const path = await admin.path(object.kind, object.metadata.namespace);
  const headers = { 'impersonate-user': user, 'impersonate-group': 'system:masters' };
  const { status, body } = await admin.send('POST', `${path}?dryRun=All`, { body: object, headers });
  return status < 400 ? String(status) : `${status} ${String(at(body, 'message'))}`;
}
