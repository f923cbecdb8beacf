// Who is told of mirrors by the controller: real tokens, reviewed by a real API server under the rights that deploy/ ships.
import { createPrivateKey, generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { inspect } from 'node:util';
import { OntapEmulator } from '../ontap/ontapEmulator';
import { bed } from '../support/bed';
import { controllerToken } from '../support/controllerManifests';
import { describeOnBed } from '../support/describeOnBed';
import { IngestEndpoint } from '../support/ingestEndpoint';
import { at, textAt } from '../support/kubernetesObject';
import { claim, roleFor, serviceAccount } from '../support/manifests';
import { applyShipped, removeShipped } from '../support/shippedManifest';
import { TestCluster } from '../support/testCluster';
import type { TestNamespace } from '../support/testNamespace';
import { TestPod } from '../support/testPod';
import { waitUntil } from '../support/waitUntil';

const AUDIENCE = 'datamark';
const HISTORY = 'datamark-ingest-ontap-1';
const INGEST_RBAC = 'controller/ingest-rbac.yaml';

let cluster: TestCluster;
let namespace: TestNamespace;
let elsewhere: TestNamespace;
let ontap: OntapEmulator;
let endpoint: IngestEndpoint;

beforeAll(async () => {
  cluster = await TestCluster.open();
  [namespace, elsewhere] = [await cluster.namespace('ingest'), await cluster.namespace('ingest-else')];
  ontap = new OntapEmulator();
  await ontap.start();
  await applyShipped('controller/rbac.yaml');
  await applyShipped(INGEST_RBAC);
  endpoint = await IngestEndpoint.start({
    ...{ cluster, ontap },
    token: await controllerToken(cluster),
    namespaces: [namespace.name]
  });
  for (const [space, user] of [
    [namespace, 'ann'],
    [namespace, 'bob'],
    [elsewhere, 'eve']
  ] as const) {
    await space.create(serviceAccount(user), claim(`data-${user}`));
    await TestPod.start(space, user, { serviceAccount: user, claims: { '/data': `data-${user}` } });
    await mirrored(space, `data-${user}`, `dst:${user}`);
  }
});

afterAll(async () => {
  await endpoint.stop();
  await ontap.stop();
  await Promise.all([namespace.remove(), elsewhere.remove()]);
  await removeShipped(INGEST_RBAC);
  await cluster.admin.delete('ConfigMap', HISTORY, 'datamark').catch(() => undefined);
  cluster.close();
});

/** ONTAP has a mirror into the claim's volume, and an admin says so at the volume. */
async function mirrored(space: TestNamespace, name: string, destination: string): Promise<void> {
  ontap.addRelationship({ source: destination.replace('dst', 'src'), destination, schedule: null });
  const bound = await space.waitUntilBound(name);
  const annotations = { 'datamark.github.io/mirror-destination': destination };
  await cluster.admin.patch('PersistentVolume', textAt(bound, 'spec', 'volumeName'), { metadata: { annotations } });
}

/** As the cluster projects it into a pod. */
async function tokenOf(
  space: TestNamespace,
  account: string,
  { pod, audience = AUDIENCE }: { pod?: string; audience?: string } = {}
): Promise<string> {
  const bound = pod === undefined ? undefined : await space.get('Pod', pod);
  const body = {
    apiVersion: 'authentication.k8s.io/v1',
    kind: 'TokenRequest',
    spec: {
      audiences: [audience],
      expirationSeconds: 600,
      ...(bound === undefined
        ? {}
        : { boundObjectRef: { apiVersion: 'v1', kind: 'Pod', name: pod, uid: bound.metadata.uid } })
    }
  };
  const target = `${await cluster.admin.path('ServiceAccount', space.name, account)}/token`;
  return textAt(await cluster.admin.ask('POST', target, { body }), 'status', 'token');
}

const destinations = (body: unknown): unknown[] =>
  (at(body, 'items') as { to: string; claim: string }[]).map(({ claim: name, to }) => [name, to]);

test('a server is told of the mirrors into volumes that its pod mounts, and of nobody else’s', async () => {
  const [ann, bob] = [
    await endpoint.ask(await tokenOf(namespace, 'ann', { pod: 'ann' })),
    await endpoint.ask(await tokenOf(namespace, 'bob', { pod: 'bob' }))
  ];

  expect({ status: ann.status, told: destinations(ann.body) }).toEqual({
    status: 200,
    told: [['data-ann', 'dst:ann']]
  });
  expect({ status: bob.status, told: destinations(bob.body) }).toEqual({
    status: 200,
    told: [['data-bob', 'dst:bob']]
  });
});

test.each([
  [
    'a token for the API server',
    401,
    () => tokenOf(namespace, 'ann', { pod: 'ann', audience: 'https://else.example' })
  ],
  ['a token that is bound to no pod', 403, () => tokenOf(namespace, 'ann')],
  ['a token of another namespace', 403, () => tokenOf(elsewhere, 'eve', { pod: 'eve' })],
  ['a token that nobody issued', 401, () => Promise.resolve('e30.e30.c2ln')]
])('%s is refused', async (_, status, make) => {
  const before = ontap.requests.length;

  const answer = await endpoint.ask(await make());

  expect(answer).toMatchObject({ status, body: { status } });
  expect(JSON.stringify(answer.body)).not.toMatch(/dst:/);
  expect(ontap.requests).toHaveLength(before);
});

test('a usual token of the account, for the API server, is refused', async () => {
  expect((await endpoint.ask(await namespace.token('ann', { pod: 'ann' }))).status).toBe(401);
});

test('a token ends with its pod', async () => {
  await namespace.create(serviceAccount('cid'));
  const pod = await TestPod.start(namespace, 'cid', { serviceAccount: 'cid' });
  const token = await tokenOf(namespace, 'cid', { pod: 'cid' });
  expect((await endpoint.ask(token)).status).toBe(200);

  await pod.stop();

  const refused = async () => [401, 403].includes((await endpoint.ask(token)).status);
  // The API server keeps what it knows of a token for ten seconds.
  await waitUntil('the token to be refused', refused, { seconds: 30 });
});

describeOnBed('with the keys of the bed', () => {
  const keyFile = path.join(bed?.directory ?? '', 'pki', 'sa.key');

  test('a token counts until it expires', async () => {
    const token = await tokenOf(namespace, 'ann', { pod: 'ann' });
    const key = createPrivateKey(readFileSync(keyFile));
    const seconds = Math.floor(Date.now() / 1000);

    expect((await endpoint.ask(signedAnew(token, key, seconds + 600))).status).toBe(200);
    expect((await endpoint.ask(signedAnew(token, key, seconds - 60))).status).toBe(401);
  });

  test('a token by another cluster is refused', async () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
    const token = await tokenOf(namespace, 'ann', { pod: 'ann' });

    const foreign = signedAnew(token, privateKey, Math.floor(Date.now() / 1000) + 600);

    expect((await endpoint.ask(foreign)).status).toBe(401);
  });
});

/** The same claims with another end, signed by this key as ES256 wants it. */
function signedAnew(token: string, key: KeyObject, exp: number): string {
  const [head = '', claims = ''] = token.split('.');
  const told = JSON.parse(Buffer.from(claims, 'base64url').toString()) as object;
  const began = exp - 3600;
  const payload = Buffer.from(JSON.stringify({ ...told, exp, iat: began, nbf: began })).toString('base64url');
  const signature = sign('sha256', Buffer.from(`${head}.${payload}`), { key, dsaEncoding: 'ieee-p1363' }).toString(
    'base64url'
  );
  return `${head}.${payload}.${signature}`;
}

test('who may change mirrors is what the cluster’s rules say', async () => {
  const token = await tokenOf(namespace, 'ann', { pod: 'ann' });
  const uuid = textAt((await endpoint.ask(token)).body, 'items', 0, 'uuid');
  const promote = () => endpoint.ask(token, `/v1/mirrors/${uuid}/promote`, 'POST', { state: 'snapmirrored' });
  expect((await promote()).status).toBe(403);

  const rules = [{ groups: ['datamark.github.io'], resources: ['mirrors'], verbs: ['promote'] }];
  await namespace.create(serviceAccount('promoter'), ...roleFor('promoter', namespace.name, 'ann', rules));

  await waitUntil('the right to count', async () => (await promote()).status === 202);
  expect((await endpoint.ask(token, `/v1/mirrors/${uuid}/update`, 'POST')).status).toBe(403);
});

test('no token and no credential is in the log', () => {
  const written = inspect(endpoint.log, { depth: 12 });

  expect(written).toContain('a mirror was changed as asked');
  expect(written).not.toMatch(/eyJ|admin-password|Bearer|Basic /);
});
